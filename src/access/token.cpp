#include "token.hpp"

#include <alleycat/core/base64.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace alleycat::access {

namespace {

constexpr std::string_view kPrefix = "alleycat_";
/// Crockford's 32: without i, l, o and u nobody mistakes one for another, and five random bits are one of them.
constexpr std::string_view kIdLetters = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kIdLength = 8;
constexpr std::string_view kSecretLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretLength = (kSecretBytes * 8 + 5) / 6;
constexpr std::size_t kTokenLength = kPrefix.size() + kIdLength + 1 + kSecretLength;

bool is_made_of(std::string_view letters, std::string_view text)
{
    return text.find_first_not_of(letters) == std::string_view::npos;
}

std::string random_id()
{
    std::array<unsigned char, kIdLength> bytes{};
    fill_random(bytes);
    std::string id;
    for (const auto byte : bytes) {
        id.push_back(kIdLetters[byte % kIdLetters.size()]);
    }
    return id;
}

}  // namespace

void fill_random(std::span<unsigned char> room)
{
    if (RAND_bytes(room.data(), static_cast<int>(room.size())) != 1) {
        throw std::runtime_error("the system has no random numbers");
    }
}

std::string random_secret()
{
    std::array<unsigned char, kSecretBytes> bytes{};
    fill_random(bytes);
    std::string text;
    append_base64(text, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text.substr(0, kSecretLength);  // without padding
}

TokenStore::Made random_token()
{
    auto id = random_id();
    auto token = std::string(kPrefix).append(id).append("_").append(random_secret());
    return {std::move(id), std::move(token)};
}

TokenHash hash_of(std::string_view token)
{
    return sha256(token);
}

std::optional<std::string_view> token_id(std::string_view token)
{
    if (token.size() != kTokenLength || !token.starts_with(kPrefix) || token[kPrefix.size() + kIdLength] != '_' ||
        !is_made_of(kSecretLetters, token.substr(kTokenLength - kSecretLength))) {
        return std::nullopt;
    }
    const auto id = token.substr(kPrefix.size(), kIdLength);
    return is_made_of(kIdLetters, id) ? std::optional(id) : std::nullopt;
}

}  // namespace alleycat::access
