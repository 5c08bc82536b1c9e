#pragma once

#include <alleycat/net/http_server.hpp>

namespace alleycat::serve {

/// `GET /` and the page's files.
void add_page_routes(net::HttpServer& server);

}  // namespace alleycat::serve
