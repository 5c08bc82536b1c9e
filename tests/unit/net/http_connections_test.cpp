#include "server_routes.hpp"

#include <csignal>

using namespace alleycat;
using namespace alleycat::net;

namespace {

/// A broken pipe ends the program, as it does where nobody has said otherwise; until here somebody else may have.
class DeadlyPipes {
public:
    DeadlyPipes() : before_(std::signal(SIGPIPE, SIG_DFL)) {}
    DeadlyPipes(const DeadlyPipes&) = delete;
    DeadlyPipes& operator=(const DeadlyPipes&) = delete;
    ~DeadlyPipes() { std::signal(SIGPIPE, before_); }

    /// Whether somebody has said otherwise since.
    [[nodiscard]] static bool harmless()
    {
        struct sigaction now {};
        ::sigaction(SIGPIPE, nullptr, &now);
        return now.sa_handler == SIG_IGN;
    }

private:
    void (*before_)(int);
};

}  // namespace

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
    const DeadlyPipes pipes;
    Routes server;
    CHECK(DeadlyPipes::harmless());
    for (const std::string bytes :
         {"", "GET /ec", "GET /echo HTTP/1.1\r\nHost", "GET /file HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"}) {
        RawClient client(server.port());
        client.send(bytes);
    }
    RawClient client(server.port());
    CHECK(client.get("/echo").status == 200);
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

TEST_CASE("an address that is taken stops the start with its name", "[net][server]")
{
    Routes first;
    boost::asio::io_context context;
    HttpServer::Options options;
    options.port = first.port();
    HttpServer second(context, options);
    CHECK_THROWS_WITH(second.listen(), Catch::Contains("127.0.0.1:" + std::to_string(first.port())));
}
