#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace alleycat::net {

/// Whether a list of origins names `origin`: it holds "*", or the same scheme, host and port, a port left out being the
/// scheme's own. "null", the origin of nobody in particular, is named by "*" alone.
[[nodiscard]] bool names_origin(const std::vector<std::string>& list, std::string_view origin);

/// Whether a page of `origin` was served by what answers as `host`, the value of a Host header: both name the same, or
/// both name loopback, with the same port. The scheme does not matter beyond the port that it stands for: a proxy in
/// front may speak https for us.
[[nodiscard]] bool is_own_origin(std::string_view origin, std::string_view host);

}  // namespace alleycat::net
