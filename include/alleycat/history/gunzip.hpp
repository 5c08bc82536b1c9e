#pragma once

#include <alleycat/core/error.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace alleycat::history {

/// Reads what a gzip file of exactly one member unzips to, chunk by chunk.
///
/// Thread: one at a time. Several readers may share a descriptor: its file position is neither used nor moved.
/// Memory: about 110 KB.
class Gunzip {
public:
    /// `fd`: readable and seekable; borrowed, stays open as long as this reader is used.
    explicit Gunzip(int fd);
    /// `gzip`: the file's bytes; borrowed likewise.
    explicit Gunzip(std::string_view gzip);
    Gunzip(Gunzip&&) noexcept;
    Gunzip& operator=(Gunzip&&) noexcept;
    ~Gunzip();

    /// Fills `out` (not empty) and returns how many bytes it holds: fewer than asked only at the end, 0 past it.
    /// Errors: CorruptFile where the bytes are no gzip file, are cut short, fail their checksum or go on behind the
    /// member; else the system's error of the read. Each later call repeats the error.
    [[nodiscard]] Result<std::size_t> read(std::span<char> out);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alleycat::history
