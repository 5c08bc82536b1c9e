#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace alleycat {

/// FIPS 180-4.
using Sha256 = std::array<unsigned char, 32>;

// Throw std::runtime_error where OpenSSL has none of it.

[[nodiscard]] Sha256 sha256(std::string_view bytes);
/// RFC 2104, with SHA-256.
[[nodiscard]] Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

/// 64 lower-case digits.
[[nodiscard]] std::string hex(const Sha256& hash);

/// The hash as the bytes that it is, such as for a key.
[[nodiscard]] inline std::string_view bytes_of(const Sha256& hash)
{
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace alleycat
