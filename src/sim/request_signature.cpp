#include "request_signature.hpp"

#include <alleycat/core/sha256.hpp>

namespace alleycat::sim {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDayDigits = 8;  // of a date: yyyymmdd

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
    const auto day_key = hmac_sha256("AWS4" + key.secret, day);
    const auto region_key = hmac_sha256(bytes_of(day_key), scope.region);
    const auto service_key = hmac_sha256(bytes_of(region_key), scope.service);
    const auto signing_key = hmac_sha256(bytes_of(service_key), "aws4_request");
    return std::string(kAlgorithm) + " Credential=" + key.id + '/' + credential_scope +
           ", SignedHeaders=" + names(headers) + ", Signature=" + hex(hmac_sha256(bytes_of(signing_key), to_sign));
}

}  // namespace alleycat::sim
