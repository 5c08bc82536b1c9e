#include "bearer.hpp"

#include <algorithm>
#include <cctype>

namespace alleycat::access {

namespace {

constexpr std::string_view kScheme = "bearer";  // in any case (RFC 9110, 11.1)

}  // namespace

std::optional<std::string_view> bearer_token(const net::Request& request)
{
    auto value = request.header("Authorization");
    const auto scheme = value.substr(0, value.find(' '));
    if (!std::ranges::equal(scheme, kScheme, {}, [](unsigned char letter) { return std::tolower(letter); })) {
        return std::nullopt;
    }
    value.remove_prefix(scheme.size());
    const auto first = value.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view() : value.substr(first);
}

}  // namespace alleycat::access
