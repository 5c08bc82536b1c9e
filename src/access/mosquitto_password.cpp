#include "mosquitto_password.hpp"

#include "token.hpp"

#include <alleycat/access/mosquitto_files.hpp>
#include <alleycat/core/base64.hpp>

#include <openssl/evp.h>

#include <stdexcept>

namespace alleycat::access {

namespace {

constexpr int kRounds = 101;  // mosquitto_passwd's own default
constexpr std::size_t kSaltBytes = 12;
constexpr std::size_t kHashBytes = 64;

std::string_view text_of(std::span<const unsigned char> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string mosquitto_password(std::string_view password, std::span<const unsigned char> salt)
{
    std::array<unsigned char, kHashBytes> hash{};
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), kRounds, EVP_sha512(), static_cast<int>(hash.size()),
                          hash.data()) != 1) {
        throw std::runtime_error("PBKDF2 with SHA-512 is not to be had");
    }
    auto text = "$7$" + std::to_string(kRounds) + "$";
    append_base64(text, text_of(salt));
    append_base64(text.append("$"), text_of(hash));
    return text;
}

std::string mosquitto_password(std::string_view password)
{
    std::array<unsigned char, kSaltBytes> salt{};
    fill_random(salt);
    return mosquitto_password(password, salt);
}

}  // namespace alleycat::access
