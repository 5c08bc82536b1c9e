#include "../net/server_thread.hpp"
#include "page_files.hpp"

#include <alleycat/serve/page_routes.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::serve;
using net::RawClient;

namespace {

using namespace std::string_view_literals;

/// Not really zipped: the server does not look into it.
constexpr std::array kFiles{
    PageFile{"index.html", "<!doctype html>", "zipped index"},
    PageFile{"favicon.svg", "<svg/>", {}},
    PageFile{"assets/index-1.js", "let a = \"\0)page\\\";\n"sv, "zipped script"},
    PageFile{"assets/style-2.css", "p{}", {}},
    PageFile{"assets/face-3.woff2", "\0\xff\n"sv, {}},
    PageFile{"assets/unknown-4.bin", "x", {}},
};

/// A server of these files on a free port.
class PageServer {
public:
    explicit PageServer(std::span<const PageFile> files = kFiles)
    {
        add_page_routes(net_.server, files);
        net_.start();
    }
    ~PageServer() { net_.stop(); }

    [[nodiscard]] net::Answer get(const std::string& target, const std::string& headers = {},
                                  const std::string& method = "GET") const
    {
        RawClient client(net_.port());
        return client.get(target, headers, method);
    }

private:
    net::ServerThread net_;
};

const std::string kTakesGzip = "Accept-Encoding: gzip, br\r\n";

}  // namespace

TEST_CASE("the page is one file at all of its places, and asked for anew each time", "[serve][page]")
{
    const PageServer server;
    for (const std::string place : {"/", "/results", "/racer", "/wall", "/status", "/racer?id=7"}) {
        CAPTURE(place);
        const auto answer = server.get(place);
        CHECK(answer.status == 200);
        CHECK(answer.body == "<!doctype html>");
        CHECK(answer.header("content-type") == "text/html; charset=utf-8");
        CHECK(answer.header("cache-control") == "no-cache");
        CHECK(answer.header("vary") == "Accept-Encoding");
        CHECK_FALSE(answer.headers.contains("content-encoding"));
        const auto again = server.get(place, "If-None-Match: " + answer.header("etag") + "\r\n");
        CHECK(again.status == 304);
        CHECK(again.body.empty());
        CHECK(again.header("etag") == answer.header("etag"));
        CHECK(again.header("cache-control") == "no-cache");
        CHECK(server.get(place, "If-None-Match: \"other\"\r\n").status == 200);
    }
}

TEST_CASE("what the page asks for is kept for ever, since its name changes with its content", "[serve][page]")
{
    const PageServer server;
    const std::vector<std::pair<std::size_t, std::string>> types{{2, "text/javascript; charset=utf-8"},
                                                                 {3, "text/css; charset=utf-8"},
                                                                 {4, "font/woff2"},
                                                                 {5, "application/octet-stream"}};
    for (const auto& [at, type] : types) {
        CAPTURE(kFiles[at].path);
        const auto answer = server.get("/" + std::string(kFiles[at].path));
        CHECK(answer.status == 200);
        CHECK(answer.body == kFiles[at].content);
        CHECK(answer.header("content-type") == type);
        CHECK(answer.header("cache-control") == "public, max-age=31536000, immutable");
    }
    CHECK(server.get("/favicon.svg").header("content-type") == "image/svg+xml");
    CHECK(server.get("/favicon.svg").header("cache-control") == "no-cache");
    constexpr std::array kManifest{PageFile{"manifest.webmanifest", "{}", {}}};
    CHECK(PageServer(kManifest).get("/manifest.webmanifest").header("content-type") == "application/manifest+json");
}

TEST_CASE("the zipped form goes to who takes it, under a tag of its own", "[serve][page]")
{
    const PageServer server;
    for (const std::string path : {"/", "/assets/index-1.js"}) {
        CAPTURE(path);
        const auto plain = server.get(path);
        const auto zipped = server.get(path, kTakesGzip);
        CHECK(zipped.body == (path == "/" ? "zipped index" : "zipped script"));
        CHECK(zipped.header("content-encoding") == "gzip");
        CHECK(zipped.header("content-type") == plain.header("content-type"));
        CHECK(zipped.header("vary") == "Accept-Encoding");
        CHECK(zipped.header("etag") != plain.header("etag"));
        CHECK(server.get(path, kTakesGzip + "If-None-Match: " + zipped.header("etag") + "\r\n").status == 304);
        CHECK(server.get(path, kTakesGzip + "If-None-Match: " + plain.header("etag") + "\r\n").status == 200);
        CHECK(server.get(path, "Accept-Encoding: gzip;q=0\r\n").body == plain.body);
    }
    const auto only_plain = server.get("/assets/style-2.css", kTakesGzip);
    CHECK(only_plain.body == "p{}");
    CHECK_FALSE(only_plain.headers.contains("content-encoding"));
    CHECK_FALSE(only_plain.headers.contains("vary"));
}

TEST_CASE("HEAD says of the page what GET does", "[serve][page]")
{
    const PageServer server;
    for (const std::string headers : {"", kTakesGzip.c_str()}) {
        for (const std::string path : {"/", "/assets/index-1.js", "/favicon.svg"}) {
            const auto get = server.get(path, headers);
            const auto head = server.get(path, headers, "HEAD");
            CHECK(head.status == 200);
            CHECK(head.body.empty());
            CHECK(head.header("content-length") == std::to_string(get.body.size()));
            CHECK(head.header("etag") == get.header("etag"));
        }
    }
}

TEST_CASE("what the page has not is not there", "[serve][page]")
{
    const PageServer server;
    for (const std::string path : {"/assets/x", "/assets/", "/assets/index-1.js.gz", "/assets/../index.html",
                                   "/assets/%2e%2e%2findex.html", "/index.html", "/manifest.webmanifest"}) {
        CAPTURE(path);
        CHECK(server.get(path).status == 404);
    }
    CHECK(server.get("/assets/x").body == "there is nothing at /assets/x\n");
}

TEST_CASE("the page may talk to this daemon, use bikes, and nothing else", "[serve][page]")
{
    const PageServer server;
    for (const std::string path : {"/", "/wall", "/assets/index-1.js", "/assets/face-3.woff2", "/favicon.svg"}) {
        CAPTURE(path);
        const auto answer = server.get(path);
        CHECK(answer.header("content-security-policy") ==
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
              "font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
              "frame-ancestors 'none'");
        CHECK(answer.header("x-content-type-options") == "nosniff");
        CHECK(answer.header("referrer-policy") == "no-referrer");
        CHECK(answer.header("cross-origin-opener-policy") == "same-origin");
        const auto allowed = answer.header("permissions-policy");
        for (const std::string each :
             {"bluetooth=(self)", "screen-wake-lock=(self)", "camera=()", "microphone=()", "geolocation=()"}) {
            CHECK(allowed.find(each) != std::string::npos);
        }
    }
}

TEST_CASE("the daemon holds a page, or says how to build it", "[serve][page]")
{
    const PageServer server(page_files());
    const auto answer = server.get("/");
    CHECK(answer.status == 200);
    CHECK(answer.body.find("<title>alleycat") != std::string::npos);
    for (const auto& file : page_files()) {
        CAPTURE(file.path);
        CHECK_FALSE(file.content.empty());
        CHECK((file.zipped.empty() || file.zipped.substr(0, 2) == "\x1f\x8b"));
        CHECK(file.path.find(".gz") == std::string_view::npos);
    }
    CHECK(api_documents().size() == 2);
}
