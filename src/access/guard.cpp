#include "bearer.hpp"
#include "gate.hpp"
#include "request_rules.hpp"

#include <alleycat/access/guard.hpp>
#include <alleycat/access/local.hpp>
#include <alleycat/core/clock.hpp>

#include <algorithm>

namespace alleycat::access {

namespace {

constexpr auto kChallenge = R"(Bearer realm="alleycat")";

constexpr auto kOnlyLocal =
    "without tokens (auth.mode \"none\") only a client on this machine may do this, by a loopback address or name, and "
    "no page of another site";

std::string challenge(std::string_view error)
{
    return std::string(kChallenge).append(R"(, error=")").append(error).append("\"");
}

}  // namespace

Guard::Guard(std::unique_ptr<TokenTable> tokens, Options options)
    : tokens_(std::move(tokens)), options_(std::move(options))
{
    if (!options_.now_ms) {
        options_.now_ms = [] { return epoch_ms(); };
    }
    if (!options_.steady_now) {
        options_.steady_now = [] { return std::chrono::steady_clock::now(); };
    }
    if (!options_.error_body) {
        options_.error_body = [](std::string_view, unsigned status, std::string detail) {
            return net::Response::text(status, detail.append("\n"));
        };
    }
    refreshed_ms_ = options_.now_ms();
}

Guard::~Guard() = default;

std::optional<Identity> Guard::known(std::string_view token) const
{
    return tokens_->find(token, options_.now_ms());
}

net::Response Guard::error(const net::Request& request, unsigned status, std::string detail) const
{
    auto response = options_.error_body(request.path, status, std::move(detail));
    std::erase_if(response.headers, [](const auto& header) { return header.first == "Cache-Control"; });
    return std::move(response.with("Cache-Control", "no-store"));
}

net::Response Guard::unknown(const net::Request& request) const
{
    ++refused_.unknown;
    if (!brings_token(request)) {
        return std::move(error(request, 401, "this needs a token: Authorization: Bearer, and the token")
                             .with("WWW-Authenticate", kChallenge));
    }
    return std::move(error(request, 401, "the token is not known, has been revoked or has expired")
                         .with("WWW-Authenticate", challenge("invalid_token")));
}

net::Response Guard::forbidden(const net::Request& request, const Identity& identity, std::string_view what) const
{
    ++refused_.forbidden;
    return std::move(
        error(request, 403, std::string(what).append("; this token's role is ").append(name(identity.role)))
            .with("WWW-Authenticate", challenge("insufficient_scope")));
}

std::optional<net::Response> Guard::refuse(const net::Request& request) const
{
    const auto needed = needs(request.method, request.path);
    if (needed == Needs::Nothing) {
        return std::nullopt;
    }
    if (!tokens_) {
        if (needed == Needs::Viewer || is_local(request)) {
            return std::nullopt;
        }
        ++refused_.forbidden;
        return error(request, 403, kOnlyLocal);
    }
    const auto token = bearer_token(request);
    if (!token && needed == Needs::Viewer && options_.open_viewing) {
        return std::nullopt;
    }
    const auto identity = token ? known(*token) : std::nullopt;
    if (!identity) {
        return unknown(request);
    }
    if (needed == Needs::Administrator && !identity->may_administer()) {
        return forbidden(request, *identity, "only an administrator may do this");
    }
    return std::nullopt;
}

std::optional<Identity> Guard::identify(const net::Request& request) const
{
    if (!tokens_) {
        return Identity{{}, Role::Studio, {}};
    }
    const auto token = bearer_token(request);
    auto identity = token ? known(*token) : std::nullopt;
    if (token && !identity) {
        ++refused_.unknown;
    }
    return identity;
}

bool Guard::brings_token(const net::Request& request)
{
    return bearer_token(request).has_value();
}

Guard::Opened Guard::open(const net::Request& request, bool sends, Open open)
{
    const auto token = bearer_token(request);
    if (!tokens_ || (!token && !sends && options_.open_viewing)) {
        return open(std::nullopt);
    }
    if (!token) {
        return std::make_unique<Gate>(*this, sends, std::move(open));
    }
    auto identity = known(*token);
    if (!identity) {
        return unknown(request);
    }
    if (sends && !identity->may_send()) {
        return forbidden(request, *identity, "only who may send may open this");
    }
    auto opened = open(identity);
    if (std::holds_alternative<net::Response>(opened)) {
        return opened;
    }
    return std::make_unique<Gate>(*this, *std::move(identity), std::move(std::get<0>(opened)));
}

Guard::Opened Guard::open(const net::Request& request, bool sends, Opened made)
{
    const bool waits = tokens_ && !brings_token(request);
    if (waits && std::holds_alternative<net::Response>(made)) {
        return made;
    }
    const auto kept = std::make_shared<Opened>(std::move(made));  // since a function can be copied
    return open(request, sends, [kept](const std::optional<Identity>&) { return std::move(*kept); });
}

bool Guard::refresh()
{
    if (!tokens_) {
        return false;
    }
    const auto now_ms = options_.now_ms();
    const auto now = options_.steady_now();
    const bool changed = tokens_->refresh();
    const bool expired = tokens_->expires_between(std::exchange(refreshed_ms_, now_ms), now_ms);
    std::vector<Gate*> due;
    std::ranges::copy_if(gates_, std::back_inserter(due), [&](const Gate* gate) { return gate->is_due(now_ms, now); });
    for (auto* gate : due) {
        if (gates_.contains(gate)) {  // the end of one may be that of another
            gate->end();
        }
    }
    return changed || expired;
}

std::vector<StoredToken> Guard::tokens() const
{
    return tokens_ ? tokens_->all() : std::vector<StoredToken>();
}

}  // namespace alleycat::access
