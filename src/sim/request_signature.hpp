#pragma once

#include <span>
#include <string>
#include <string_view>

namespace alleycat::sim {

// AWS Signature Version 4, for the only requests that this program signs: a POST to "/" without a query.

/// What the public stream service calls an access key.
struct AccessKey {
    std::string id;  ///< empty: requests are not signed
    std::string secret;
};

/// What a signature is good for, besides its request.
struct SignatureScope {
    std::string_view region;
    std::string_view service;
};

struct SignedHeader {
    std::string_view name;   ///< lower case
    std::string_view value;  ///< without blanks around it, or several in a row
};

/// The value of the Authorization header. `date` is that of the x-amz-date header, such as 20150830T123600Z; `headers`
/// are sorted by name, and hold at least host and x-amz-date. Throws std::runtime_error if the library fails.
[[nodiscard]] std::string authorization(const AccessKey& key, const SignatureScope& scope, std::string_view date,
                                        std::span<const SignedHeader> headers, std::string_view body);

}  // namespace alleycat::sim
