#pragma once

#include "heard.hpp"
#include "server_thread.hpp"

#include <catch2/catch.hpp>

namespace alleycat::net {

/// Answers each text with the same text; some texts are orders.
class Echo final : public WebSocket::Handler {
public:
    Echo(Heard& heard, Echo*& latest) : heard_(heard), latest_(latest) { latest = this; }
    ~Echo() override { latest_ = latest_ == this ? nullptr : latest_; }

    void on_open(WebSocket& socket) override
    {
        socket_ = &socket;
        heard_.add("open");
    }
    bool on_text(std::string_view text) override
    {
        heard_.add(text.size() < 100 ? std::string(text) : std::to_string(text.size()) + " bytes");
        if (text == "close") {
            socket_->close(CloseCode::PolicyViolation, "as you wish");
            return true;
        }
        if (text == "be polite") {
            polite_ = true;
        }
        if (text == "be slow") {
            slow_ = true;
        }
        if (text == "abort") {
            socket_->abort();
            return true;
        }
        if (text.rfind("flood ", 0) == 0) {
            for (auto left = std::stoul(std::string(text.substr(6))); left > 0; --left) {
                socket_->send_text(std::string(100'000, 'f'));
            }
            return true;
        }
        socket_->send_text(text);
        return text != "pause";
    }
    void on_batch_end() override { heard_.add("batch end"); }
    void on_drained() override { heard_.add("drained"); }
    bool on_goodbye() override
    {
        heard_.add("goodbye");
        if (polite_) {
            socket_->send_text("last words");
        }
        return !slow_;
    }
    void on_closed() override { heard_.add("closed"); }

    [[nodiscard]] WebSocket& socket() { return *socket_; }

private:
    Heard& heard_;
    Echo*& latest_;
    WebSocket* socket_{nullptr};
    bool polite_{false};
    bool slow_{false};
};

struct EchoServer : ServerThread {
    Heard heard;
    Echo* latest{nullptr};  // the network thread

    explicit EchoServer(HttpServer::Options options = {}) : ServerThread(std::move(options))
    {
        server.websocket("/echo", [this](const Request&) { return std::make_unique<Echo>(heard, latest); });
        start();
    }
    ~EchoServer() { stop(); }

    /// Does `work` with the latest connection; false where that is gone.
    template <class Work>
    [[nodiscard]] bool with_latest(Work work)
    {
        return on_thread([&] {
            if (latest != nullptr) {
                work(latest->socket());
            }
            return latest != nullptr;
        });
    }
    [[nodiscard]] bool resume()
    {
        return with_latest([](WebSocket& socket) { socket.resume(); });
    }
    [[nodiscard]] std::size_t queued_bytes()
    {
        std::size_t queued = 0;
        REQUIRE(with_latest([&](WebSocket& socket) { queued = socket.queued_bytes(); }));
        return queued;
    }
};

/// The close frame that must come next, answered, and the end behind it.
inline ServerFrame expect_close(WebSocketClient& client)
{
    auto frame = client.receive_frame();
    CHECK(frame.opcode == Opcode::Close);
    client.send(client_frame(Opcode::Close, frame.payload.substr(0, 2)));
    client.end_sending();  // behind what it could not read the server looks for the end only
    CHECK(client.read_to_end().empty());
    return frame;
}

inline std::string some_text(std::size_t size, char letter)
{
    return std::string(size, letter);
}

}  // namespace alleycat::net
