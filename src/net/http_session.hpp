#pragma once

#include <alleycat/net/http_server.hpp>

namespace alleycat::net {

/// Serves one connection, request after request, until it ends or becomes a WebSocket. Keeps itself alive.
void start_http_session(HttpServer& server, boost::asio::ip::tcp::socket socket);

}  // namespace alleycat::net
