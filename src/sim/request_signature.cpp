#include "request_signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace alleycat::sim {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDayDigits = 8;  // of a date: yyyymmdd

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view text_of(const Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest sha256(std::string_view text)
{
    Digest digest{};
    SHA256(bytes_of(text), text.size(), digest.data());
    return digest;
}

Digest hmac(std::string_view key, std::string_view text)
{
    Digest digest{};
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), digest.data(),
             nullptr) == nullptr) {
        throw std::runtime_error("HMAC-SHA256 is not available");
    }
    return digest;
}

std::string hex(const Digest& digest)
{
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text.append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    }
    return text;
}

/// Names of the headers, with a semicolon between each two.
std::string names(std::span<const SignedHeader> headers)
{
    std::string text;
    for (const SignedHeader& header : headers) {
        text.append(text.empty() ? "" : ";").append(header.name);
    }
    return text;
}

/// The request in the one form of which both sides take the digest.
std::string canonical_post(std::span<const SignedHeader> headers, std::string_view body)
{
    std::string text = "POST\n/\n\n";
    for (const SignedHeader& header : headers) {
        text.append(header.name).append(1, ':').append(header.value).append(1, '\n');
    }
    return text + '\n' + names(headers) + '\n' + hex(sha256(body));
}

}  // namespace

std::string authorization(const AccessKey& key, const SignatureScope& scope, std::string_view date,
                          std::span<const SignedHeader> headers, std::string_view body)
{
    const std::string day(date.substr(0, kDayDigits));
    const std::string credential_scope =
        day + '/' + std::string(scope.region) + '/' + std::string(scope.service) + "/aws4_request";
    const std::string to_sign = std::string(kAlgorithm) + '\n' + std::string(date) + '\n' + credential_scope + '\n' +
                                hex(sha256(canonical_post(headers, body)));
    const Digest day_key = hmac("AWS4" + key.secret, day);
    const Digest region_key = hmac(text_of(day_key), scope.region);
    const Digest service_key = hmac(text_of(region_key), scope.service);
    const Digest signing_key = hmac(text_of(service_key), "aws4_request");
    return std::string(kAlgorithm) + " Credential=" + key.id + '/' + credential_scope +
           ", SignedHeaders=" + names(headers) + ", Signature=" + hex(hmac(text_of(signing_key), to_sign));
}

}  // namespace alleycat::sim
