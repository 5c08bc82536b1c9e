#include <alleycat/access/local.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace alleycat::access {

namespace {

/// `Host` without its port.
std::string_view host_name(std::string_view host)
{
    if (host.substr(0, 1) == "[") {
        const auto close = host.find(']');
        return close == std::string_view::npos ? "" : host.substr(1, close - 1);
    }
    return host.substr(0, host.find(':'));
}

/// A name under which another site could have this machine's address ("rebinding") is none of these.
bool is_loopback_name(std::string_view name)
{
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower == "localhost") {
        return true;
    }
    boost::system::error_code no_address;
    return boost::asio::ip::make_address(lower, no_address).is_loopback() && !no_address;
}

}  // namespace

bool is_local(const net::Request& request)
{
    static constexpr std::array kProxyHeaders{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"};
    const auto host = request.header("Host");
    const auto origin = request.header("Origin");
    const bool own_page = origin.empty() || origin == (request.secure ? "https://" : "http://") + std::string(host);
    const bool proxied = std::any_of(kProxyHeaders.begin(), kProxyHeaders.end(),
                                     [&](const char* name) { return !request.header(name).empty(); });
    return request.from_loopback && is_loopback_name(host_name(host)) && own_page && !proxied;
}

}  // namespace alleycat::access
