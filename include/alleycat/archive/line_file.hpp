#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/core/unique_fd.hpp>
#include <alleycat/history/gunzip.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat::archive {

/// Reads a file of lines, such as a delivery object, some whole lines at a time.
///
/// Thread: one owner.
/// Memory: about 1 MiB, or the longest line.
class LineFile {
public:
    enum class Kind { Plain, Gzip };

    static constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20;

    /// Errors: the system's.
    [[nodiscard]] static Result<LineFile> open(const std::filesystem::path& path, Kind kind);

    /// The next lines with their line feeds, which only the file's last one may lack; empty at the end. Valid until the
    /// next call, with telemetry::RecordReader::kPadding readable bytes behind.
    /// Errors: the system's; CorruptFile where it is not one whole gzip file; TooLarge for a line above kMaxLineBytes.
    [[nodiscard]] Result<std::string_view> next();

private:
    LineFile(UniqueFd fd, Kind kind);

    /// Reads some more into the buffer; how much, 0 at the end.
    [[nodiscard]] Result<std::size_t> read_more();
    [[nodiscard]] Result<std::size_t> read_plain(std::span<char> out);

    UniqueFd fd_;
    std::optional<history::Gunzip> gunzip_;  // of fd_, where it is gzipped
    std::string buffer_;
    std::size_t filled_{0};  // of the buffer
    std::size_t given_{0};   // of that, by the last call
};

}  // namespace alleycat::archive
