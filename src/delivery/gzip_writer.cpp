// All that this room knows of zlib.
#define ZLIB_CONST

#include <alleycat/delivery/gzip_writer.hpp>

#include <zlib.h>

#include <new>

namespace alleycat::delivery {

namespace {

constexpr int kLevel = 1;              // more than twice as fast as level 6, for a seventh more bytes
constexpr int kGzip = 16 + MAX_WBITS;  // deflate: with a gzip header and trailer
constexpr int kMemoryLevel = 8;        // zlib's default
constexpr std::size_t kStepBytes = 64 * 1024;
constexpr std::size_t kKeptBytes = std::size_t{4} << 20;  // of a finished file: room for the next

}  // namespace

struct GzipWriter::State {
    State()
    {
        if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzip, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { deflateEnd(&stream); }

    z_stream stream{};
};

GzipWriter::GzipWriter() : state_(std::make_unique<State>()) {}
GzipWriter::~GzipWriter() = default;

void GzipWriter::append(std::string_view text)
{
    pending_.append(text);
    if (pending_.size() >= kStepBytes) {
        deflate_pending(Z_NO_FLUSH);
    }
}

std::string_view GzipWriter::finish()
{
    deflate_pending(Z_FINISH);
    return out_;
}

void GzipWriter::start()
{
    deflateReset(&state_->stream);
    pending_.clear();
    out_.clear();
    if (out_.capacity() > kKeptBytes) {
        out_.shrink_to_fit();
    }
}

void GzipWriter::deflate_pending(int flush)
{
    auto& stream = state_->stream;
    stream.next_in = reinterpret_cast<const Bytef*>(pending_.data());
    stream.avail_in = static_cast<uInt>(pending_.size());
    do {
        const auto used = out_.size();
        out_.resize(used + kStepBytes);
        stream.next_out = reinterpret_cast<Bytef*>(out_.data() + used);
        stream.avail_out = static_cast<uInt>(kStepBytes);
        deflate(&stream, flush);
        out_.resize(used + kStepBytes - stream.avail_out);
    } while (stream.avail_out == 0);  // else nothing is left inside that could come out now
    pending_.clear();
}

}  // namespace alleycat::delivery
