#include "server_routes.hpp"

#include <deque>

using namespace alleycat;
using namespace alleycat::net;

namespace {

/// A POST route whose answers come when the test says so.
struct Posts : ServerThread {
    static constexpr std::size_t kBodyBytes = 100'000;

    struct Held {
        std::string body;
        Reply reply;
    };
    std::deque<Held> held;  // the network thread
    bool at_once{false};    // likewise

    explicit Posts(HttpServer::Options options = {}) : ServerThread(std::move(options))
    {
        server.get("/", [](const Request&) { return plain("the page"); });
        server.post("/", kBodyBytes, [this](const Request& request, Reply reply) {
            if (at_once) {
                reply(plain(std::string(request.body)));
            } else {
                held.push_back({std::string(request.body), std::move(reply)});
            }
        });
        server.post("/only-post", 10, [](const Request& request, const Reply& reply) { reply(echo(request)); });
        start();
    }

    /// Waits until so many requests are held.
    void wait_for(std::size_t count)
    {
        while (on_thread([&] { return held.size(); }) < count) {
        }
    }
    void reply_first(std::string text)
    {
        on_thread([&] {
            const auto first = std::move(held.front());
            held.pop_front();
            first.reply(plain(std::move(text)));
            return 0;
        });
    }
};

std::string post(std::string_view body, std::string_view headers = {})
{
    return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("a POST is answered when its handler says so, and the connection goes on", "[net][post]")
{
    Posts server;
    RawClient client(server.port());
    for (const std::string text : {"first", "second"}) {
        client.send(post("body of " + text));
        server.wait_for(1);
        CHECK(server.on_thread([&] { return server.held.front().body; }) == "body of " + text);
        server.reply_first(text);
        CHECK(client.answer().body == text);
    }
    CHECK(client.get("/").body == "the page");
}

TEST_CASE("an answer may come from within the handler", "[net][post]")
{
    Posts server;
    server.on_thread([&] { return server.at_once = true; });
    RawClient client(server.port());
    const std::string large(Posts::kBodyBytes, 'x');
    client.send(post(large));
    CHECK(client.answer().body == large);
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    CHECK(client.answer().body == "hello world");
}

TEST_CASE("connections that wait for their answers do not wait for each other", "[net][post]")
{
    Posts server;
    RawClient first(server.port());
    RawClient second(server.port());
    first.send(post("1"));
    server.wait_for(1);
    second.send(post("2"));
    server.wait_for(2);
    server.on_thread([&] {
        server.held[1].reply(plain("to the second"));
        return 0;
    });
    CHECK(second.answer().body == "to the second");
    server.reply_first("to the first");
    CHECK(first.answer().body == "to the first");
}

TEST_CASE("a client that leaves before its answer harms nobody", "[net][post]")
{
    Posts server;
    {
        RawClient client(server.port());
        client.send(post("x"));
        server.wait_for(1);
    }
    server.reply_first("to nobody");
    RawClient other(server.port());
    CHECK(other.get("/").body == "the page");
}

TEST_CASE("a connection that waits for its answer can be ended", "[net][post]")
{
    Posts server;
    RawClient client(server.port());
    client.send(post("x"));
    server.wait_for(1);
    server.stop();
    server.held.front().reply(plain("too late"));  // on no thread but this one
}

TEST_CASE("each route has a limit of its own for bodies", "[net][post]")
{
    Posts server;
    {
        RawClient client(server.port());
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(Posts::kBodyBytes + 1) +
                    "\r\n\r\n");
        CHECK(client.answer().status == 413);
    }
    RawClient client(server.port());
    client.send("POST /only-post HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789");
    CHECK(client.answer().body == "POST /only-post body: 0123456789");
    client.send("POST /only-post HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
    CHECK(client.answer().status == 413);
}

TEST_CASE("bodies that are too many together get a 503, and others their answer", "[net][post]")
{
    HttpServer::Options options;
    options.bodies_bytes = 1'500;
    Posts server(options);
    RawClient first(server.port());
    first.send(post(std::string(1'000, 'x')));
    server.wait_for(1);
    {
        RawClient second(server.port());
        second.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(600, 'x'));
        const auto answer = second.answer();
        CHECK(answer.status == 503);
        CHECK(answer.header("retry-after") == "1");
    }
    server.reply_first("room again");
    CHECK(first.answer().body == "room again");
    first.send(post(std::string(1'000, 'y')));
    server.wait_for(1);
    server.reply_first("taken");
    CHECK(first.answer().body == "taken");
}

TEST_CASE("a client that asks whether to go on is told so", "[net][post]")
{
    Posts server;
    server.on_thread([&] { return server.at_once = true; });
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.answer(true).status == 100);
    client.send("hello");
    CHECK(client.answer().body == "hello");
}

TEST_CASE("a method that a path does not know is told which it does", "[net][post]")
{
    Posts server;
    RawClient client(server.port());
    const auto put = client.get("/", "Content-Length: 0\r\n", "PUT");
    CHECK(put.status == 405);
    CHECK(put.header("allow") == "GET, HEAD, OPTIONS, POST");
    const auto get = client.get("/only-post");
    CHECK(get.status == 405);
    CHECK(get.header("allow") == "OPTIONS, POST");
}
