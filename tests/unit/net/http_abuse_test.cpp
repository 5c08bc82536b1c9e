#include "server_routes.hpp"

using namespace alleycat;
using namespace alleycat::net;

namespace {

/// Echoes bodies, too.
struct Abused : ServerThread {
    explicit Abused(HttpServer::Options options = {}) : ServerThread(std::move(options))
    {
        server.get("/echo", echo);
        server.get("/things/{}", echo);
        server.get("/things/{}/parts/{}.gz", echo);
        server.post("/echo", std::size_t{64} << 20,
                    [](const Request& request, const Reply& reply) { reply(echo(request)); });
        start();
    }

    [[nodiscard]] HttpServer::Refused refused()
    {
        return on_thread([this] { return server.refused(); });
    }
};

/// Sends one byte after the other until the server has had enough.
void trickle(RawClient& client, std::string_view begin)
{
    client.send(begin);
    try {
        for (;;) {
            client.send("x");
        }
    } catch (const std::runtime_error&) {
    }
}

std::string chunked(std::string_view chunks)
{
    return "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunks);
}

}  // namespace

TEST_CASE("a request that could be read in two ways is 400, and nothing behind it is answered", "[net][abuse]")
{
    Abused server;
    const std::string second = "GET /things/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\n";
    const std::string get = "GET /echo HTTP/1.1\r\n";
    for (const std::string& request : {
             post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
             post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
             post + "Content-Length: 5, 6\r\n\r\nhello",
             post + "Content-Length: +5\r\n\r\nhello",
             post + "Transfer-Encoding: xchunked\r\n\r\n",
             post + "Transfer-Encoding: identity\r\n\r\n",
             post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
             post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
             post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
             std::string("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
             get + "Host: x\r\nX-Thing: a\r\n b\r\n\r\n",
             get + "Host: x\r\nX-Thing : a\r\n\r\n",
             get + "Host: x\r\nX-Thing: a\nContent-Length: 5\r\n\r\n",
             get + "Host: x\r\nX-Thing: a\rb\r\n\r\n",
             get + "Host: x\r\nX-Thing: a" + std::string(1, '\0') + "b\r\n\r\n",
             get + "Host: x\r\nX-Th" + std::string(1, '\0') + "ing: a\r\n\r\n",
             get + "Host: x\r\nHost: y\r\n\r\n",
             get + "\r\n",
             get + "X-Thing: a\r\n\r\n",
             std::string("GET  /echo HTTP/1.1\r\nHost: x\r\n\r\n"),
             std::string("GET /echo HTTP/1.1 \r\nHost: x\r\n\r\n"),
             std::string("\r\nGET /echo HTTP/1.1\r\nHost: x\r\n\r\n"),
         }) {
        CAPTURE(request);
        RawClient client(server.port());
        client.send(request + second);
        const auto answer = client.answer();
        CHECK(answer.status == 400);
        CHECK(answer.header("connection") == "close");
        CHECK(client.read_to_end().empty());
    }
}

TEST_CASE("a header of a hundred fields is taken, and one more is not", "[net][abuse]")
{
    Abused server;
    std::string fields;
    for (int n = 1; n < 100; ++n) {
        fields += "A: b\r\n";
    }
    RawClient client(server.port());
    CHECK(client.get("/echo", fields).status == 200);
    CHECK(client.get("/echo", fields + "A: b\r\n").status == 400);
}

TEST_CASE("chunks that are none are 400", "[net][abuse]")
{
    Abused server;
    for (const std::string chunks :
         {"x\r\nhello\r\n0\r\n\r\n", "5\r\nhelloXX0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n",
          "ffffffffffffffffff\r\nhello\r\n0\r\n\r\n", "5 x\r\nhello\r\n0\r\n\r\n", "5;=\r\nhello\r\n0\r\n\r\n"}) {
        CAPTURE(chunks);
        RawClient client(server.port());
        client.send(chunked(chunks));
        const auto answer = client.answer();
        CHECK(answer.status / 100 == 4);
        CHECK(answer.header("connection") == "close");
    }
}

TEST_CASE("chunks may say something about themselves, but not more than they hold", "[net][abuse]")
{
    Abused server;
    {
        RawClient client(server.port());
        client.send(chunked("5;a=b;c=\"d\"\r\nhello\r\n1;x\r\n!\r\n0;end\r\n\r\n"));
        CHECK(client.answer().body == "POST /echo body: hello!");
        std::string small;
        for (int n = 0; n < 10'000; ++n) {
            small += "1\r\nx\r\n";
        }
        client.send(chunked(small + "0\r\n\r\n"));
        CHECK(client.answer().body == "POST /echo body: " + std::string(10'000, 'x'));
    }
    {
        RawClient client(server.port());
        client.send(chunked("5;" + std::string(20'000, 'a')));  // and no end of it
        CHECK(client.answer().status == 400);
    }
    RawClient client(server.port());
    std::string talkative;
    for (int n = 0; n < 200; ++n) {
        talkative += "1;" + std::string(100, 'a') + "\r\nx\r\n";
    }
    client.send(chunked(talkative));
    CHECK(client.answer().status == 400);
}

TEST_CASE("a trailer does not become a header", "[net][abuse]")
{
    Abused server;
    RawClient client(server.port());
    client.send(chunked("5\r\nhello\r\n0\r\nX-Thing: late\r\n\r\n"));
    CHECK(client.answer().status == 400);
}

TEST_CASE("a compressed body is not taken", "[net][abuse]")
{
    Abused server;
    {
        RawClient client(server.port());
        client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello");
        const auto answer = client.answer();
        CHECK(answer.status == 415);
        CHECK(answer.header("accept-encoding") == "identity");
        CHECK(client.read_to_end().empty());
    }
    RawClient client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello");
    CHECK(client.answer().body == "POST /echo body: hello");
    CHECK(client.get("/echo", "Content-Encoding: gzip\r\n").status == 200);  // of no body
}

TEST_CASE("no escape makes of one path another", "[net][abuse]")
{
    Abused server;
    RawClient client(server.port());
    for (const std::string target : {"/things/a%2Fb", "/things/a%2fb", "/things%2F7", "/things/7%2Fparts/1.gz",
                                     "/things/%2e%2e%2fecho", "/things/..%2fecho", "/things/a%00b", "/echo%00",
                                     "/%2fecho", "//echo", "/things/../echo", "/things\\7", "/..\\echo", "/./echo"}) {
        CAPTURE(target);
        CHECK(client.get(target).status == 404);
    }
    CHECK(client.get("/things/a%5cb").body == "GET /things/a\\b {a\\b}");  // a letter like others
    CHECK(client.get("/things/%2e%2e").body == "GET /things/.. {..}");
    CHECK(client.get("/echo?a=%2F").body == "GET /echo a=/");
}

TEST_CASE("a request that comes byte for byte is cut when its time is over", "[net][abuse]")
{
    HttpServer::Options options;
    options.request_timeout = std::chrono::milliseconds(300);  // for the first byte to come in
    options.header_bytes = std::size_t{64} << 20;
    Abused server(options);
    {
        RawClient header(server.port());
        trickle(header, "GET /echo HTTP/1.1\r\nHost: x\r\nX-Thing: ");
        CHECK(server.refused().timeout == 1);
    }
    RawClient body(server.port());
    trickle(body, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n");
    CHECK(server.refused().timeout == 2);
}

TEST_CASE("an address has so many connections, also when they are WebSockets, and others after they end",
          "[net][abuse]")
{
    HttpServer::Options options;
    options.connections_per_address = 2;
    options.uncounted.clear();
    struct Silent final : WebSocket::Handler {
        void on_open(WebSocket&) override {}
        bool on_text(std::string_view) override { return true; }
    };
    ServerThread server(options);
    server.server.get("/echo", echo);
    server.server.websocket("/socket", [](const Request&) { return std::make_unique<Silent>(); });
    server.start();
    const auto refused = [&] { return server.on_thread([&] { return server.server.refused().per_address; }); };
    RawClient first(server.port());
    CHECK(first.get("/echo").status == 200);
    {
        WebSocketClient second(server.port(), "/socket");
        CHECK(RawClient(server.port()).read_to_end().empty());
        CHECK(refused() == 1);
        second.send(client_frame(Opcode::Close, close_payload(1000)));
        CHECK(second.receive_frame().opcode == Opcode::Close);
        CHECK(second.read_to_end().empty());
    }
    RawClient third(server.port());
    CHECK(third.get("/echo").status == 200);
    server.on_thread([&] { server.server.set_limits({.per_address = 1}); });
    CHECK(RawClient(server.port()).read_to_end().empty());
    server.on_thread([&] { server.server.set_limits({.per_address = 0}); });
    RawClient fourth(server.port());
    CHECK(fourth.get("/echo").status == 200);
    CHECK(refused() == 2);
}

TEST_CASE("who is not counted may have any number of connections, up to the total", "[net][abuse]")
{
    HttpServer::Options options;
    options.connections_per_address = 1;
    options.connections = 3;
    Abused server(options);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int n = 0; n < 3; ++n) {
        clients.push_back(std::make_unique<RawClient>(server.port()));
        CHECK(clients.back()->get("/echo").status == 200);
    }
    CHECK(RawClient(server.port()).read_to_end().empty());
    CHECK(server.refused().total == 1);
    CHECK(server.refused().per_address == 0);
}

TEST_CASE("what is to be not counted must be an address", "[net][abuse]")
{
    boost::asio::io_context context;
    HttpServer::Options options;
    options.port = 0;
    options.uncounted = {"localhost"};
    HttpServer server(context, options);
    CHECK_THROWS_WITH(server.listen(), Catch::Contains("\"localhost\" is not an IP address"));
}
