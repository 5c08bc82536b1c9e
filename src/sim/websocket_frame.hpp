#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace alleycat::sim {

// The client's side of RFC 6455, without I/O.

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Appends one masked, unfragmented frame.
void append_client_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask_key);

/// Cuts what a server sends into messages; joins fragments.
class ServerFrameReader {
public:
    struct Message {
        Opcode opcode{Opcode::Text};  ///< Text, Binary, Close, Ping or Pong
        std::string_view payload;     ///< valid until the next call
    };
    enum class Step {
        Message,   ///< there is one
        NeedMore,  ///< feed() more bytes first
        Broken,    ///< not what a server may send, or above kMostPayloadBytes; the connection is of no more use
    };
    static constexpr std::size_t kMostPayloadBytes = 1024 * 1024;

    void feed(std::string_view bytes);
    [[nodiscard]] Step next(Message& message);

private:
    [[nodiscard]] Step take(bool final, Opcode opcode, std::string_view payload, Message& message);

    std::string buffer_;  // bytes of which the first taken_ are done with
    std::size_t taken_{0};
    std::string fragments_;                    // payloads of an unfinished message
    Opcode fragmented_{Opcode::Continuation};  // its opcode; Continuation while there is none
};

}  // namespace alleycat::sim
