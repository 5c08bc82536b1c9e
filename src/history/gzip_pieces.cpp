#include "gzip.hpp"

#include <alleycat/history/gzip_pieces.hpp>
#include <alleycat/history/history_text.hpp>

#include <utility>

namespace alleycat::history {

/// Some bytes of the file, and what joining them with the bytes before takes.
struct GzipPieces::Piece {
    std::string bytes;
    JoinableChecksum stored;  // of `bytes`
    JoinableChecksum text;    // of what they unzip to
};

GzipPieces::GzipPieces(std::uint32_t seconds)
    : deflater_(std::make_unique<Deflater>(kPieceLevel)),
      open_(compress("{")),
      close_(std::make_unique<Piece>()),
      seconds_(seconds)
{
    open_->bytes.insert(0, gzip_header(Compression::Pieces));
    open_->stored = joinable_checksum(open_->bytes);
    deflater_->reset();
    deflater_->append(close_->bytes, "}", Deflater::End::Stream);
    close_->stored = joinable_checksum(close_->bytes);
    close_->text = joinable_checksum("}");
    finish();
}

GzipPieces::GzipPieces(GzipPieces&&) noexcept = default;
GzipPieces& GzipPieces::operator=(GzipPieces&&) noexcept = default;
GzipPieces::~GzipPieces() = default;

void GzipPieces::update(const ClassBests& bests, std::span<const std::uint32_t> changed)
{
    std::vector<bool> stale(seconds_.size(), false);
    for (const auto second : changed) {
        stale[second - 1] = true;
    }
    const auto first_before = std::exchange(first_, 0);
    for (std::uint32_t second = 1; second <= seconds_.size(); ++second) {
        const auto* outputs = bests.at(second);
        if (outputs == nullptr) {
            seconds_[second - 1].reset();
            continue;
        }
        // The first second has no comma before it; where another one was the first so far, both are made anew.
        first_ = first_ == 0 ? second : first_;
        const bool comma_moves = (first_ == second) != (first_before == second);
        auto& piece = seconds_[second - 1];
        if (!piece || stale[second - 1] || comma_moves) {
            text_.assign(first_ == second ? "" : ",");
            append_second(text_, second, bests.racers(), *outputs);
            piece = compress(text_);
        }
    }
    finish();
}

std::unique_ptr<GzipPieces::Piece> GzipPieces::compress(std::string_view text)
{
    auto piece = std::make_unique<Piece>();
    deflater_->reset();
    deflater_->append(piece->bytes, text, Deflater::End::Piece);
    piece->bytes.shrink_to_fit();
    piece->stored = joinable_checksum(piece->bytes);
    piece->text = joinable_checksum(text);
    return piece;
}

void GzipPieces::finish()
{
    Checksum stored = open_->stored.sum;
    Checksum text = open_->text.sum;
    for (const auto& piece : seconds_) {
        if (piece) {
            join(stored, piece->stored);
            join(text, piece->text);
        }
    }
    join(stored, close_->stored);
    join(text, close_->text);
    trailer_ = gzip_trailer(text);
    stored.add(trailer_);
    size_bytes_ = stored.length;
    unzipped_bytes_ = text.length;
    crc_ = stored.crc;
}

std::vector<std::string_view> GzipPieces::parts() const
{
    std::vector<std::string_view> parts;
    parts.reserve(seconds_.size() + 3);
    parts.emplace_back(open_->bytes);
    for (const auto& piece : seconds_) {
        if (piece) {
            parts.emplace_back(piece->bytes);
        }
    }
    parts.emplace_back(close_->bytes);
    parts.emplace_back(trailer_);
    return parts;
}

}  // namespace alleycat::history
