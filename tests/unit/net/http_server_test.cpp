#include "server_thread.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <stdlib.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace alleycat;
using namespace alleycat::net;

namespace {

Response plain(std::string body)
{
    return Response::text(200, std::move(body));
}

/// What the handler was asked, as text.
Response echo(const Request& request)
{
    std::string text = std::string(request.method) + " " + request.path;
    for (const auto& [name, value] : request.query) {
        text += " " + name + "=" + value;
    }
    for (const auto& parameter : request.parameters) {
        text += " {" + parameter + "}";
    }
    if (const auto value = request.header("x-thing"); !value.empty()) {
        text += " X-Thing: " + std::string(value);
    }
    if (!request.body.empty()) {
        text += " body: " + std::string(request.body);
    }
    return plain(text);
}

/// A file that is gone from its directory as soon as it is open.
class OpenFile {
public:
    explicit OpenFile(std::string_view bytes)
    {
        auto name = (std::filesystem::temp_directory_path() / "alleycat-net-XXXXXX").string();
        fd_ = std::make_shared<UniqueFd>(::mkstemp(name.data()));
        REQUIRE(*fd_);
        std::filesystem::remove(name);
        REQUIRE(::write(fd_->get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    [[nodiscard]] FileBody part(std::uint64_t offset, std::uint64_t size) const
    {
        return {fd_, fd_->get(), offset, size};
    }

private:
    std::shared_ptr<UniqueFd> fd_;
};

std::string long_text(std::size_t size)
{
    std::string text;
    while (text.size() < size) {
        text += std::to_string(text.size()) + " ";
    }
    return text.substr(0, size);
}

/// `text`, handed out in pieces of odd sizes.
StreamBody streamed(std::string text, std::size_t claimed_size)
{
    const auto at = std::make_shared<std::size_t>(0);
    return {claimed_size, [text = std::move(text), at](std::span<char> room) {
                const auto size = text.copy(room.data(), room.size(), *at);
                *at += size;
                return size;
            }};
}

/// Counts the SIGPIPEs of its lifetime, each of which would end the program.
class BrokenPipes {
public:
    BrokenPipes() : before_(std::signal(SIGPIPE, [](int) { count_ = count_ + 1; })) { count_ = 0; }
    BrokenPipes(const BrokenPipes&) = delete;
    BrokenPipes& operator=(const BrokenPipes&) = delete;
    ~BrokenPipes() { std::signal(SIGPIPE, before_); }

    [[nodiscard]] static int count() { return count_; }

private:
    static inline volatile std::sig_atomic_t count_ = 0;
    void (*before_)(int);
};

/// A server with a route of each kind.
struct Routes : ServerThread {
    static constexpr std::size_t kLong = 3'000'000;
    const std::string& text = the_long_text();
    OpenFile file{text};

    static const std::string& the_long_text()
    {
        static const auto made = long_text(kLong);
        return made;
    }

    explicit Routes(HttpServer::Options options = {}) : ServerThread(std::move(options))
    {
        server.get("/echo", echo);
        server.get("/things/{}", echo);
        server.get("/things/{}/parts/{}.gz", echo);
        server.get("/shared", [shared = std::make_shared<const std::string>("shared text")](const Request&) {
            Response response;
            response.body = shared;
            return response;
        });
        server.get("/stream", [this](const Request&) {
            Response response;
            response.body = streamed(text, text.size());
            return response;
        });
        server.get("/short-stream", [](const Request&) {
            Response response;
            response.body = streamed("only this", 1'000);
            return response;
        });
        server.get("/empty-stream", [](const Request&) {
            Response response;
            response.body = streamed("", 0);
            return response;
        });
        server.get("/file", [this](const Request&) {
            Response response;
            response.body = file.part(0, kLong);
            return response;
        });
        server.get("/part", [this](const Request& request) {
            Response response;
            response.status = 206;
            response.body = file.part(std::stoul(std::string(*request.parameter("offset"))),
                                      std::stoul(std::string(*request.parameter("size"))));
            return response;
        });
        server.get("/unchanged", [](const Request&) {
            Response response;
            response.status = 304;
            return std::move(response.with("ETag", "\"x\""));
        });
        server.websocket("/socket", [](const Request&) { return Response::text(400, "classId: missing\n"); });
        start();
    }
};

}  // namespace

TEST_CASE("a request reaches its handler taken apart", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    CHECK(client.get("/echo").body == "GET /echo");
    CHECK(client.get("/echo?a=1&b=Zo%C3%AB+x&a=2").body == "GET /echo a=1 b=Zo\xC3\xAB x a=2");
    CHECK(client.get("/things/a%20b").body == "GET /things/a b {a b}");
    CHECK(client.get("/things/7/parts/12.gz?x").body == "GET /things/7/parts/12.gz x= {7} {12}");
    CHECK(client.get("/echo", "X-THING: y\r\n").body == "GET /echo X-Thing: y");
    CHECK(client.get("/%65cho").body == "GET /echo");
}

TEST_CASE("an answer says what it is and how long", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    const auto answer = client.get("/echo");
    CHECK(answer.status_line == "HTTP/1.1 200 OK");
    CHECK(answer.header("content-type") == "text/plain; charset=utf-8");
    CHECK(answer.header("content-length") == "9");
    CHECK(parse_http_date(answer.header("date")).has_value());
    CHECK_FALSE(answer.headers.contains("connection"));
}

TEST_CASE("a connection serves request after request", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    for (int n = 0; n < 50; ++n) {
        CHECK(client.get("/things/" + std::to_string(n)).body ==
              "GET /things/" + std::to_string(n) + " {" + std::to_string(n) + "}");
    }
    CHECK(server.on_thread([&] { return server.server.connections(); }) == 1);
}

TEST_CASE("requests that come together are answered in their order", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    client.send(
        "GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /things/2 HTTP/1.1\r\nHost: x\r\n\r\n"
        "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /things/3 HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.answer().body == "GET /things/1 {1}");
    CHECK(client.answer(true).header("content-length") == "18");
    CHECK(client.answer().status == 404);
    CHECK(client.answer().body == "GET /things/3 {3}");
}

TEST_CASE("a request may come byte by byte", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    for (const char byte : std::string("GET /echo?a=1 HTTP/1.1\r\nHost: x\r\nX-Thing: y\r\n\r\n")) {
        client.send(std::string(1, byte));
    }
    CHECK(client.answer().body == "GET /echo a=1 X-Thing: y");
}

TEST_CASE("HEAD is answered like GET, without the body", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    for (const std::string path : {"/echo", "/shared", "/stream", "/file", "/part?offset=10&size=20", "/nothing"}) {
        CAPTURE(path);
        const auto head = client.get(path, "", "HEAD");
        const auto get = client.get(path);
        CHECK(head.status == get.status);
        if (path != "/echo") {  // which answers with the method
            CHECK(head.header("content-length") == get.header("content-length"));
        }
        CHECK(head.body.empty());
    }
}

TEST_CASE("what is not there is 404, and a wrong method 405 with what is allowed", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    for (const std::string path : {"/nothing", "/", "/things/", "/things/1/2", "/echo/", "/Echo"}) {
        CAPTURE(path);
        CHECK(client.get(path).status == 404);
    }
    for (const std::string method : {"POST", "PUT", "DELETE", "PATCH"}) {
        CAPTURE(method);
        const auto answer = client.get("/echo", "Content-Length: 0\r\n", method);
        CHECK(answer.status == 405);
        CHECK(answer.header("allow") == "GET, HEAD, OPTIONS");
    }
    CHECK(client.get("/nothing", "Content-Length: 0\r\n", "POST").status == 404);
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    CHECK(client.answer().status == 405);
    CHECK(client.get("/echo").status == 200);  // the body was read with its request
}

TEST_CASE("OPTIONS tells a browser what it may ask", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    const auto answer = client.get("/echo", "Origin: http://x\r\nAccess-Control-Request-Method: GET\r\n", "OPTIONS");
    CHECK(answer.status == 204);
    CHECK(answer.header("allow") == "GET, HEAD, OPTIONS");
    CHECK(answer.header("access-control-allow-origin") == "*");
    CHECK(answer.header("access-control-allow-methods") == "GET, HEAD");
    CHECK(answer.header("access-control-allow-headers").find("Range") != std::string::npos);
    CHECK_FALSE(answer.headers.contains("content-length"));
    CHECK(client.get("/nothing", "", "OPTIONS").status == 404);
}

TEST_CASE("what is no request is 400 and ends the connection", "[net][server]")
{
    Routes server;
    for (const std::string request :
         {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET /echo\r\n\r\n", "GET /echo HTTP/9.9\r\n\r\n",
          "GET /echo HTTP/1.1\r\nno colon\r\n\r\n", "GET /echo HTTP/1.1\r\nContent-Length: x\r\n\r\n",
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n"}) {
        CAPTURE(request);
        RawClient client(server.port());
        client.send(request);
        const auto answer = client.answer();
        CHECK(answer.status == 400);
        CHECK(answer.header("connection") == "close");
        CHECK(client.read_to_end().empty());
    }
}

TEST_CASE("a bad target is 400 and leaves the connection open", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    for (const std::string target : {"/echo?a=%4", "/%zz", "*", "echo", "http://x/echo"}) {
        CAPTURE(target);
        CHECK(client.get(target).status == 400);
    }
    CHECK(client.get("/echo").status == 200);
}

TEST_CASE("a header or a body that is too large is refused", "[net][server]")
{
    HttpServer::Options options;
    options.header_bytes = 2'000;
    options.body_bytes = 1'000;
    Routes server(options);
    {
        RawClient client(server.port());
        CHECK(client.get("/echo", "X-Thing: " + std::string(1'500, 'x') + "\r\n").status == 200);
        const auto answer = client.get("/echo", "X-Thing: " + std::string(2'500, 'x') + "\r\n");
        CHECK(answer.status == 431);
        CHECK(answer.header("connection") == "close");
    }
    {
        RawClient client(server.port());
        client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1'000, 'x'));
        CHECK(client.answer().status == 405);
        client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
        CHECK(client.answer().status == 413);
    }
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection behind the answer", "[net][server]")
{
    Routes server;
    {
        RawClient client(server.port());
        client.send("GET /echo HTTP/1.0\r\n\r\n");
        const auto answer = client.answer();
        CHECK(answer.body == "GET /echo");
        CHECK(answer.header("connection") == "close");
        CHECK(client.read_to_end().empty());
    }
    {
        RawClient client(server.port());
        const auto answer = client.get("/echo", "Connection: close\r\n");
        CHECK(answer.body == "GET /echo");
        CHECK(answer.header("connection") == "close");
        CHECK(client.read_to_end().empty());
    }
    {
        RawClient client(server.port());
        client.send("GET /things/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(client.answer().header("connection") == "keep-alive");
        client.send("GET /things/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(client.answer().body == "GET /things/2 {2}");
    }
}

TEST_CASE("bodies of every kind arrive byte for byte", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    CHECK(client.get("/shared").body == "shared text");
    CHECK(client.get("/stream").body == server.text);
    CHECK(client.get("/file").body == server.text);
    CHECK(client.get("/part?offset=0&size=1").body == server.text.substr(0, 1));
    CHECK(client.get("/part?offset=1234567&size=1000000").body == server.text.substr(1'234'567, 1'000'000));
    CHECK(client.get("/part?offset=2999999&size=1").body == server.text.substr(2'999'999));
    CHECK(client.get("/shared").body == "shared text");
}

TEST_CASE("a slow client gets the whole of a long body", "[net][server]")
{
    Routes server;
    for (const std::string path : {"/file", "/stream"}) {
        CAPTURE(path);
        RawClient slow(server.port(), 4'096);  // so that the server has to wait for it
        slow.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        RawClient other(server.port());
        CHECK(other.get("/shared").body == "shared text");  // who meanwhile is served
        CHECK(slow.answer().body == server.text);
    }
}

TEST_CASE("a body may be empty", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    const auto part = client.get("/part?offset=5&size=0");
    CHECK(part.status == 206);
    CHECK(part.header("content-length") == "0");
    CHECK(client.get("/shared").status == 200);
}

TEST_CASE("a stream may be empty", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    client.send("GET /empty-stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto all = client.read_to_end();
    CAPTURE(all);
    CHECK(all.rfind("HTTP/1.1 200 OK\r\n", 0) == 0);
    CHECK(all.find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("a stream that ends early ends the connection, so that its client knows", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    client.send("GET /short-stream HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n").find("Content-Length: 1000") != std::string::npos);
    CHECK(client.read_to_end() == "only this");
}

TEST_CASE("304 has no body and no length", "[net][server]")
{
    Routes server;
    RawClient client(server.port());
    const auto answer = client.get("/unchanged");
    CHECK(answer.status == 304);
    CHECK(answer.header("etag") == "\"x\"");
    CHECK_FALSE(answer.headers.contains("content-length"));
    CHECK(client.get("/shared").body == "shared text");
}

TEST_CASE("a WebSocket route refuses what is no upgrade, and what its handler refuses", "[net][server]")
{
    Routes server;
    {
        RawClient client(server.port());
        const auto answer = client.get("/socket");
        CHECK(answer.status == 426);
        CHECK(answer.header("upgrade") == "websocket");
        CHECK(client.get("/socket", "Content-Length: 0\r\n", "POST").status == 405);
    }
    {
        RawClient client(server.port());
        client.send(upgrade_request("/socket"));
        const auto answer = client.answer();
        CHECK(answer.status == 400);
        CHECK(answer.body == "classId: missing\n");
    }
    const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    {
        RawClient client(server.port());
        const auto answer = client.get(
            "/socket", upgrade + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n");
        CHECK(answer.status == 426);
        CHECK(answer.header("sec-websocket-version") == "13");
    }
    for (const std::string key : {"", "Sec-WebSocket-Key: short\r\n"}) {
        RawClient client(server.port());
        const auto answer = client.get("/socket", upgrade + "Sec-WebSocket-Version: 13\r\n" + key);
        CHECK(answer.status >= 400);
        CHECK(answer.status < 500);
    }
    RawClient client(server.port());
    CHECK(client.get("/echo", upgrade + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")
              .status == 200);
}

TEST_CASE("connections above the limit are closed at once", "[net][server]")
{
    HttpServer::Options options;
    options.connections = 2;
    Routes server(options);
    RawClient first(server.port());
    CHECK(first.get("/shared").status == 200);
    {
        RawClient second(server.port());
        CHECK(second.get("/shared").status == 200);
        RawClient third(server.port());
        CHECK(third.read_to_end().empty());
        second.end_sending();
        CHECK(second.read_to_end().empty());  // gone, so there is room again
    }
    RawClient fourth(server.port());
    CHECK(fourth.get("/shared").status == 200);
}

TEST_CASE("a client that leaves in the middle of anything harms nobody", "[net][server]")
{
    const BrokenPipes pipes;
    Routes server;
    for (const std::string bytes :
         {"", "GET /ec", "GET /echo HTTP/1.1\r\nHost", "GET /file HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"}) {
        RawClient client(server.port());
        client.send(bytes);
    }
    RawClient client(server.port());
    CHECK(client.get("/echo").status == 200);
    server.stop();
    CHECK(BrokenPipes::count() == 0);
}

TEST_CASE("a stop ends idle connections and answers what was asked", "[net][server]")
{
    Routes server;
    RawClient idle(server.port());
    RawClient used(server.port());
    CHECK(used.get("/shared").status == 200);
    server.on_thread([&] { server.server.shut_down(); });
    CHECK(used.read_to_end().empty());
    server.stop();
    CHECK(idle.read_to_end().empty());
    CHECK_THROWS(RawClient(server.port()).get("/shared"));
}

TEST_CASE("a connection that waits too long is ended", "[net][server]")
{
    HttpServer::Options options;
    options.idle_timeout = std::chrono::milliseconds(1);
    options.request_timeout = std::chrono::milliseconds(1);
    Routes server(options);
    RawClient silent(server.port());
    RawClient slow(server.port());
    slow.send("GET /echo HTTP/1.1\r\n");
    CHECK(silent.read_to_end().empty());
    CHECK(slow.read_to_end().empty());
    CHECK(server.on_thread([&] { return server.server.connections(); }) == 0);
}
