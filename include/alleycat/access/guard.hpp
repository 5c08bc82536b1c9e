#pragma once

#include <alleycat/access/token_table.hpp>
#include <alleycat/net/http_server.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <variant>

namespace alleycat::access {

class Gate;

/// Decides who may do what on the HTTP listener: the one place that does.
///
/// Without a table (auth.mode "none") everybody may view and send, and whoever asks from this machine may administer.
/// With one, every request needs `Authorization: Bearer <token>` (RFC 6750), but for the page's files, /healthz and
/// /readyz; a WebSocket may bring its token in its first message instead, as browsers must:
///     {"type":"auth","token":"…"}  →  {"type":"authorized","role":"bike","racerId":7}, or the close code 1008.
/// No token stands in any answer, close reason or log line.
///
/// Thread: the network thread. It must outlive the WebSockets that it has opened.
class Guard {
public:
    struct Options {
        bool open_viewing{false};                         ///< with a table: whoever only looks needs no token
        std::chrono::milliseconds first_message{10'000};  ///< how long a WebSocket may keep its token to itself
        std::function<std::int64_t()> now_ms;             ///< ms since the epoch; empty: the system's clock
        std::function<std::chrono::steady_clock::time_point()> steady_now;  ///< empty: likewise
        net::ErrorBody error_body;                                          ///< how a refusal looks; empty: plain text
    };
    /// Who was refused, ever.
    struct Refused {
        std::uint64_t unknown{0};    ///< no token, or none that is good
        std::uint64_t forbidden{0};  ///< a good one that may not do this
    };

    /// `tokens`: null for auth.mode "none".
    Guard(std::unique_ptr<TokenTable> tokens, Options options);
    ~Guard();

    [[nodiscard]] bool required() const { return tokens_ != nullptr; }

    /// An answer that refuses the request, before its route sees it: 401 with WWW-Authenticate, or 403. What a route
    /// needs is a rule of method and path: whatever changes anything and everything about quarantine need an
    /// administrator, what is read needs a viewer, unless it is named open. The stream API (POST /) and WebSockets ask
    /// for themselves.
    [[nodiscard]] std::optional<net::Response> refuse(const net::Request& request) const;

    /// Who asks by `Authorization: Bearer`. Without tokens: a studio without a name. none: no such header, or no good
    /// token, which is counted.
    [[nodiscard]] std::optional<Identity> identify(const net::Request& request) const;
    /// Whether the header is there at all: a token that is not good is refused at once, none may still come.
    [[nodiscard]] static bool brings_token(const net::Request& request);

    /// What handles a WebSocket, or a response that refuses it.
    using Opened = std::variant<std::unique_ptr<net::WebSocket::Handler>, net::Response>;
    /// Makes it once it is known whose connection it is. `identity`: none without tokens, and of who only looks where
    /// that needs none. The request may be gone by then.
    using Open = std::function<Opened(std::optional<Identity> identity)>;
    /// A WebSocket of whoever may view (`sends` false) or send. `open` is called at once, or behind the first message;
    /// then a response closes the connection, so what can be said of the request is said before.
    [[nodiscard]] Opened open(const net::Request& request, bool sends, Open open);
    /// The same with what is alike for everybody: a response is given to whoever has not shown a bad token.
    [[nodiscard]] Opened open(const net::Request& request, bool sends, Opened made);

    /// Takes over changed tokens, closes the WebSockets of those that are good no more, and of those that have not said
    /// who they are in time. Called about once a second. True where tokens have come, gone or expired.
    bool refresh();

    /// The tokens as they are; empty without a table.
    [[nodiscard]] std::vector<StoredToken> tokens() const;
    [[nodiscard]] const Refused& refused() const { return refused_; }

private:
    friend class Gate;
    [[nodiscard]] std::optional<Identity> known(std::string_view token) const;
    [[nodiscard]] net::Response error(const net::Request& request, unsigned status, std::string detail) const;
    [[nodiscard]] net::Response unknown(const net::Request& request) const;
    [[nodiscard]] net::Response forbidden(const net::Request& request, const Identity& identity,
                                          std::string_view what) const;

    const std::unique_ptr<TokenTable> tokens_;
    Options options_;
    mutable Refused refused_;
    std::int64_t refreshed_ms_{0};
    std::set<Gate*> gates_;  // open WebSockets that have a token, or are to bring one
};

}  // namespace alleycat::access
