#include "entity_tag.hpp"
#include "page_files.hpp"

#include <alleycat/serve/page_routes.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace alleycat::serve {

namespace {

using net::Request;
using net::Response;

/// Where the page is. It reads from its address what to show.
constexpr std::array kPlaces{"/", "/results", "/racer", "/wall", "/status"};
constexpr std::array kFixedFiles{"favicon.svg", "manifest.webmanifest"};
constexpr std::string_view kAssets = "assets/";

// The page talks to this daemon and to nobody else. `data:` is for images in style sheets.
constexpr std::array<std::pair<const char*, const char*>, 5> kSecurity{{
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
     "font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
     "frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Permissions-Policy", "bluetooth=(self), screen-wake-lock=(self), camera=(), microphone=(), geolocation=()"},
}};

constexpr std::array<std::pair<std::string_view, const char*>, 9> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
}};

const char* content_type(std::string_view path)
{
    const auto* const known =
        std::find_if(kTypes.begin(), kTypes.end(), [path](const auto& type) { return path.ends_with(type.first); });
    return known == kTypes.end() ? "application/octet-stream" : known->second;
}

/// A file with all that answers say of it, made once.
class ServedFile {
public:
    explicit ServedFile(const PageFile& file)
        : type_(content_type(file.path)),
          // The name of what lies there changes with its content.
          cache_(file.path.starts_with(kAssets) ? "public, max-age=31536000, immutable" : "no-cache"),
          plain_(file.content, false)
    {
        if (!file.zipped.empty()) {
            zipped_.emplace(file.zipped, true);
        }
    }

    [[nodiscard]] Response answer(const Request& request) const
    {
        const bool zip = zipped_ && net::accepts_gzip(request.header("Accept-Encoding"));
        const auto& form = zip ? *zipped_ : plain_;
        Response response;
        response.with("ETag", form.tag).with("Cache-Control", cache_);
        if (zipped_) {
            response.with("Vary", "Accept-Encoding");
        }
        for (const auto& [name, value] : kSecurity) {
            response.with(name, value);
        }
        if (const auto known = request.header("If-None-Match"); !known.empty() && net::matches_etag(known, form.tag)) {
            response.status = 304;
            return response;
        }
        response.with("Content-Type", type_);
        if (zip) {
            response.with("Content-Encoding", "gzip");
        }
        response.body = form.bytes;
        return response;
    }

private:
    struct Form {
        Form(std::string_view content, bool zipped)
            : tag(entity_tag(content, zipped)), bytes(std::make_shared<const std::string>(content))
        {
        }
        std::string tag;
        net::SharedBody bytes;
    };

    const char* type_;
    const char* cache_;
    Form plain_;
    std::optional<Form> zipped_;
};

using ServedFiles = std::map<std::string, ServedFile, std::less<>>;

Response file_answer(const ServedFiles& files, std::string_view path, const Request& request)
{
    const auto found = files.find(path);
    return found != files.end() ? found->second.answer(request)
                                : Response::text(404, "there is nothing at /" + std::string(path) + "\n");
}

}  // namespace

void add_page_routes(net::HttpServer& server, std::span<const PageFile> files)
{
    auto served = std::make_shared<ServedFiles>();
    for (const auto& file : files) {
        served->emplace(file.path, file);
    }
    for (const auto* place : kPlaces) {
        server.get(place, [served](const Request& request) { return file_answer(*served, "index.html", request); });
    }
    for (const auto* name : kFixedFiles) {
        server.get("/" + std::string(name),
                   [served, name](const Request& request) { return file_answer(*served, name, request); });
    }
    server.get("/assets/{}", [served](const Request& request) {
        return file_answer(*served, std::string(kAssets) + request.parameters[0], request);
    });
}

void add_page_routes(net::HttpServer& server)
{
    add_page_routes(server, page_files());
}

}  // namespace alleycat::serve
