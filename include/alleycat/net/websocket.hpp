#pragma once

#include <alleycat/net/connection.hpp>
#include <alleycat/net/websocket_codec.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::net {

/// Room for one read, shared by all connections of the network thread: what a read leaves incomplete is kept by the
/// connection, everything else is done with before the next read.
class ReadBuffer {
public:
    static constexpr std::size_t kBytes = 512 * 1024;

    ReadBuffer() : bytes_(kBytes + FrameParser::kPadding) {}
    [[nodiscard]] std::span<char> room() { return std::span(bytes_).first(kBytes); }

private:
    std::vector<char> bytes_;
};

/// A server-side WebSocket connection.
///
/// Thread:  the network thread; every callback comes on it.
/// Bounds:  reads at most ReadBuffer::kBytes at once, then others have their turn. What is to be sent waits in the
///          connection: whoever sends watches queued_bytes().
/// Alive:   pings a silent client, and ends the connection of one that does not answer.
class WebSocket : public Connection, public std::enable_shared_from_this<WebSocket> {
public:
    /// What is made of the messages. Owned by the connection, and gone with it.
    class Handler {
    public:
        virtual ~Handler() = default;

        /// The first call. `socket` outlives the handler.
        virtual void on_open(WebSocket& socket) = 0;
        /// `text` has FrameParser::kPadding readable bytes behind it and is valid during the call. Not checked for
        /// UTF-8. Returns false to pause: nothing further arrives before WebSocket::resume().
        [[nodiscard]] virtual bool on_text(std::string_view text) = 0;
        /// Everything that one read brought has been handed over.
        virtual void on_batch_end() {}
        /// Everything queued has been sent.
        virtual void on_drained() {}
        /// A close frame is about to be queued, whoever wants to end: the last chance to send anything. Nothing further
        /// arrives. Returns false to put the frame off until WebSocket::say_goodbye(), for a moment.
        [[nodiscard]] virtual bool on_goodbye() { return true; }
        /// The connection is gone; the last call.
        virtual void on_closed() {}
    };

    struct Options {
        std::size_t max_message_bytes{1024 * 1024};
        std::chrono::milliseconds ping_after{30'000};  ///< of silence; twice as long ends the connection
    };

    WebSocket(boost::asio::ip::tcp::socket socket, Options options, Connections& connections, ReadBuffer& buffer);
    ~WebSocket() override;

    /// `received`: what came behind the handshake already.
    void start(std::unique_ptr<Handler> handler, std::string_view received);

    /// Queues a frame made by make_frame(); `rest` follows it (another frame, or further bytes of it).
    void send(std::shared_ptr<const std::string> frame, std::string rest = {});
    void send_text(std::string_view text);

    [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

    /// Goes on behind a pause.
    void resume();
    /// Sends a close frame behind what is queued; ends when it is answered, or soon.
    void close(CloseCode code, std::string_view reason);
    /// Sends the close frame that on_goodbye() put off. May end the connection, and its handler.
    void say_goodbye();

    void check_deadline(SteadyTime now) override;
    void shut_down() override;
    void abort() override;

private:
    struct Outgoing {
        std::shared_ptr<const std::string> frame;
        std::string rest;
    };

    void wait_readable();
    void on_readable();
    /// Hands over what is in `input`; false where it paused or ended.
    bool process(std::span<char> input);
    bool handle(const FrameParser::Event& event);
    void flush();
    void wait_writable();
    void finish();

    boost::asio::ip::tcp::socket socket_;
    const Options options_;
    Connections& connections_;
    ReadBuffer& buffer_;
    std::unique_ptr<Handler> handler_;
    FrameParser parser_;

    std::string held_;  // received behind a pause, not yet parsed
    bool paused_{false};
    bool reading_{false};  // a wait for input is under way

    std::deque<Outgoing> outbox_;
    std::size_t sent_{0};  // bytes of the first outgoing, sent
    std::size_t queued_bytes_{0};
    bool writing_{false};  // a wait for output is under way

    SteadyTime heard_{std::chrono::steady_clock::now()};  // when the client last sent anything
    SteadyTime pinged_{};
    std::string goodbye_;  // the close frame that is put off
    bool closing_{false};  // a close frame is put off, queued or sent
    SteadyTime closing_since_{};
    bool end_when_sent_{false};  // the client has said goodbye
    bool broken_{false};         // the client broke the protocol
    bool finished_{false};
    std::shared_ptr<WebSocket> self_;  // while open, also when no wait holds it
};

}  // namespace alleycat::net
