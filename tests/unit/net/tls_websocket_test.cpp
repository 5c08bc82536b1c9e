#include "server_routes.hpp"
#include "tls_client.hpp"

using namespace alleycat;
using namespace alleycat::net;

namespace {

/// Sends each text back, and pauses behind "pause" until the test says to go on.
class SecureEcho final : public WebSocket::Handler {
public:
    explicit SecureEcho(WebSocket*& latest) : latest_(latest) {}
    ~SecureEcho() override { latest_ = nullptr; }

    void on_open(WebSocket& socket) override { latest_ = &socket; }
    bool on_text(std::string_view text) override
    {
        latest_->send_text(text);
        return text != "pause";
    }

private:
    WebSocket*& latest_;
};

struct SecureServer : ServerThread {
    TestCertificate certificate;
    WebSocket* latest{nullptr};  // the network thread

    SecureServer()
    {
        server.set_tls(certificate.files());
        server.websocket("/echo", [this](const Request&) { return std::make_unique<SecureEcho>(latest); });
        start();
    }
    ~SecureServer() { stop(); }

    [[nodiscard]] WebSocketClient client(std::string_view together = {}, int receive_buffer = 0) const
    {
        return {port(), "/echo", together, receive_buffer, tls_wire()};
    }
    void resume()
    {
        on_thread([this] { latest->resume(); });
    }
};

}  // namespace

TEST_CASE("texts of any size come back whole over TLS", "[net][tls][websocket]")
{
    SecureServer server;
    auto client = server.client();
    for (const std::size_t size : {0U, 1U, 125U, 126U, 16'384U, 16'385U, 65'536U, 1'000'000U}) {
        CAPTURE(size);
        const auto text = long_text(size);
        client.send_text(text);
        CHECK(client.receive_text() == text);
    }
    std::string many;
    for (int n = 0; n < 2'000; ++n) {
        many += client_frame(Opcode::Text, std::to_string(n));
    }
    client.send(many);
    for (int n = 0; n < 2'000; ++n) {
        REQUIRE(client.receive_text() == std::to_string(n));
    }
}

TEST_CASE("a message that comes in one burst, and nothing behind it, arrives whole over TLS", "[net][tls][websocket]")
{
    SecureServer server;
    const auto text = long_text(1'000'000);
    {
        auto client = server.client();
        client.send_text(text);
        CHECK(client.receive_text() == text);
    }
    auto together = server.client(client_frame(Opcode::Text, text));  // with the handshake
    CHECK(together.receive_text() == text);
}

TEST_CASE("a pause keeps everything behind it over TLS, also what TLS has decrypted", "[net][tls][websocket]")
{
    SecureServer server;
    auto client = server.client();
    std::string bytes = client_frame(Opcode::Text, "pause");
    std::vector<std::string> behind;
    for (int n = 0; n < 30; ++n) {
        behind.push_back(n % 10 == 5 ? "pause" : long_text(60'000));
        bytes += client_frame(Opcode::Text, behind.back());
    }
    client.send(bytes);
    CHECK(client.receive_text() == "pause");
    server.resume();
    for (const auto& text : behind) {
        REQUIRE(client.receive_text() == text);
        if (text == "pause") {
            server.resume();
        }
    }
}

TEST_CASE("what a slow client is sent waits for it over TLS", "[net][tls][websocket]")
{
    SecureServer server;
    auto client = server.client({}, 4'096);
    client.send_text("open");
    CHECK(client.receive_text() == "open");
    const auto large = long_text(100'000);
    server.on_thread([&] {
        for (int n = 0; n < 50; ++n) {
            server.latest->send_text(std::to_string(n));
            server.latest->send_text(large);
        }
    });
    for (int n = 0; n < 50; ++n) {
        REQUIRE(client.receive_text() == std::to_string(n));
        REQUIRE(client.receive_text() == large);
    }
}

TEST_CASE("a close over TLS is answered, and ends with TLS's goodbye", "[net][tls][websocket]")
{
    SecureServer server;
    auto client = server.client();
    client.send(client_frame(Opcode::Close, close_payload(1000)));
    CHECK(client.receive_frame().code() == 1000);
    CHECK(client.read_to_end().empty());
    auto abandoned = server.client();
    abandoned.send_text("open");
    CHECK(abandoned.receive_text() == "open");
    abandoned.end_sending();  // TLS's goodbye alone; the socket stays open
    CHECK(abandoned.read_to_end().empty());
}
