#include "server_routes.hpp"

using namespace alleycat;
using namespace alleycat::net;

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
