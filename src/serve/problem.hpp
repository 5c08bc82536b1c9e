#pragma once

#include <alleycat/net/http.hpp>

#include <string>
#include <string_view>

namespace alleycat::serve {

/// An error as `application/problem+json` (RFC 9457). `path` and `detail` may hold any bytes, as clients send them.
/// `parameter`: the one that is wrong, if one is.
[[nodiscard]] net::Response problem(std::string_view path, unsigned status, std::string_view detail,
                                    std::string_view parameter = {});

/// Whether errors of this path are told so.
[[nodiscard]] bool has_problems(std::string_view path);

}  // namespace alleycat::serve
