#pragma once

#include <alleycat/history/history_store.hpp>
#include <alleycat/net/http_server.hpp>

#include <vector>

namespace alleycat::serve {

/// `GET /history/class-<id>.gz` and `.json`. `store` outlives the server.
void add_history_routes(net::HttpServer& server, const history::HistoryStore& store);

}  // namespace alleycat::serve
