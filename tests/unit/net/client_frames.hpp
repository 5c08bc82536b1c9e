#pragma once

#include <alleycat/net/websocket_codec.hpp>

#include <array>
#include <string>
#include <string_view>

namespace alleycat::net {

using Mask = std::array<unsigned char, 4>;
inline constexpr Mask kMask{0x37, 0xFA, 0x21, 0x3D};  // of the RFC's examples

/// What a client's frame may be wrong in.
struct FrameBits {
    bool last{true};
    bool masked{true};
    int reserved{0};  // the three bits behind FIN
};

/// A frame as a client sends it (RFC 6455, 5.2), `length_bytes` telling how the length is written: 0, 2 or 8.
inline std::string client_frame(int opcode, std::string_view payload, FrameBits bits = {}, Mask mask = kMask,
                                int length_bytes = -1)
{
    const auto size = payload.size();
    if (length_bytes < 0) {
        length_bytes = size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
    }
    std::string frame;
    frame.push_back(static_cast<char>((bits.last ? 0x80 : 0) | bits.reserved << 4 | opcode));
    const auto length = length_bytes == 0 ? static_cast<int>(size) : length_bytes == 2 ? 126 : 127;
    frame.push_back(static_cast<char>((bits.masked ? 0x80 : 0) | length));
    for (int at = length_bytes - 1; at >= 0; --at) {
        frame.push_back(static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * at) & 0xFF));
    }
    if (!bits.masked) {
        return frame.append(payload);
    }
    for (const auto byte : mask) {
        frame.push_back(static_cast<char>(byte));
    }
    for (std::size_t at = 0; at < size; ++at) {
        frame.push_back(static_cast<char>(static_cast<unsigned char>(payload[at]) ^ mask[at % 4]));
    }
    return frame;
}

inline std::string client_frame(Opcode opcode, std::string_view payload, FrameBits bits = {}, Mask mask = kMask)
{
    return client_frame(static_cast<int>(opcode), payload, bits, mask);
}

/// The payload of a client's close frame.
inline std::string close_payload(unsigned code, std::string_view reason = {})
{
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    return payload.append(reason);
}

}  // namespace alleycat::net
