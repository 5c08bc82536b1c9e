#include "websocket_frame.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace alleycat::sim;

namespace {

using Reader = ServerFrameReader;

std::string server_frame(unsigned first_byte, const std::string& payload)
{
    std::string frame(1, static_cast<char>(first_byte));
    if (payload.size() < 126) {
        frame.append(1, static_cast<char>(payload.size()));
    } else {
        frame.append(1, '\x7e');
        frame.append(1, static_cast<char>(payload.size() >> 8U)).append(1, static_cast<char>(payload.size() & 0xffU));
    }
    return frame + payload;
}

/// "opcode:payload" of each message in `bytes`, fed `piece` bytes at a time; "broken" ends the list.
std::vector<std::string> read(const std::string& bytes, std::size_t piece)
{
    Reader reader;
    std::vector<std::string> messages;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.feed(std::string_view(bytes).substr(at, piece));
        Reader::Message message;
        for (auto step = reader.next(message); step != Reader::Step::NeedMore; step = reader.next(message)) {
            if (step == Reader::Step::Broken) {
                messages.emplace_back("broken");
                return messages;
            }
            messages.push_back(std::to_string(static_cast<int>(message.opcode)) + ":" + std::string(message.payload));
        }
    }
    return messages;
}

}  // namespace

TEST_CASE("a client frame is the one of RFC 6455, section 5.7", "[sim][websocket]")
{
    std::string frame;
    append_client_frame(frame, Opcode::Text, "Hello", 0x37fa213d);
    CHECK(frame == "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST_CASE("client frames of every size class unmask to their payload", "[sim][websocket]")
{
    const std::size_t size = GENERATE(0U, 1U, 7U, 8U, 9U, 125U, 126U, 65535U, 65536U, 100000U);
    std::string payload;
    for (std::size_t at = 0; at < size; ++at) {
        payload.append(1, static_cast<char>('a' + at % 26));
    }
    std::string frame;
    append_client_frame(frame, Opcode::Text, payload, 0x01020384);
    const std::size_t header = frame.size() - size;
    CHECK(header == (size < 126 ? 6U : size < 65536 ? 8U : 14U));
    std::string unmasked = frame.substr(header);
    for (std::size_t at = 0; at < size; ++at) {
        unmasked[at] = static_cast<char>(unmasked[at] ^ frame[header - 4 + at % 4]);
    }
    CHECK(unmasked == payload);
}

TEST_CASE("messages are the same however the bytes are cut", "[sim][websocket]")
{
    const std::string bytes = server_frame(0x81, "one") + server_frame(0x89, "ping") + server_frame(0x01, "fra") +
                              server_frame(0x8a, "pong") + server_frame(0x00, "gmen") + server_frame(0x80, "ted") +
                              server_frame(0x82, std::string(300, 'x')) + server_frame(0x88, "\x03\xe8");
    const std::vector<std::string> wanted{
        "1:one", "9:ping", "10:pong", "1:fragmented", "2:" + std::string(300, 'x'), "8:\x03\xe8"};
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        CAPTURE(piece);
        CHECK(read(bytes, piece) == wanted);
    }
}

TEST_CASE("what a server must not send is broken", "[sim][websocket]")
{
    const std::vector<std::string> broken{"broken"};
    CHECK(read(server_frame(0xc1, "x"), 100) == broken);                            // a reserved bit
    CHECK(read(std::string("\x81\x81mask!", 7), 100) == broken);                    // masked
    CHECK(read(server_frame(0x80, "x"), 100) == broken);                            // continues nothing
    CHECK(read(server_frame(0x01, "a") + server_frame(0x81, "b"), 100) == broken);  // a message inside another
    CHECK(read(server_frame(0x09, "x"), 100) == broken);                            // a fragmented ping
    CHECK(read(server_frame(0x89, std::string(126, 'x')), 1000) == broken);         // a long ping
    CHECK(read(server_frame(0x83, "x"), 100) == broken);                            // an unknown opcode
    CHECK(read(std::string("\x81\x7f\0\0\0\x01\0\0\0\0", 10), 100) == broken);      // 4 GB
}
