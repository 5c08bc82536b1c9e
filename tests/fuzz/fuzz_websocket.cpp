// What a client sends makes the same events, wherever the network cuts it. The first two bytes say where it is cut.

#include <alleycat/net/websocket_codec.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

namespace {

using alleycat::net::CloseCode;
using alleycat::net::FrameParser;

constexpr std::size_t kMaxMessage = 1'000;

void require(bool good, const char* claim)
{
    if (!good) {
        std::fprintf(stderr, "not so: %s\n", claim);
        std::abort();
    }
}

struct Got {
    FrameParser::Kind kind{};
    std::string payload;
    CloseCode code{};

    bool operator==(const Got&) const = default;
};

/// Parses `bytes` in parts whose sizes `next_part` tells, each in a block of its own that ends where the padding ends.
template <class NextPart>
std::vector<Got> parse(std::string_view bytes, NextPart next_part)
{
    using Kind = FrameParser::Kind;
    FrameParser parser(kMaxMessage);
    std::vector<Got> events;
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, next_part());
        bytes.remove_prefix(part.size());
        std::vector<char> block(part.begin(), part.end());
        block.resize(part.size() + FrameParser::kPadding);
        std::span<char> input(block.data(), part.size());
        for (auto event = parser.next(input); event.kind != Kind::NeedMore; event = parser.next(input)) {
            require(event.payload.size() <= kMaxMessage, "a message is not larger than allowed");
            const bool message = event.kind == Kind::Text || event.kind == Kind::Binary;
            const auto* behind = event.payload.data() + event.payload.size();
            // Summed only so that the padding is read, with the address sanitizer looking on.
            const auto sum = message ? std::accumulate(behind, behind + FrameParser::kPadding, 0) : 0;
            require(sum < 1'000'000, "a message has readable bytes behind it");
            events.push_back({event.kind, std::string(event.payload), event.code});
            if (event.kind == Kind::Close || event.kind == Kind::Error) {
                return events;
            }
        }
        require(input.empty(), "a parser that needs more has taken everything");
    }
    return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto whole = parse(bytes, [&] { return bytes.size(); });
    require(whole == parse(bytes, [] { return std::size_t{1}; }), "byte by byte makes the same events");
    std::uint32_t state = static_cast<std::uint32_t>(data[0]) << 8 | data[1];
    const auto part = [&state] {
        state = state * 1'664'525 + 1'013'904'223;
        return 1 + (state >> 20) % 40;
    };
    require(whole == parse(bytes, part), "cut anywhere makes the same events");
    return 0;
}
