#include <alleycat/access/local.hpp>
#include <alleycat/net/loopback.hpp>

#include <algorithm>
#include <array>

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

}  // namespace

bool is_local(const net::Request& request)
{
    static constexpr std::array kProxyHeaders{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"};
    const auto host = request.header("Host");
    const auto origin = request.header("Origin");
    const bool own_page = origin.empty() || origin == (request.secure ? "https://" : "http://") + std::string(host);
    const bool proxied = std::any_of(kProxyHeaders.begin(), kProxyHeaders.end(),
                                     [&](const char* name) { return !request.header(name).empty(); });
    return request.from_loopback && net::is_loopback(host_name(host)) && own_page && !proxied;
}

}  // namespace alleycat::access
