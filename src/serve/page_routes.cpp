#include "page_files.hpp"

#include <alleycat/core/json_text.hpp>
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

std::string classes_json(const std::vector<ClassInfo>& classes, const LiveFeed& live)
{
    std::string text = "[";
    for (const auto& info : classes) {
        const auto race = live.newest_race(info.id);
        append_number(text.append(text.size() > 1 ? "," : "").append(R"({"id":)"), std::uint64_t{raw(info.id)});
        append_string(text.append(R"(,"name":)"), info.name);
        append_number(text.append(R"(,"raceLength":)"), std::uint64_t{info.race_length});
        text.append(R"(,"activeRace":)");
        if (race != nullptr) {
            append_number(text, raw(race->race_id));
        } else {
            text.append("null");
        }
        append_number(text.append(R"(,"racersNow":)"), std::uint64_t{race != nullptr ? race->entries.size() : 0});
        text.append("}");
    }
    return text.append("]");
}

}  // namespace

void add_page_routes(net::HttpServer& server, std::function<std::vector<ClassInfo>()> classes, const LiveFeed& live)
{
    for (const auto& file : page_files()) {
        add_file(server, file.name == "index.html" ? "/" : "/" + std::string(file.name), file);
    }
    server.get("/api/v1/classes", [classes = std::move(classes), &live](const net::Request&) {
        Response response;
        response.with("Content-Type", "application/json")
            .with("Cache-Control", "no-cache")
            .with("Access-Control-Allow-Origin", "*");
        response.body = classes_json(classes(), live);
        return response;
    });
}

}  // namespace alleycat::serve
