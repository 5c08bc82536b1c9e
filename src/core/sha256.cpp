#include <alleycat/core/sha256.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace alleycat {

Sha256 sha256(std::string_view bytes)
{
    Sha256 hash{};
    if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("OpenSSL could not compute a SHA-256");
    }
    return hash;
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes)
{
    Sha256 hash{};
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data(), nullptr) == nullptr) {
        throw std::runtime_error("OpenSSL could not compute an HMAC");
    }
    return hash;
}

std::string hex(const Sha256& hash)
{
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * hash.size());
    for (const auto byte : hash) {
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 15U];
    }
    return text;
}

}  // namespace alleycat
