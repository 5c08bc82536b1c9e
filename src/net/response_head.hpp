#pragma once

#include <alleycat/net/http.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace alleycat::net {

[[nodiscard]] std::uint64_t body_size(const Response& response);

/// Who asked, as far as headers depend on it.
struct Asker {
    std::string_view origin;  ///< the request's Origin; empty where it has none
    bool secure{false};       ///< over TLS
};

/// Adds what every answer has, and says to whom scripts of other origins may be given what the handler would give to
/// all: Access-Control-Allow-Origin becomes what `cors_origins` makes of it. One list, in one place.
void complete(Response& response, const Asker& asker, const std::vector<std::string>& cors_origins);

/// Status line and header, with Date, Content-Length and Connection.
[[nodiscard]] std::string head_of(const Response& response, bool keep_alive, bool http10);

}  // namespace alleycat::net
