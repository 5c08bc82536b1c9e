#pragma once

#include <alleycat/core/unique_fd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace alleycat::history {

/// Files up to this size are also held in memory.
inline constexpr std::uint64_t kMaxContentBytes = 64 * 1024;

/// One published history file. Its bytes stay readable through `fd` after the path holds a newer one.
///
/// Thread: immutable, so any; read `fd` with pread or sendfile and an offset of one's own, never by its position.
struct HistoryFile {
    UniqueFd fd;                                 // read only
    std::uint64_t size_bytes{0};                 // of the gzip file
    std::uint64_t unzipped_bytes{0};             // of the JSON text inside
    std::string etag;                            // strong, with its quotes; made from the bytes alone
    std::chrono::sys_seconds last_modified;      // of the file, rounded down
    std::shared_ptr<const std::string> content;  // the gzip file's bytes, null above kMaxContentBytes
};

}  // namespace alleycat::history
