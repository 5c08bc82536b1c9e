#pragma once

#include <alleycat/net/http_server.hpp>

namespace alleycat::serve {

/// `GET /` and the page's other places, which all are one file, and the files that it asks for.
void add_page_routes(net::HttpServer& server);

}  // namespace alleycat::serve
