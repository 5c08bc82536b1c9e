#include "gzip_text.hpp"

#include <zlib.h>

#include <new>

namespace alleycat::serve {

namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, with a gzip header
constexpr int kMemoryLevel = 8;

}  // namespace

std::string gzip_text(std::string_view text)
{
    z_stream stream{};
    if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
    std::string zipped(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(zipped.data());
    stream.avail_out = static_cast<uInt>(zipped.size());
    ::deflate(&stream, Z_FINISH);  // ends at once: there is room for all
    zipped.resize(stream.total_out);
    ::deflateEnd(&stream);
    return zipped;
}

}  // namespace alleycat::serve
