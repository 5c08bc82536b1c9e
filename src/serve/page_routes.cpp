#include "page_files.hpp"

#include <alleycat/serve/page_routes.hpp>

namespace alleycat::serve {

namespace {

using net::Response;

// The page talks to this daemon and to nobody else.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string content_type(std::string_view name)
{
    const auto ending = name.substr(name.rfind('.') + 1);
    return ending == "html"  ? "text/html; charset=utf-8"
           : ending == "css" ? "text/css; charset=utf-8"
                             : "text/javascript; charset=utf-8";
}

void add_file(net::HttpServer& server, std::string path, const PageFile& file)
{
    const auto body = std::make_shared<const std::string>(file.content);
    server.get(std::move(path), [body, type = content_type(file.name)](const net::Request&) {
        Response response;
        response.with("Content-Type", type)
            .with("Cache-Control", "no-cache")
            .with("Content-Security-Policy", kContentPolicy);
        response.with("X-Content-Type-Options", "nosniff").with("Referrer-Policy", "no-referrer");
        response.body = body;
        return response;
    });
}

}  // namespace

void add_page_routes(net::HttpServer& server)
{
    for (const auto& file : page_files()) {
        if (file.name.substr(file.name.rfind('.')) != ".json") {  // these are the API's
            add_file(server, file.name == "index.html" ? "/" : "/" + std::string(file.name), file);
        }
    }
}

}  // namespace alleycat::serve
