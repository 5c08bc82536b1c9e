#include "handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace alleycat::net {

std::string websocket_accept(std::string_view key)
{
    std::string text(key);
    text.append("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 29> encoded{};  // 20 bytes in base64, and a zero
    const auto size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

}  // namespace alleycat::net
