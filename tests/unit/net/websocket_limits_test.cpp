#include "echo_server.hpp"

using namespace alleycat;
using namespace alleycat::net;

TEST_CASE("a silent client is pinged, and one that does not answer is ended", "[net][websocket]")
{
    using Clock = std::chrono::steady_clock;
    EchoServer server;
    const auto ping_after = WebSocket::Options().ping_after;
    const auto look = [&](Clock::time_point now) {
        return server.with_latest([now](WebSocket& socket) { socket.check_deadline(now); });
    };
    WebSocketClient client(server.port(), "/echo");
    REQUIRE(server.heard.wait_for("open"));
    CHECK(look(Clock::now() + ping_after));
    CHECK(client.receive_frame().opcode == Opcode::Ping);
    const auto pinged = Clock::now();
    client.send(client_frame(Opcode::Pong, "") + client_frame(Opcode::Text, "here"));
    CHECK(client.receive_text() == "here");
    CHECK(look(pinged + 2 * ping_after));  // too late, had it not answered since
    CHECK(client.receive_frame().opcode == Opcode::Ping);
    static_cast<void>(look(Clock::now() + 3 * ping_after));
    CHECK(client.read_to_end().empty());
    CHECK(server.heard.wait_for("closed"));
}

TEST_CASE("a client that for long takes nothing of what waits for it is ended, and one that takes some is not",
          "[net][websocket]")
{
    EchoServer server;
    const auto later = [](int minutes) { return std::chrono::steady_clock::now() + std::chrono::minutes(minutes); };
    WebSocketClient client(server.port(), "/echo", "", 4'096);
    client.send(client_frame(Opcode::Text, "flood 100") + client_frame(Opcode::Text, "pause"));
    REQUIRE(server.heard.wait_for("pause"));  // so its silence is our doing
    static_cast<void>(client.read(50'000));
    CHECK(server.with_latest([&](WebSocket& socket) { socket.check_deadline(later(5)); }));
    CHECK(server.queued_bytes() > 1'000'000);
    static_cast<void>(server.with_latest([&](WebSocket& socket) { socket.check_deadline(later(10)); }));
    CHECK(server.heard.wait_for("closed"));
}

TEST_CASE("pings without end are answered only as far as the client reads", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo", "", 4'096);
    client.send_text("flood 100");  // so that pongs have to wait
    REQUIRE(server.heard.wait_for("flood 100"));
    const auto before = server.queued_bytes();
    std::string pings;
    for (int n = 0; n < 10'000; ++n) {
        pings += client_frame(Opcode::Ping, some_text(125, 'p'));
    }
    client.send(pings + client_frame(Opcode::Text, "behind"));
    REQUIRE(server.heard.wait_for("behind"));
    CHECK(server.queued_bytes() < before + 100'000);
}

TEST_CASE("messages that are never finished are bounded together", "[net][websocket]")
{
    HttpServer::Options options;
    options.websocket.max_unfinished_bytes = 250'000;
    EchoServer server(options);
    const auto begin = client_frame(Opcode::Text, some_text(100'000, 'x'), {.last = false});
    WebSocketClient first(server.port(), "/echo");
    WebSocketClient second(server.port(), "/echo");
    for (auto* client : {&first, &second}) {
        client->send(begin + client_frame(Opcode::Ping, "there?"));
        CHECK(client->receive_frame().opcode == Opcode::Pong);
    }
    {
        WebSocketClient third(server.port(), "/echo");
        third.send(begin);
        CHECK(expect_close(third).code() == 1013);
    }
    first.send(client_frame(Opcode::Continuation, "!"));
    CHECK(first.receive_text() == some_text(100'000, 'x') + "!");
    WebSocketClient fourth(server.port(), "/echo");
    fourth.send(begin + client_frame(Opcode::Continuation, "?"));
    CHECK(fourth.receive_text() == some_text(100'000, 'x') + "?");
}

TEST_CASE("a client that begins a message and falls silent is ended", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    client.send(client_frame(Opcode::Text, "begun", {.last = false}) + client_frame(Opcode::Ping, ""));
    CHECK(client.receive_frame().opcode == Opcode::Pong);
    static_cast<void>(server.with_latest(
        [](WebSocket& socket) { socket.check_deadline(std::chrono::steady_clock::now() + std::chrono::minutes(2)); }));
    CHECK(client.read_to_end().empty());
    CHECK(server.heard.wait_for("closed"));
}
