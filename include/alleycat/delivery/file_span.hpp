#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::delivery {

/// Which window a delivery file is from, as its name says it.
struct FileSpan {
    ShardId shard{};         ///< 0 … 255
    std::uint64_t first{0};  ///< sequence numbers of the window, below 2^56
    std::uint64_t last{0};
    bool completes_window{true};  ///< with this file, all that is to be stored of the window is

    [[nodiscard]] bool operator==(const FileSpan&) const = default;
};

/// A UUID, version 8 (RFC 9562, 5.8), that says it: so a window that is stored again gets the same name.
[[nodiscard]] std::string file_id(const FileSpan& span);
/// nullopt for a UUID that file_id() did not make.
[[nodiscard]] std::optional<FileSpan> parse_file_id(std::string_view uuid);

/// By shard, the last sequence number of which everything is in the files of `directory` (data/delivery) already; 0:
/// none. Looks at the names in the newest 48 hours that hold any, and ignores what it does not know.
[[nodiscard]] std::vector<std::uint64_t> delivered_positions(const std::filesystem::path& directory,
                                                             std::uint32_t shards);

}  // namespace alleycat::delivery
