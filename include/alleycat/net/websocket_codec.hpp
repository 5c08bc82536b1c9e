#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace alleycat::net {

// The framing of RFC 6455, server side, without any input or output.

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Close codes (RFC 6455, 7.4.1).
enum class CloseCode : std::uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    UnsupportedData = 1003,
    PolicyViolation = 1008,
    MessageTooBig = 1009,
    TryAgainLater = 1013,
};

/// Appends an unmasked frame header for `payload_bytes`. `last`: the message ends with this frame.
void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_bytes, bool last = true);

/// A whole frame: header and payload.
[[nodiscard]] std::string make_frame(Opcode opcode, std::string_view payload, bool last = true);
[[nodiscard]] std::string make_close_frame(CloseCode code, std::string_view reason);

/// Takes apart what a client sends.
///
/// A message that lies whole in one input is unmasked in place and never copied; one that spans several is gathered.
/// Memory: at most max_message_bytes, and nothing between messages.
class FrameParser {
public:
    /// Bytes that stay readable behind the input of next() and behind every message.
    static constexpr std::size_t kPadding = 64;

    enum class Kind : std::uint8_t {
        NeedMore,  ///< the input is used up
        Text,      ///< a whole message
        Binary,    ///< likewise
        Ping,
        Pong,
        Close,  ///< `code` is what to answer
        Error,  ///< the client broke the protocol; close with `code`
    };
    struct Event {
        Kind kind{Kind::NeedMore};
        std::string_view payload;  ///< valid until the next call of next()
        CloseCode code{CloseCode::Normal};
    };

    explicit FrameParser(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

    /// Takes the next event off the front of `input`, unmasking it in place.
    [[nodiscard]] Event next(std::span<char>& input);

    /// What is held of a message that is not complete.
    [[nodiscard]] std::size_t unfinished_bytes() const { return message_.size(); }

private:
    enum class State : std::uint8_t { Header, Payload };

    [[nodiscard]] Event step(std::span<char>& input);
    [[nodiscard]] bool read_header(std::span<char>& input);
    [[nodiscard]] bool check_header();
    [[nodiscard]] Event read_control(std::span<char>& input);
    [[nodiscard]] Event read_data(std::span<char>& input);
    [[nodiscard]] Event finish_message(std::string_view payload);
    [[nodiscard]] static Event finish_close(std::string_view payload);
    void unmask(std::span<char> bytes);
    [[nodiscard]] Event fail(CloseCode code) { return {Kind::Error, {}, code}; }

    const std::size_t max_message_bytes_;
    State state_{State::Header};
    std::array<char, 14> header_{};  // the longest there is
    std::size_t header_bytes_{0};    // of it, received
    // Of the current frame:
    Opcode opcode_{};
    bool last_{false};
    std::uint64_t remaining_{0};  // payload bytes to come
    std::array<char, 8> mask_{};  // the mask twice, so that eight bytes are unmasked at once
    std::size_t mask_at_{0};
    CloseCode error_{CloseCode::Normal};
    // Of the current message:
    bool in_message_{false};  // a frame without FIN came
    bool text_{false};
    std::string message_;   // gathered so far, where it spans inputs or frames
    std::string gathered_;  // the latest such message, whole and padded
    std::string control_;   // payload of a control frame
};

}  // namespace alleycat::net
