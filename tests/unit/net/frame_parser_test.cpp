#include "client_frames.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace alleycat::net;
using Kind = FrameParser::Kind;

namespace {

struct Got {
    Kind kind{};
    std::string payload;
    CloseCode code{};

    bool operator==(const Got&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Got& got)
{
    return out << static_cast<int>(got.kind) << " code " << static_cast<int>(got.code) << " \""
               << got.payload.substr(0, 40) << "\" of " << got.payload.size();
}

/// Hands `bytes` over in the given parts, each in a block of its own that ends where the padding ends. Ends behind a
/// Close or an Error, as a connection does.
std::vector<Got> parse(std::string_view bytes, const std::vector<std::size_t>& cuts, std::size_t max_message = 1 << 20)
{
    FrameParser parser(max_message);
    std::vector<Got> events;
    std::size_t from = 0;
    for (std::size_t part = 0; part <= cuts.size(); ++part) {
        const auto to = part < cuts.size() ? cuts[part] : bytes.size();
        std::vector<char> block(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                                bytes.begin() + static_cast<std::ptrdiff_t>(to));
        block.resize(block.size() + FrameParser::kPadding, '#');
        std::span<char> input(block.data(), to - from);
        for (;;) {
            const auto event = parser.next(input);
            if (event.kind == Kind::NeedMore) {
                break;
            }
            events.push_back({event.kind, std::string(event.payload), event.code});
            if (event.kind == Kind::Close || event.kind == Kind::Error) {
                return events;
            }
        }
        if (!input.empty()) {
            FAIL("the parser asked for more and left some");
        }
        from = to;
    }
    return events;
}

std::vector<Got> parse(std::string_view bytes)
{
    return parse(bytes, {});
}

Got text(std::string payload)
{
    return {Kind::Text, std::move(payload), {}};
}

Got error(CloseCode code)
{
    return {Kind::Error, "", code};
}

std::string frame(Opcode opcode, std::string_view payload, bool last = true, Mask mask = kMask)
{
    return client_frame(opcode, payload, {.last = last}, mask);
}

std::string some_text(std::size_t size)
{
    std::string made(size, ' ');
    for (std::size_t at = 0; at < size; ++at) {
        made[at] = static_cast<char>('a' + at % 26);
    }
    return made;
}

}  // namespace

TEST_CASE("the RFC's examples are understood", "[net][frames]")
{
    CHECK(parse("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == std::vector{text("Hello")});
    CHECK(parse("\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == std::vector{Got{Kind::Ping, "Hello", {}}});
}

TEST_CASE("payloads of every way to write a length arrive as they were sent", "[net][frames]")
{
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 125U, 126U, 127U, 65535U, 65536U, 65537U, 300'000U}) {
        for (const Mask mask : {kMask, Mask{0, 0, 0, 0}, Mask{0xFF, 1, 0x80, 0}}) {
            CAPTURE(size);
            const auto payload = some_text(size);
            CHECK(parse(frame(Opcode::Text, payload, true, mask)) == std::vector{text(payload)});
            CHECK(parse(frame(Opcode::Binary, payload, true, mask)) == std::vector{Got{Kind::Binary, payload, {}}});
        }
    }
}

TEST_CASE("a length may be written longer than it must", "[net][frames]")
{
    const auto payload = some_text(100);
    CHECK(parse(client_frame(1, payload, {}, kMask, 2)) == std::vector{text(payload)});
    CHECK(parse(client_frame(1, payload, {}, kMask, 8)) == std::vector{text(payload)});
}

TEST_CASE("fragments are joined, with control frames between them", "[net][frames]")
{
    CHECK(parse(frame(Opcode::Text, "al", false) + frame(Opcode::Ping, "1") +
                frame(Opcode::Continuation, "ley", false) + frame(Opcode::Pong, "") +
                frame(Opcode::Continuation, "", false) + frame(Opcode::Continuation, "cat") +
                frame(Opcode::Text, "next")) ==
          std::vector{Got{Kind::Ping, "1", {}}, Got{Kind::Pong, "", {}}, text("alleycat"), text("next")});
    CHECK(parse(frame(Opcode::Binary, "", false) + frame(Opcode::Continuation, "x")) ==
          std::vector{Got{Kind::Binary, "x", {}}});
    CHECK(parse(frame(Opcode::Text, "", false) + frame(Opcode::Continuation, "")) == std::vector{text("")});
}

TEST_CASE("what the client says makes the same events, wherever it is cut", "[net][frames]")
{
    const auto stream = frame(Opcode::Text, "first") + frame(Opcode::Ping, "are you there?") +
                        frame(Opcode::Text, some_text(130), false) + frame(Opcode::Ping, "") +
                        frame(Opcode::Continuation, some_text(20), false, {9, 8, 7, 6}) +
                        frame(Opcode::Pong, some_text(125)) + frame(Opcode::Continuation, "!", true, {1, 2, 3, 4}) +
                        frame(Opcode::Binary, "\x00\x01") + frame(Opcode::Text, "") +
                        frame(Opcode::Close, close_payload(4000, "bye"));
    const auto whole = parse(stream);
    REQUIRE(whole.size() == 8);
    CHECK(whole[2] == Got{Kind::Ping, "", {}});
    CHECK(whole[4] == text(some_text(130) + some_text(20) + "!"));
    CHECK(whole.back() == Got{Kind::Close, "bye", CloseCode{4000}});
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        CAPTURE(cut);
        REQUIRE(parse(stream, {cut}) == whole);
    }
    std::mt19937 random(1);
    for (int round = 0; round < 2'000; ++round) {
        std::vector<std::size_t> cuts(random() % 20);
        for (auto& cut : cuts) {
            cut = random() % (stream.size() + 1);
        }
        std::sort(cuts.begin(), cuts.end());
        REQUIRE(parse(stream, cuts) == whole);
    }
    std::vector<std::size_t> each(stream.size());
    for (std::size_t at = 0; at < each.size(); ++at) {
        each[at] = at;  // byte by byte
    }
    CHECK(parse(stream, each) == whole);
}

TEST_CASE("every message has readable bytes behind it", "[net][frames]")
{
    const auto stream = frame(Opcode::Text, some_text(200), false) + frame(Opcode::Continuation, some_text(100)) +
                        frame(Opcode::Text, "last");
    for (std::size_t cut = 0; cut < stream.size(); ++cut) {
        FrameParser parser(1 << 20);
        int sum = 0;
        for (auto part : {stream.substr(0, cut), stream.substr(cut)}) {
            std::vector<char> block(part.begin(), part.end());
            block.resize(part.size() + FrameParser::kPadding);
            std::span<char> input(block.data(), part.size());
            for (auto event = parser.next(input); event.kind != Kind::NeedMore; event = parser.next(input)) {
                for (std::size_t at = 0; at < FrameParser::kPadding; ++at) {
                    sum += event.payload.data()[event.payload.size() + at];  // the address sanitizer looks on
                }
            }
        }
        CHECK(sum != -1);
    }
}

TEST_CASE("a client that breaks the protocol is told so", "[net][frames]")
{
    const auto broken = std::vector{error(CloseCode::ProtocolError)};
    CHECK(parse(client_frame(Opcode::Text, "x", {.masked = false})) == broken);
    CHECK(parse(client_frame(Opcode::Ping, "", {.masked = false})) == broken);
    for (const int reserved : {1, 2, 4, 7}) {
        CHECK(parse(client_frame(Opcode::Text, "x", {.reserved = reserved})) == broken);
        CHECK(parse(client_frame(Opcode::Close, "", {.reserved = reserved})) == broken);
    }
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
        CAPTURE(opcode);
        CHECK(parse(client_frame(opcode, "")) == broken);
    }
    for (const auto opcode : {Opcode::Close, Opcode::Ping, Opcode::Pong}) {
        CHECK(parse(client_frame(opcode, "", {.last = false})) == broken);
        CHECK(parse(client_frame(opcode, std::string(126, 'x'))) == broken);
        CHECK(parse(client_frame(static_cast<int>(opcode), "xx", {}, kMask, 8)).size() == 1);
        CHECK(parse(client_frame(opcode, std::string(125, '\x10'))).at(0).kind != Kind::Error);
    }
    CHECK(parse(frame(Opcode::Continuation, "x")) == broken);
    CHECK(parse(frame(Opcode::Continuation, "x", false)) == broken);
    CHECK(parse(frame(Opcode::Text, "a") + frame(Opcode::Continuation, "x")) ==
          std::vector{text("a"), error(CloseCode::ProtocolError)});
    for (const auto opcode : {Opcode::Text, Opcode::Binary}) {
        CHECK(parse(frame(Opcode::Text, "a", false) + frame(opcode, "b")) == broken);
        CHECK(parse(frame(Opcode::Text, "", false) + frame(opcode, "")) == broken);
    }
}

TEST_CASE("a message that is too big is refused by its header, whole or in fragments", "[net][frames]")
{
    const auto too_big = std::vector{error(CloseCode::MessageTooBig)};
    CHECK(parse(frame(Opcode::Text, some_text(1000)), {}, 1000) == std::vector{text(some_text(1000))});
    CHECK(parse(frame(Opcode::Text, some_text(1001)).substr(0, 8), {}, 1000) == too_big);
    CHECK(parse(frame(Opcode::Text, some_text(600), false) + frame(Opcode::Continuation, some_text(400)), {}, 1000) ==
          std::vector{text(some_text(600) + some_text(400).substr(0))});
    CHECK(parse(frame(Opcode::Text, some_text(600), false) + frame(Opcode::Continuation, some_text(401)).substr(0, 8),
                {}, 1000) == too_big);
    std::string many = frame(Opcode::Text, "", false);
    for (int n = 0; n < 1001; ++n) {
        many += frame(Opcode::Continuation, "x", false);
    }
    CHECK(parse(many, {}, 1000) == too_big);
    CHECK(parse(std::string("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02\x03\x04", 14)) == too_big);
    CHECK(parse(frame(Opcode::Text, "a", false) +
                std::string("\x80\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02\x03\x04", 14)) == too_big);
    // A message ends, and the next one has the whole room again.
    CHECK(parse(frame(Opcode::Text, some_text(1000)) + frame(Opcode::Text, some_text(1000)), {}, 1000).size() == 2);
}

TEST_CASE("a close is answered with its code where it may be sent", "[net][frames]")
{
    for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U, 1013U, 1014U,
                                3000U, 3999U, 4000U, 4999U}) {
        CAPTURE(code);
        CHECK(parse(frame(Opcode::Close, close_payload(code, "why"))) ==
              std::vector{Got{Kind::Close, "why", static_cast<CloseCode>(code)}});
    }
    for (const unsigned code : {0U, 1U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2000U, 2999U, 5000U, 65535U}) {
        CAPTURE(code);
        const auto events = parse(frame(Opcode::Close, close_payload(code)));
        REQUIRE(events.size() == 1);
        CHECK(events[0].kind == Kind::Close);
        CHECK(events[0].code == CloseCode::ProtocolError);
    }
    CHECK(parse(frame(Opcode::Close, "")) == std::vector{Got{Kind::Close, "", CloseCode::Normal}});
    CHECK(parse(frame(Opcode::Close, "\x03")).at(0).code == CloseCode::ProtocolError);
}

TEST_CASE("a frame header is as short as its payload lets it be", "[net][frames]")
{
    const auto header = [](std::size_t size, Opcode opcode = Opcode::Text, bool last = true) {
        std::string out = "?";
        append_frame_header(out, opcode, size, last);
        return out.substr(1);
    };
    CHECK(header(0) == std::string("\x81\x00", 2));
    CHECK(header(125) == "\x81\x7D");
    CHECK(header(126) == std::string("\x81\x7E\x00\x7E", 4));
    CHECK(header(65535) == "\x81\x7E\xFF\xFF");
    CHECK(header(65536) == std::string("\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10));
    CHECK(header(0x0123456789) == std::string("\x81\x7F\x00\x00\x00\x01\x23\x45\x67\x89", 10));
    CHECK(header(5, Opcode::Text, false) == std::string("\x01\x05", 2));
    CHECK(header(5, Opcode::Continuation, true) == "\x80\x05");
    CHECK(header(0, Opcode::Pong) == std::string("\x8A\x00", 2));
    CHECK(make_frame(Opcode::Text, "Hello") == "\x81\x05Hello");
    CHECK(make_frame(Opcode::Binary, some_text(256)) == std::string("\x82\x7E\x01\x00", 4) + some_text(256));
}

TEST_CASE("a close frame holds its code and as much of its reason as fits", "[net][frames]")
{
    CHECK(make_close_frame(CloseCode::Normal, "") == "\x88\x02\x03\xE8");
    CHECK(make_close_frame(CloseCode::MessageTooBig, "too big") == "\x88\x09\x03\xF1too big");
    const auto longest = make_close_frame(CloseCode::GoingAway, std::string(200, 'r'));
    CHECK(longest == "\x88\x7D\x03\xE9" + std::string(123, 'r'));
}
