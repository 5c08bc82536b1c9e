#pragma once

#include <alleycat/history/best_table.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::history {

class Deflater;

/// One class's history as an ordinary gzip file of one member, kept as compressed pieces, one a second, so that a
/// change costs the compression of its second and not of all.
///
/// Thread: one owner.
/// Memory: the compressed file, plus the text of one second.
class GzipPieces {
public:
    /// `seconds`: the race length.
    explicit GzipPieces(std::uint32_t seconds);
    GzipPieces(GzipPieces&&) noexcept;
    GzipPieces& operator=(GzipPieces&&) noexcept;
    ~GzipPieces();

    /// Makes the pieces those of `bests`: compresses the seconds in `changed` and those without a piece, keeps the
    /// others. `changed` names every second that differs from the table given last.
    void update(const ClassBests& bests, std::span<const std::uint32_t> changed);

    /// The file, as parts to be written one after the other; they live until the next update.
    [[nodiscard]] std::vector<std::string_view> parts() const;

    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }          ///< of the file
    [[nodiscard]] std::uint64_t unzipped_bytes() const { return unzipped_bytes_; }  ///< of the text
    [[nodiscard]] std::uint32_t crc() const { return crc_; }                        ///< CRC-32 of the file's bytes

private:
    struct Piece;

    [[nodiscard]] std::unique_ptr<Piece> compress(std::string_view text);
    void finish();

    std::unique_ptr<Deflater> deflater_;
    std::unique_ptr<Piece> open_;                  // the file's header and `{`
    std::unique_ptr<Piece> close_;                 // `}`
    std::vector<std::unique_ptr<Piece>> seconds_;  // [second - 1], null where nobody has an output
    std::uint32_t first_{0};                       // the second whose piece has no comma in front; 0: none
    std::string trailer_;
    std::string text_;  // of the second at work
    std::uint64_t size_bytes_{0};
    std::uint64_t unzipped_bytes_{0};
    std::uint32_t crc_{0};
};

}  // namespace alleycat::history
