#include <alleycat/net/websocket_codec.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace alleycat::net {

namespace {

constexpr std::size_t kMaxControlBytes = 125;

std::uint8_t byte(char value)
{
    return static_cast<std::uint8_t>(value);
}

bool is_control(Opcode opcode)
{
    return static_cast<std::uint8_t>(opcode) >= 8;
}

/// Close codes that a client may send (RFC 6455, 7.4).
bool is_valid_close_code(unsigned code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

}  // namespace

void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_bytes, bool last)
{
    out.push_back(static_cast<char>((last ? 0x80 : 0) | static_cast<int>(opcode)));
    if (payload_bytes < 126) {
        out.push_back(static_cast<char>(payload_bytes));
        return;
    }
    const bool wide = payload_bytes > 0xFFFF;
    out.push_back(static_cast<char>(wide ? 127 : 126));
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>(static_cast<std::uint64_t>(payload_bytes) >> shift & 0xFF));
    }
}

std::string make_frame(Opcode opcode, std::string_view payload, bool last)
{
    std::string frame;
    frame.reserve(payload.size() + 10);
    append_frame_header(frame, opcode, payload.size(), last);
    return frame.append(payload);
}

std::string make_close_frame(CloseCode code, std::string_view reason)
{
    std::string payload{static_cast<char>(static_cast<unsigned>(code) >> 8),
                        static_cast<char>(static_cast<unsigned>(code) & 0xFF)};
    payload.append(reason.substr(0, kMaxControlBytes - 2));
    return make_frame(Opcode::Close, payload);
}

FrameParser::Event FrameParser::next(std::span<char>& input)
{
    if (!gathered_.empty()) {
        std::string().swap(gathered_);  // its room goes back as soon as the message is done with
    }
    Event event;
    do {
        event = step(input);
    } while (event.kind == Kind::NeedMore && !input.empty());
    return event;
}

/// Reads what is left of a header, and of the payload behind it as much as there is.
FrameParser::Event FrameParser::step(std::span<char>& input)
{
    if (state_ == State::Header) {
        if (!read_header(input)) {
            return {};
        }
        if (!check_header()) {
            return fail(error_);
        }
        state_ = State::Payload;
    }
    return is_control(opcode_) ? read_control(input) : read_data(input);
}

/// Gathers the header; false until it is complete.
bool FrameParser::read_header(std::span<char>& input)
{
    std::size_t need = 2;
    for (;;) {
        if (header_bytes_ >= 2) {
            const auto length = byte(header_[1]) & 0x7F;
            need = 2U + (length == 126 ? 2U : length == 127 ? 8U : 0U) + ((byte(header_[1]) & 0x80) != 0 ? 4U : 0U);
        }
        if (header_bytes_ == need) {
            return true;
        }
        const auto take = std::min(need - header_bytes_, input.size());
        if (take == 0) {
            return false;
        }
        std::memcpy(header_.data() + header_bytes_, input.data(), take);
        header_bytes_ += take;
        input = input.subspan(take);
    }
}

/// Takes the header apart; false, with error_ set, where the client must not send it.
bool FrameParser::check_header()
{
    error_ = CloseCode::ProtocolError;
    const bool masked = (byte(header_[1]) & 0x80) != 0;
    const bool reserved = (byte(header_[0]) & 0x70) != 0;
    if (!masked || reserved) {
        return false;
    }
    last_ = (byte(header_[0]) & 0x80) != 0;
    opcode_ = static_cast<Opcode>(byte(header_[0]) & 0x0F);
    const auto length = byte(header_[1]) & 0x7F;
    const std::size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    remaining_ = length_bytes == 0 ? static_cast<std::uint64_t>(length) : 0;
    for (std::size_t at = 0; at < length_bytes; ++at) {
        remaining_ = remaining_ << 8 | byte(header_[2 + at]);
    }
    std::memcpy(mask_.data(), header_.data() + 2 + length_bytes, 4);
    std::memcpy(mask_.data() + 4, mask_.data(), 4);
    mask_at_ = 0;
    header_bytes_ = 0;
    switch (opcode_) {
        case Opcode::Close:
        case Opcode::Ping:
        case Opcode::Pong:
            control_.clear();
            return last_ && remaining_ <= kMaxControlBytes;
        case Opcode::Text:
        case Opcode::Binary:
            if (in_message_) {
                return false;
            }
            text_ = opcode_ == Opcode::Text;
            break;
        case Opcode::Continuation:
            if (!in_message_) {
                return false;
            }
            break;
        default:
            return false;
    }
    in_message_ = true;
    if (remaining_ > max_message_bytes_ || message_.size() + remaining_ > max_message_bytes_) {
        error_ = CloseCode::MessageTooBig;
        return false;
    }
    return true;
}

void FrameParser::unmask(std::span<char> bytes)
{
    std::uint64_t mask = 0;
    std::array<char, 8> rotated{};
    for (std::size_t at = 0; at < 8; ++at) {
        rotated[at] = mask_[(mask_at_ + at) % 4];
    }
    std::memcpy(&mask, rotated.data(), sizeof mask);
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        word ^= mask;
        std::memcpy(bytes.data() + at, &word, sizeof word);
    }
    for (; at < bytes.size(); ++at) {
        bytes[at] = static_cast<char>(bytes[at] ^ rotated[at % 4]);
    }
    mask_at_ = (mask_at_ + bytes.size()) % 4;
}

FrameParser::Event FrameParser::read_control(std::span<char>& input)
{
    const auto take = std::min<std::uint64_t>(remaining_, input.size());
    unmask(input.first(take));
    control_.append(input.data(), take);
    input = input.subspan(take);
    remaining_ -= take;
    if (remaining_ != 0) {
        return {};
    }
    state_ = State::Header;
    switch (opcode_) {
        case Opcode::Ping:
            return {Kind::Ping, control_, {}};
        case Opcode::Pong:
            return {Kind::Pong, control_, {}};
        default:
            return finish_close(control_);
    }
}

FrameParser::Event FrameParser::finish_close(std::string_view payload)
{
    if (payload.empty()) {
        return {Kind::Close, {}, CloseCode::Normal};
    }
    const auto code = payload.size() < 2 ? 0U : static_cast<unsigned>(byte(payload[0]) << 8 | byte(payload[1]));
    if (!is_valid_close_code(code)) {
        return {Kind::Close, {}, CloseCode::ProtocolError};
    }
    return {Kind::Close, payload.substr(2), static_cast<CloseCode>(code)};
}

FrameParser::Event FrameParser::read_data(std::span<char>& input)
{
    const auto take = std::min<std::uint64_t>(remaining_, input.size());
    const auto part = input.first(take);
    unmask(part);
    input = input.subspan(take);
    remaining_ -= take;
    const bool frame_ends = remaining_ == 0;
    if (frame_ends) {
        state_ = State::Header;
        if (last_ && message_.empty()) {
            return finish_message({part.data(), part.size()});
        }
    }
    message_.append(part.data(), part.size());
    if (!frame_ends || !last_) {
        return {};
    }
    const auto size = message_.size();
    gathered_ = std::exchange(message_, std::string());
    gathered_.append(kPadding, '\0');
    return finish_message(std::string_view(gathered_).substr(0, size));
}

FrameParser::Event FrameParser::finish_message(std::string_view payload)
{
    in_message_ = false;
    return {text_ ? Kind::Text : Kind::Binary, payload, {}};
}

}  // namespace alleycat::net
