#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/serve/live_feed.hpp>

#include <functional>
#include <string>
#include <vector>

namespace alleycat::serve {

/// What `GET /api/v1/classes` says of a class beside what is being ridden.
struct ClassInfo {
    ClassId id{};
    std::string name;
    std::uint32_t race_length{300};  ///< seconds
};

/// `GET /` and the page's files, and `GET /api/v1/classes`, which it starts from. `classes` is called on the network
/// thread; `live` outlives the server.
void add_page_routes(net::HttpServer& server, std::function<std::vector<ClassInfo>()> classes, const LiveFeed& live);

}  // namespace alleycat::serve
