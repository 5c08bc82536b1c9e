#pragma once

#include <alleycat/net/http.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace alleycat::ingest {

// How AWS Signature Version 4 is computed.

inline constexpr std::string_view kSignatureAlgorithm = "AWS4-HMAC-SHA256";

/// "id/date/region/service/aws4_request"
struct SignatureScope {
    std::string_view id;
    std::string_view date;
    std::string_view region;
    std::string_view service;
    std::string_view text;  // all behind the id
};

/// The signature that `request` gets with `secret`, in hexadecimal digits. `signed_headers`: "host;x-amz-date", in
/// lower case; `date`: "20150830T123600Z".
[[nodiscard]] std::string signature(const net::Request& request, const SignatureScope& scope,
                                    std::string_view signed_headers, std::string_view date, std::string_view secret);

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace alleycat::ingest
