#include "echo_server.hpp"
#include "handshake.hpp"

using namespace alleycat;
using namespace alleycat::net;

TEST_CASE("the handshake's answer is the RFC's", "[net][websocket]")
{
    CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EchoServer server;
    RawClient client(server.port());
    client.send(upgrade_request("/echo"));
    const auto answer = client.answer();
    CHECK(answer.status_line == "HTTP/1.1 101 Switching Protocols");
    CHECK(answer.header("upgrade") == "websocket");
    CHECK(answer.header("connection") == "Upgrade");
    CHECK(answer.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK_FALSE(answer.headers.contains("content-length"));
    CHECK_FALSE(answer.headers.contains("sec-websocket-extensions"));
}

TEST_CASE("texts of any size come back whole and in order", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U, 65'536U, 1'000'000U}) {
        CAPTURE(size);
        client.send_text(some_text(size, 'x'));
        CHECK(client.receive_text() == some_text(size, 'x'));
    }
    std::string many;
    for (int n = 0; n < 500; ++n) {
        many += client_frame(Opcode::Text, std::to_string(n));
    }
    client.send(many);
    for (int n = 0; n < 500; ++n) {
        REQUIRE(client.receive_text() == std::to_string(n));
    }
}

TEST_CASE("fragments make one text, and pings between them are answered at once", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    client.send(client_frame(Opcode::Text, "al", {.last = false}));
    client.send(client_frame(Opcode::Ping, "there?"));
    const auto pong = client.receive_frame();
    CHECK(pong.opcode == Opcode::Pong);
    CHECK(pong.last);
    CHECK(pong.payload == "there?");
    client.send(client_frame(Opcode::Continuation, "ley", {.last = false}) + client_frame(Opcode::Pong, "unasked") +
                client_frame(Opcode::Continuation, "cat"));
    CHECK(client.receive_text() == "alleycat");
}

TEST_CASE("a frame may come byte by byte", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    for (const char byte : client_frame(Opcode::Text, "slowly") + client_frame(Opcode::Ping, "p")) {
        client.send(std::string(1, byte));
    }
    CHECK(client.receive_text() == "slowly");
    CHECK(client.receive_frame().opcode == Opcode::Pong);
}

TEST_CASE("what comes together with the handshake is not lost", "[net][websocket]")
{
    EchoServer server;
    const auto two = client_frame(Opcode::Text, "early") + client_frame(Opcode::Text, some_text(300'000, 'e'));
    for (const std::size_t cut : {std::size_t{1}, std::size_t{5}, two.size() / 2, two.size()}) {
        CAPTURE(cut);
        WebSocketClient client(server.port(), "/echo", two.substr(0, cut));
        client.send(two.substr(cut));
        CHECK(client.receive_text() == "early");
        CHECK(client.receive_text() == some_text(300'000, 'e'));
    }
}

TEST_CASE("a close is answered with its code, and the connection ends", "[net][websocket]")
{
    EchoServer server;
    for (const auto& [sent, answered] :
         std::vector<std::pair<std::string, unsigned>>{{close_payload(1000), 1000},
                                                       {close_payload(4321, "my reason"), 4321},
                                                       {"", 1000},
                                                       {close_payload(1005), 1002},
                                                       {"x", 1002}}) {
        CAPTURE(sent, answered);
        WebSocketClient client(server.port(), "/echo");
        client.send(client_frame(Opcode::Text, "before") + client_frame(Opcode::Close, sent) +
                    client_frame(Opcode::Text, "behind"));
        CHECK(client.receive_text() == "before");
        const auto frame = client.receive_frame();
        CHECK(frame.opcode == Opcode::Close);
        CHECK(frame.code() == answered);
        CHECK(client.read_to_end().empty());
    }
    REQUIRE(server.heard.wait_for("closed"));
    const auto words = server.heard.words();
    CHECK(std::count(words.begin(), words.end(), "behind") == 0);
}

TEST_CASE("what a client must not send is answered with why", "[net][websocket]")
{
    HttpServer::Options options;
    options.websocket.max_message_bytes = 1'000;
    EchoServer server(options);
    const std::vector<std::pair<std::string, unsigned>> table{
        {client_frame(Opcode::Binary, "x"), 1003},
        {client_frame(Opcode::Text, some_text(1'001, 'x')), 1009},
        {client_frame(Opcode::Text, some_text(600, 'x'), {.last = false}) +
             client_frame(Opcode::Continuation, some_text(600, 'x')),
         1009},
        {client_frame(Opcode::Text, "x", {.masked = false}), 1002},
        {client_frame(Opcode::Text, "x", {.reserved = 4}), 1002},
        {client_frame(Opcode::Continuation, "x"), 1002},
        {client_frame(3, "x"), 1002},
        {client_frame(Opcode::Ping, "x", {.last = false}), 1002},
    };
    for (const auto& [bytes, code] : table) {
        CAPTURE(code, bytes.size());
        WebSocketClient client(server.port(), "/echo");
        client.send_text("before");
        client.send(bytes + client_frame(Opcode::Text, "behind"));
        CHECK(client.receive_text() == "before");
        CHECK(expect_close(client).code() == code);
    }
    const auto words = server.heard.words();
    CHECK(std::count(words.begin(), words.end(), "behind") == 0);
    WebSocketClient client(server.port(), "/echo");
    client.send_text(some_text(1'000, 'x'));
    CHECK(client.receive_text() == some_text(1'000, 'x'));
}

TEST_CASE("a handler that says goodbye is heard no more", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    client.send(client_frame(Opcode::Text, "one") + client_frame(Opcode::Text, "close") +
                client_frame(Opcode::Text, "two"));
    CHECK(client.receive_text() == "one");
    const auto frame = expect_close(client);
    CHECK(frame.code() == 1008);
    CHECK(frame.payload.substr(2) == "as you wish");
    REQUIRE(server.heard.wait_for("closed"));
    const auto words = server.heard.words();
    CHECK(std::count(words.begin(), words.end(), "two") == 0);
    CHECK(words.back() == "closed");
}

TEST_CASE("a goodbye that is put off leaves behind the last words, and ends the connection", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    client.send(client_frame(Opcode::Text, "be slow") + client_frame(Opcode::Close, close_payload(1000)) +
                client_frame(Opcode::Text, "behind"));
    CHECK(client.receive_text() == "be slow");
    REQUIRE(server.heard.wait_for("goodbye"));
    REQUIRE(server.with_latest([](WebSocket& socket) {
        socket.send_text("last words");
        socket.say_goodbye();
    }));
    CHECK(client.receive_text() == "last words");
    CHECK(client.receive_frame().code() == 1000);
    CHECK(client.read_to_end().empty());
    REQUIRE(server.heard.wait_for("closed"));
    const auto words = server.heard.words();
    CHECK(std::count(words.begin(), words.end(), "behind") == 0);
    CHECK(std::count(words.begin(), words.end(), "goodbye") == 1);
}

TEST_CASE("a handler may end its connection while it is called", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    client.send(client_frame(Opcode::Text, "abort") + client_frame(Opcode::Text, "two"));
    CHECK(client.read_to_end().empty());
    REQUIRE(server.heard.wait_for("closed"));
    CHECK(server.on_thread([&] { return server.server.connections(); }) == 0);
}

TEST_CASE("a pause keeps everything behind it, in order", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    std::string bytes = client_frame(Opcode::Text, "1") + client_frame(Opcode::Text, "pause");
    std::vector<std::string> behind;
    for (int n = 2; n < 40; ++n) {
        behind.push_back(n % 10 == 0 ? some_text(70'000, 'x') : n == 15 ? "pause" : std::to_string(n));
        bytes += client_frame(Opcode::Text, behind.back());
    }
    const auto half = bytes.size() / 2;
    client.send(bytes.substr(0, half));
    CHECK(client.receive_text() == "1");
    CHECK(client.receive_text() == "pause");
    client.send(bytes.substr(half));
    CHECK_FALSE(client.has_bytes());
    REQUIRE(server.resume());
    for (const auto& text : behind) {
        REQUIRE(client.receive_text() == text);
        if (text == "pause") {
            REQUIRE(server.resume());
        }
    }
    CHECK(server.resume());  // of what is not paused: nothing
    client.send_text("end");
    CHECK(client.receive_text() == "end");
}

TEST_CASE("a pause holds also for what came with the handshake", "[net][websocket]")
{
    EchoServer server;
    std::string early = client_frame(Opcode::Text, "pause");
    for (int n = 0; n < 10; ++n) {
        early += client_frame(Opcode::Text, std::to_string(n) + some_text(60, 'x'));
    }
    WebSocketClient client(server.port(), "/echo", early);
    client.send(client_frame(Opcode::Text, "later"));
    CHECK(client.receive_text() == "pause");
    REQUIRE(server.resume());
    for (int n = 0; n < 10; ++n) {
        CHECK(client.receive_text() == std::to_string(n) + some_text(60, 'x'));
    }
    CHECK(client.receive_text() == "later");
}

TEST_CASE("a client that leaves while it is paused is noticed when it goes on", "[net][websocket]")
{
    EchoServer server;
    {
        WebSocketClient client(server.port(), "/echo");
        client.send(client_frame(Opcode::Text, "pause") + client_frame(Opcode::Text, "left behind"));
        CHECK(client.receive_text() == "pause");
    }
    static_cast<void>(server.resume());  // unless it was noticed before
    CHECK(server.heard.wait_for("closed"));
}

TEST_CASE("every batch of texts is followed by its end", "[net][websocket]")
{
    EchoServer server;
    {
        WebSocketClient client(server.port(), "/echo");
        client.send(client_frame(Opcode::Text, "1") + client_frame(Opcode::Text, "2"));
        CHECK(client.receive_text() == "1");
        CHECK(client.receive_text() == "2");
    }
    REQUIRE(server.heard.wait_for("closed"));
    const auto words = server.heard.words();
    CHECK(words.front() == "open");
    const auto last_text = std::find(words.begin(), words.end(), "2");
    REQUIRE(last_text != words.end());
    CHECK(*(last_text + 1) == "batch end");
}

TEST_CASE("what a slow client is sent waits for it, and the handler hears when it is gone", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo", "", 4'096);
    client.send_text("flood 100");
    REQUIRE(server.heard.wait_for("flood 100"));
    CHECK(server.queued_bytes() > 1'000'000);
    for (int n = 0; n < 100; ++n) {
        REQUIRE(client.receive_text() == some_text(100'000, 'f'));
    }
    CHECK(server.heard.wait_for("drained"));
    CHECK(server.queued_bytes() == 0);
    client.send_text("still here");
    CHECK(client.receive_text() == "still here");
}

TEST_CASE("a frame and its rest arrive as one message", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient client(server.port(), "/echo");
    client.send_text("open");
    CHECK(client.receive_text() == "open");
    REQUIRE(server.with_latest([](WebSocket& socket) {
        const auto shared = std::make_shared<const std::string>(make_frame(Opcode::Text, "shared ", false));
        socket.send(shared, make_frame(Opcode::Continuation, "own"));
        socket.send(shared, make_frame(Opcode::Continuation, "other"));
    }));
    CHECK(client.receive_text() == "shared own");
    CHECK(client.receive_text() == "shared other");
}

TEST_CASE("a handler may send its last words, whoever ends the connection", "[net][websocket]")
{
    EchoServer server;
    for (const std::string& end :
         {client_frame(Opcode::Close, close_payload(1000)), client_frame(Opcode::Text, "close"),
          client_frame(Opcode::Binary, ""), client_frame(3, ""), std::string("a stop")}) {
        WebSocketClient client(server.port(), "/echo");
        client.send_text("be polite");
        CHECK(client.receive_text() == "be polite");
        if (end == "a stop") {
            server.on_thread([&] { server.server.shut_down(); });
        } else {
            client.send(end);
        }
        CHECK(client.receive_text() == "last words");
        CHECK(client.receive_frame().opcode == Opcode::Close);
    }
}

TEST_CASE("a stop says goodbye to every client", "[net][websocket]")
{
    EchoServer server;
    WebSocketClient first(server.port(), "/echo");
    WebSocketClient second(server.port(), "/echo");
    second.send_text("here");
    CHECK(second.receive_text() == "here");
    server.on_thread([&] { server.server.shut_down(); });
    for (auto* client : {&first, &second}) {
        const auto frame = client->receive_frame();
        CHECK(frame.opcode == Opcode::Close);
        CHECK(frame.code() == 1001);
        client->send(client_frame(Opcode::Close, close_payload(1001)));
        CHECK(client->read_to_end().empty());
    }
    CHECK(server.on_thread([&] { return server.server.connections(); }) == 0);
}
