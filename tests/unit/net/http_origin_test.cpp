#include "server_routes.hpp"

using namespace alleycat;
using namespace alleycat::net;

namespace {

struct Shared : ServerThread {
    int asked{0};  // the network thread: WebSockets that came to their handler

    explicit Shared(HttpServer::Options options = {}) : ServerThread(std::move(options))
    {
        server.get("/open",
                   [](const Request&) { return std::move(plain("x").with("access-control-allow-origin", "*")); });
        server.get("/varied", [](const Request&) {
            return std::move(plain("x").with("Access-Control-Allow-Origin", "*").with("Vary", "Accept-Encoding"));
        });
        server.get("/closed", [](const Request&) { return plain("x"); });
        server.get("/page",
                   [](const Request&) { return std::move(plain("x").with("X-Content-Type-Options", "other")); });
        server.websocket("/socket", [this](const Request&) {
            ++asked;
            return Response::text(418, "it came this far\n");
        });
        start();
    }

    /// What an upgrade with these lines is answered with.
    [[nodiscard]] Answer upgrade(const std::string& lines)
    {
        RawClient client(port());
        client.send(
            "GET /socket HTTP/1.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
            lines + "\r\n");
        return client.answer();
    }
    [[nodiscard]] Answer get(const std::string& target, const std::string& origin = {}, std::string_view method = "GET")
    {
        RawClient client(port());
        return client.get(target, origin.empty() ? "" : "Origin: " + origin + "\r\n", method);
    }
};

constexpr unsigned kCameThrough = 418;

}  // namespace

TEST_CASE("a WebSocket is for pages of this server, and for programs", "[net][origin]")
{
    Shared server;
    for (const std::string lines :
         {"Host: club.example\r\n", "Host: club.example\r\nOrigin: http://club.example\r\n",
          "Host: club.example\r\nOrigin: https://club.example\r\n",  // behind a proxy that speaks https
          "Host: 127.0.0.1:8080\r\nOrigin: http://127.0.0.1:8080\r\n"}) {
        CAPTURE(lines);
        CHECK(server.upgrade(lines).status == kCameThrough);
    }
    CHECK(server.on_thread([&] { return std::exchange(server.asked, 0); }) == 4);
    for (const std::string origin : {"http://evil.example", "null", "http://club.example:81",
                                     "https://club.example.evil", "http://127.0.0.1", "file://", "nonsense"}) {
        CAPTURE(origin);
        const auto answer = server.upgrade("Host: club.example\r\nOrigin: " + origin + "\r\n");
        CHECK(answer.status == 403);
        CHECK(answer.header("connection") == "close");
    }
    CHECK(server.on_thread([&] { return server.asked; }) == 0);
}

TEST_CASE("other pages that may open a WebSocket are named, or all of them", "[net][origin]")
{
    const auto status = [](std::vector<std::string> origins, const std::string& origin) {
        HttpServer::Options options;
        options.origins = std::move(origins);
        Shared server(options);
        return server.upgrade("Host: x\r\nOrigin: " + origin + "\r\n").status;
    };
    CHECK(status({"https://club.example"}, "https://club.example") == kCameThrough);
    CHECK(status({"https://club.example"}, "http://club.example") == 403);
    CHECK(status({"https://club.example"}, "http://x") == kCameThrough);
    CHECK(status({"*"}, "http://anything.example") == kCameThrough);
    CHECK(status({"*"}, "null") == kCameThrough);
    CHECK(status({"null"}, "null") == 403);
}

TEST_CASE("an upgrade without its parts is none", "[net][origin]")
{
    Shared server;
    const auto status = [&](const std::string& lines) {
        RawClient client(server.port());
        return client.get("/socket", lines).status;
    };
    const std::string version = "Sec-WebSocket-Version: 13\r\n";
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::string upgrade = "Upgrade: websocket\r\n";
    const std::string connection = "Connection: Upgrade\r\n";
    CHECK(status(upgrade + connection + version + key) == kCameThrough);
    CHECK(status(connection + version + key) == 426);
    CHECK(status(upgrade + version + key) == 426);
    CHECK(status("Upgrade: h2c\r\n" + connection + version + key) == 426);
    CHECK(status(upgrade + connection + key) == 426);
    CHECK(status(upgrade + connection + "Sec-WebSocket-Version: 8\r\n" + key) == 426);
    for (const std::string bad : {"", "AAAAAAAAAAAAAAAAAAAAAAAA", "dGhlIHNhbXBsZSBub25j", "!!!!!!!!!!!!!!!!!!!!!!=="}) {
        CAPTURE(bad);
        CHECK(status(upgrade + connection + version + "Sec-WebSocket-Key: " + bad + "\r\n") == 400);
    }
    RawClient old(server.port());
    old.send("GET /socket HTTP/1.0\r\nHost: x\r\n" + upgrade + connection + version + key + "\r\n");
    CHECK(old.answer().status == 426);
}

TEST_CASE("by default scripts of all origins read what handlers give to all, and nothing else", "[net][cors]")
{
    Shared server;
    CHECK(server.get("/open", "http://any.example").header("access-control-allow-origin") == "*");
    CHECK(server.get("/open").header("access-control-allow-origin") == "*");
    CHECK_FALSE(server.get("/open").headers.contains("vary"));
    CHECK_FALSE(server.get("/closed", "http://any.example").headers.contains("access-control-allow-origin"));
}

TEST_CASE("origins that may read are named, and told to each alone", "[net][cors]")
{
    HttpServer::Options options;
    options.cors_origins = {"https://club.example", "http://localhost:5173"};
    Shared server(options);
    for (const std::string method : {"GET", "OPTIONS", "HEAD"}) {
        for (const std::string origin : {"https://club.example", "http://localhost:5173"}) {
            CAPTURE(method, origin);
            const auto answer = server.get("/open", origin, method);
            CHECK(answer.header("access-control-allow-origin") == origin);
            CHECK(answer.header("vary") == "Origin");
        }
        for (const std::string origin : {"", "http://club.example", "https://evil.example", "null"}) {
            CAPTURE(method, origin);
            const auto answer = server.get("/open", origin, method);
            CHECK_FALSE(answer.headers.contains("access-control-allow-origin"));
            CHECK(answer.header("vary") == "Origin");
        }
    }
    CHECK(server.get("/varied", "https://club.example").header("vary") == "Accept-Encoding, Origin");
    CHECK_FALSE(server.get("/closed", "https://club.example").headers.contains("vary"));
}

TEST_CASE("a list of nobody lets no other origin read", "[net][cors]")
{
    HttpServer::Options options;
    options.cors_origins.clear();
    Shared server(options);
    CHECK_FALSE(server.get("/open", "https://club.example").headers.contains("access-control-allow-origin"));
}

TEST_CASE("a browser may send who it is and what it sends", "[net][cors]")
{
    Shared server;
    const auto allowed = server.get("/open", "http://x", "OPTIONS").header("access-control-allow-headers");
    for (const std::string name : {"Authorization", "Content-Type", "Range"}) {
        CHECK_THAT(allowed, Catch::Contains(name));
    }
}

TEST_CASE("no browser guesses what an answer is", "[net][server]")
{
    Shared server;
    for (const std::string path : {"/open", "/nothing", "/echo%zz"}) {
        CAPTURE(path);
        CHECK(server.get(path).header("x-content-type-options") == "nosniff");
    }
    CHECK(server.get("/open", "", "OPTIONS").header("x-content-type-options") == "nosniff");
    CHECK(server.get("/page").header("x-content-type-options") == "other");
    CHECK_FALSE(server.get("/open").headers.contains("strict-transport-security"));
    RawClient client(server.port());
    client.send("nonsense\r\n\r\n");
    CHECK(client.answer().header("x-content-type-options") == "nosniff");
}
