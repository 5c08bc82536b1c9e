#include "server_routes.hpp"

#include <deque>

using namespace alleycat;
using namespace alleycat::net;

namespace {

/// GET and DELETE routes whose answers come when the test says so, and errors in words of the test's own.
struct Later : ServerThread {
    std::deque<Reply> held;     // the network thread
    std::string asked;          // likewise: what the last handler was asked
    bool from_loopback{false};  // likewise

    explicit Later(HttpServer::Options options = {}) : ServerThread(std::move(options))
    {
        const auto hold = [this](const Request& request, Reply reply) {
            asked = std::get<std::string>(echo(request).body);
            from_loopback = request.from_loopback;
            held.push_back(std::move(reply));
        };
        server.get_later("/things/{}", hold);
        server.remove("/things/{}", hold);
        server.remove("/only-delete", hold);
        server.get("/now", [](const Request&) { return plain("now"); });
        start();
    }

    /// Answers the next request that is held.
    void reply(std::string text)
    {
        while (on_thread([&] { return held.empty(); })) {
        }
        on_thread([&] {
            const auto first = std::move(held.front());
            held.pop_front();
            first(plain(std::move(text)));
        });
    }
};

}  // namespace

TEST_CASE("GET, HEAD and DELETE may be answered later", "[net][later]")
{
    Later server;
    RawClient client(server.port());
    client.send("GET /things/7?a=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    server.reply("seven");
    CHECK(client.answer().body == "seven");
    CHECK(server.on_thread([&] { return server.asked; }) == "GET /things/7 a=1 {7}");
    CHECK(server.on_thread([&] { return server.from_loopback; }));
    client.send("HEAD /things/7 HTTP/1.1\r\nHost: x\r\n\r\n");
    server.reply("seven");
    const auto head = client.answer(true);
    CHECK(head.status == 200);
    CHECK(head.header("content-length") == "5");
    client.send("DELETE /things/8 HTTP/1.1\r\nHost: x\r\n\r\n");
    server.reply("gone");
    CHECK(client.answer().body == "gone");
    CHECK(server.on_thread([&] { return server.asked; }) == "DELETE /things/8 {8}");
    CHECK(client.get("/now").body == "now");
}

TEST_CASE("requests behind one that waits are answered in their order", "[net][later]")
{
    Later server;
    RawClient client(server.port());
    client.send("GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /now HTTP/1.1\r\nHost: x\r\n\r\n");
    server.reply("first");
    CHECK(client.answer().body == "first");
    CHECK(client.answer().body == "now");
}

TEST_CASE("who leaves before the answer to a GET harms nobody", "[net][later]")
{
    Later server;
    {
        RawClient client(server.port());
        client.send("GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\n");
        while (server.on_thread([&] { return server.held.empty(); })) {
        }
    }
    server.reply("to nobody");
    RawClient other(server.port());
    CHECK(other.get("/now").body == "now");
}

TEST_CASE("a path's methods are all told", "[net][later]")
{
    Later server;
    RawClient client(server.port());
    const auto put = client.get("/things/1", "Content-Length: 0\r\n", "PUT");
    CHECK(put.status == 405);
    CHECK(put.header("allow") == "GET, HEAD, OPTIONS, DELETE");
    const auto get = client.get("/only-delete");
    CHECK(get.status == 405);
    CHECK(get.header("allow") == "OPTIONS, DELETE");
    const auto options = client.get("/things/1", "", "OPTIONS");
    CHECK(options.status == 204);
    CHECK(options.header("allow") == "GET, HEAD, OPTIONS, DELETE");
    CHECK(options.header("access-control-allow-methods") == "GET, HEAD");
    CHECK(options.header("access-control-max-age") == "600");
    CHECK(server.server.routes() ==
          std::vector<std::string>{"GET /things/{}", "DELETE /things/{}", "DELETE /only-delete", "GET /now"});
}

TEST_CASE("what the server refuses is said in the words it was given", "[net][later]")
{
    HttpServer::Options options;
    options.body_bytes = 10;
    options.bodies_bytes = 10;
    Later server(options);
    server.on_thread([&] {
        server.server.set_error_body([](std::string_view path, unsigned status, std::string detail) {
            return Response::text(status, std::string(path) + " | " + detail);
        });
    });
    RawClient client(server.port());
    CHECK(client.get("/a%20b?c=1").body == "/a b | there is nothing at /a b");
    const auto wrong = client.get("/now", "Content-Length: 0\r\n", "POST");
    CHECK(wrong.body == "/now | only GET, HEAD, OPTIONS are understood here");
    CHECK(wrong.header("allow") == "GET, HEAD, OPTIONS");
    CHECK(client.get("/now%zz?x").body == "/now%zz | the request target is not a valid path and query");
    client.send("GET /now?x HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
    const auto large = client.answer();
    CHECK(large.status == 413);
    CHECK(large.body == "/now | the request body is too large");

    RawClient holder(server.port());
    holder.send("DELETE /things/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n123456");
    while (server.on_thread([&] { return server.held.empty(); })) {
    }
    RawClient second(server.port());
    second.send("GET /now HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n123456");
    const auto many = second.answer();
    CHECK(many.status == 503);
    CHECK(many.header("retry-after") == "1");
    CHECK(many.body == "/now | too many large requests at once; try again");
    server.reply("held");
}
