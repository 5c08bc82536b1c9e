#pragma once

#include <alleycat/net/http.hpp>

#include <optional>
#include <string_view>

namespace alleycat::access {

/// The token of `Authorization: Bearer <token>` (RFC 6750, 2.1), whatever it is worth; none where there is no such
/// header, or one of another scheme.
[[nodiscard]] std::optional<std::string_view> bearer_token(const net::Request& request);

}  // namespace alleycat::access
