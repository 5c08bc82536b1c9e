#pragma once

#include "config.hpp"

#include <alleycat/core/ids.hpp>

namespace alleycat::app {

/// What `alleycatd token add` is asked for, as it was written.
struct TokenRequest {
    std::string role;
    std::optional<std::uint64_t> racer;
    std::string note;
    std::string expires;  ///< such as "12h" or "30d" from now; empty: never
};

/// What a command has to say.
struct Said {
    int code{0};  ///< 0; 1 where it could not be done; kConfigurationError where it cannot be understood
    std::string out;
    std::string error;
};

/// Prints it where it belongs; returns its code.
[[nodiscard]] int say(const Said& said);

// They work beside a running daemon, which knows of it a second later. Each throws std::runtime_error with one line
// for a database that cannot be read or written.

/// Makes a token, and the data directory where it is absent. `out`: the token in a line of its own, while `error` says
/// what can be done with it; with `json` one line of JSON, and nothing else.
[[nodiscard]] Said token_add(const Config& config, const TokenRequest& request, bool json, std::int64_t now_ms);
/// A line a token, with `json` one of JSON. No token can be read from it.
[[nodiscard]] Said token_list(const Config& config, bool json, std::int64_t now_ms);
/// `id`: of the token, or the whole token.
[[nodiscard]] Said token_revoke(const Config& config, const std::string& id);

}  // namespace alleycat::app
