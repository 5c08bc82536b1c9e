#include "origin.hpp"

#include "request_header.hpp"

#include <alleycat/net/loopback.hpp>

#include <algorithm>
#include <optional>

namespace alleycat::net {

namespace {

/// An IPv6 address stands in brackets.
std::string_view bare(std::string_view host)
{
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

struct Authority {
    std::string_view host;
    std::string_view port;

    [[nodiscard]] bool same(const Authority& other) const { return same_word(host, other.host) && port == other.port; }
    /// This machine has several names, which lead to one server where the port is one.
    [[nodiscard]] bool is_loopback() const { return net::is_loopback(bare(host)); }
};

/// Splits "host", "host:port" and "[address]:port".
Authority split_authority(std::string_view text, std::string_view default_port)
{
    const auto bracket = text.starts_with('[') ? text.find(']') : 0;
    const auto colon = text.find(':', std::min(bracket, text.size()));
    const auto port = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    return {text.substr(0, colon), port.empty() ? default_port : port};
}

struct Origin {
    std::string_view default_port;  // which stands for the scheme
    Authority authority;
};

std::optional<Origin> split_origin(std::string_view text)
{
    for (const auto& [scheme, port] : {std::pair<std::string_view, std::string_view>{"http://", "80"},
                                       std::pair<std::string_view, std::string_view>{"https://", "443"}}) {
        const auto rest = text.substr(std::min(scheme.size(), text.size()));
        if (same_word(text.substr(0, scheme.size()), scheme) && !rest.empty() &&
            rest.find_first_of("/?#@") == std::string_view::npos) {
            return Origin{port, split_authority(rest, port)};
        }
    }
    return std::nullopt;
}

}  // namespace

bool names_origin(const std::vector<std::string>& list, std::string_view origin)
{
    const auto asked = split_origin(origin);
    return std::any_of(list.begin(), list.end(), [&](const std::string& entry) {
        const auto named = split_origin(entry);
        return entry == "*" || (asked && named && asked->default_port == named->default_port &&
                                asked->authority.same(named->authority));
    });
}

bool is_own_origin(std::string_view origin, std::string_view host)
{
    const auto asked = split_origin(origin);
    if (!asked) {
        return false;
    }
    const auto own = split_authority(host, asked->default_port);
    return asked->authority.same(own) ||
           (asked->authority.port == own.port && asked->authority.is_loopback() && own.is_loopback());
}

}  // namespace alleycat::net
