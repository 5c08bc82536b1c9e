#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace alleycat::history {

/// CRC-32 and length of some bytes.
struct Checksum {
    std::uint64_t length{0};
    std::uint32_t crc{0};

    void add(std::string_view bytes);
};

/// A checksum that is to be put behind others often: what that takes of its length is computed once.
struct JoinableChecksum {
    Checksum sum;
    std::uint32_t shift{0};
};

[[nodiscard]] JoinableChecksum joinable_checksum(std::string_view bytes);

/// `head` becomes the checksum of its bytes followed by those of `tail`.
void join(Checksum& head, const JoinableChecksum& tail);

/// Which way a history file was compressed; the gzip header's XFL byte keeps it.
enum class Compression : char {
    Whole = 0,   ///< in one pass, at kWholeLevel
    Pieces = 4,  ///< each second by itself, at kPieceLevel
};

inline constexpr int kWholeLevel = 6;
inline constexpr int kPieceLevel = 1;

/// The ten bytes that a gzip file starts with. No time and no name, so that equal texts make equal files.
[[nodiscard]] std::string gzip_header(Compression compression);

/// The eight bytes that a gzip file ends with.
[[nodiscard]] std::string gzip_trailer(const Checksum& text);

/// Whether the file that starts with `header` was written as pieces.
[[nodiscard]] bool written_as_pieces(std::string_view header);

/// A raw deflate stream.
class Deflater {
public:
    enum class End {
        None,    ///< more follows, and may refer back
        Piece,   ///< full flush: ends on a byte boundary, and nothing behind refers back
        Stream,  ///< the last block
    };

    explicit Deflater(int level);
    Deflater(Deflater&&) noexcept;
    Deflater& operator=(Deflater&&) noexcept;
    ~Deflater();

    /// Compresses `text` (below 1 GiB) and appends what comes out; with End::None some may stay inside until later.
    void append(std::string& out, std::string_view text, End end);

    /// Forgets all, as if new.
    void reset();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alleycat::history
