#pragma once

#include "gzip.hpp"

#include <alleycat/core/error.hpp>
#include <alleycat/history/history_file.hpp>

#include <span>

namespace alleycat::history {

/// Describes the file behind `fd` for readers. `stored` is the checksum of its bytes.
/// Errors: the system's, of reading it.
[[nodiscard]] Result<std::shared_ptr<const HistoryFile>> describe(UniqueFd fd, const Checksum& stored,
                                                                  std::uint64_t unzipped_bytes);

/// Fills `out` from `offset`; returns fewer bytes only at the end of the file. Errors: the system's.
[[nodiscard]] Result<std::size_t> read_at(int fd, std::uint64_t offset, std::span<char> out);

}  // namespace alleycat::history
