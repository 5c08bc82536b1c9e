// All that this room knows of zlib.
#define ZLIB_CONST

#include "gzip.hpp"

#include "published_file.hpp"

#include <alleycat/history/gunzip.hpp>

#include <zlib.h>

#include <algorithm>
#include <new>

namespace alleycat::history {

namespace {

constexpr int kMemoryLevel = 8;              // zlib's default
constexpr int kGzipOnly = 16 + MAX_WBITS;    // inflate: a gzip header must come first
constexpr std::size_t kInputBytes = 65'536;  // read from a descriptor at once
constexpr char kUnix = 3;                    // the header's operating system byte

const Bytef* bytes_of(std::string_view text)
{
    return reinterpret_cast<const Bytef*>(text.data());
}

void append_little_endian(std::string& out, std::uint32_t value)
{
    for (int bit = 0; bit < 32; bit += 8) {
        out.append(1, static_cast<char>((value >> bit) & 0xFF));
    }
}

}  // namespace

void Checksum::add(std::string_view bytes)
{
    crc = static_cast<std::uint32_t>(crc32_z(crc, bytes_of(bytes), bytes.size()));
    length += bytes.size();
}

JoinableChecksum joinable_checksum(std::string_view bytes)
{
    JoinableChecksum joinable;
    joinable.sum.add(bytes);
    joinable.shift = static_cast<std::uint32_t>(crc32_combine_gen(static_cast<z_off_t>(bytes.size())));
    return joinable;
}

void join(Checksum& head, const JoinableChecksum& tail)
{
    head.crc = static_cast<std::uint32_t>(crc32_combine_op(head.crc, tail.sum.crc, tail.shift));
    head.length += tail.sum.length;
}

std::string gzip_header(Compression compression)
{
    return {'\x1f', '\x8b', Z_DEFLATED, 0, 0, 0, 0, 0, static_cast<char>(compression), kUnix};
}

std::string gzip_trailer(const Checksum& text)
{
    std::string trailer;
    append_little_endian(trailer, text.crc);
    append_little_endian(trailer, static_cast<std::uint32_t>(text.length));
    return trailer;
}

bool written_as_pieces(std::string_view header)
{
    return header.starts_with(gzip_header(Compression::Pieces));
}

struct Deflater::State {
    explicit State(int level)
    {
        if (deflateInit2(&stream, level, Z_DEFLATED, -MAX_WBITS, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { deflateEnd(&stream); }

    z_stream stream{};
};

Deflater::Deflater(int level) : state_(std::make_unique<State>(level)) {}
Deflater::Deflater(Deflater&&) noexcept = default;
Deflater& Deflater::operator=(Deflater&&) noexcept = default;
Deflater::~Deflater() = default;

void Deflater::append(std::string& out, std::string_view text, End end)
{
    const int flush = end == End::None ? Z_NO_FLUSH : end == End::Piece ? Z_FULL_FLUSH : Z_FINISH;
    auto& stream = state_->stream;
    stream.next_in = bytes_of(text);
    stream.avail_in = static_cast<uInt>(text.size());
    // One round is enough unless much waits inside from before; what stays free tells that all is out.
    const auto room = deflateBound(&stream, stream.avail_in) + 64;
    do {
        const auto used = out.size();
        out.resize(used + room);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
        stream.avail_out = static_cast<uInt>(room);
        deflate(&stream, flush);
        out.resize(used + room - stream.avail_out);
    } while (stream.avail_out == 0);
}

void Deflater::reset()
{
    deflateReset(&state_->stream);
}

struct Gunzip::State {
    State(int descriptor, std::string_view buffer) : fd(descriptor), rest(buffer)
    {
        if (inflateInit2(&stream, kGzipOnly) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { inflateEnd(&stream); }

    /// Makes more input available where there is any. A descriptor is read, a buffer's rest handed over by pieces that
    /// zlib can count.
    Result<void> refill()
    {
        if (stream.avail_in > 0) {
            return {};
        }
        if (input.empty()) {
            const auto next = rest.substr(0, std::size_t{1} << 30);
            rest.remove_prefix(next.size());
            stream.next_in = bytes_of(next);
            stream.avail_in = static_cast<uInt>(next.size());
            return {};
        }
        const auto count = read_at(fd, offset, input);
        if (!count) {
            return count.error();
        }
        offset += *count;
        stream.next_in = reinterpret_cast<const Bytef*>(input.data());
        stream.avail_in = static_cast<uInt>(*count);
        return {};
    }

    /// Inflates once, into what `out` has left. After the member nothing may follow.
    Result<void> step()
    {
        if (const auto refilled = refill(); !refilled) {
            return refilled;
        }
        if (stream.avail_in == 0) {
            return Errc::CorruptFile;
        }
        switch (inflate(&stream, Z_NO_FLUSH)) {
            case Z_OK:
            case Z_BUF_ERROR:
                return {};
            case Z_STREAM_END:
                ended = true;
                return refill_behind_end();
            case Z_MEM_ERROR:
                throw std::bad_alloc();
            default:
                return Errc::CorruptFile;
        }
    }

    Result<void> refill_behind_end()
    {
        const auto refilled = refill();
        if (refilled && stream.avail_in > 0) {
            return Errc::CorruptFile;
        }
        return refilled;
    }

    z_stream stream{};
    int fd;
    std::uint64_t offset{0};  // of the next read
    std::string_view rest;    // of the buffer, not yet handed to zlib
    std::string input;        // what was read last; empty where a buffer is read
    bool ended{false};        // the member's trailer was right
    boost::system::error_code failure;
};

Gunzip::Gunzip(int fd) : state_(std::make_unique<State>(fd, std::string_view()))
{
    state_->input.resize(kInputBytes);
}

Gunzip::Gunzip(std::string_view gzip) : state_(std::make_unique<State>(-1, gzip)) {}

Gunzip::Gunzip(Gunzip&&) noexcept = default;
Gunzip& Gunzip::operator=(Gunzip&&) noexcept = default;
Gunzip::~Gunzip() = default;

Result<std::size_t> Gunzip::read(std::span<char> out)
{
    auto& state = *state_;
    if (state.failure) {
        return state.failure;
    }
    // zlib counts in 32 bits, so a larger buffer is filled in parts.
    std::size_t filled = 0;
    while (filled < out.size() && !state.ended) {
        const auto part = std::min(out.size() - filled, std::size_t{1} << 30);
        state.stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
        state.stream.avail_out = static_cast<uInt>(part);
        if (const auto stepped = state.step(); !stepped) {
            state.failure = stepped.error();
            return state.failure;
        }
        filled += part - state.stream.avail_out;
    }
    return filled;
}

}  // namespace alleycat::history
