#pragma once

#include <alleycat/net/channel.hpp>
#include <alleycat/net/connection.hpp>
#include <alleycat/net/websocket_codec.hpp>

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

    /// What unfinished messages hold, all connections' together.
    [[nodiscard]] std::size_t unfinished_bytes() const { return unfinished_bytes_; }
    /// One connection's share is no longer `before` but `now`.
    void count_unfinished(std::size_t before, std::size_t now) { unfinished_bytes_ += now - before; }

private:
    std::vector<char> bytes_;
    std::size_t unfinished_bytes_{0};
};

/// A server-side WebSocket connection.
///
/// Thread:  the network thread; every callback comes on it.
/// Bounds:  reads at most ReadBuffer::kBytes at once, then others have their turn. Unfinished messages are bounded each
///          and together. What is to be sent waits in the connection: whoever sends watches queued_bytes().
/// Alive:   pings a silent client, and ends the connection of one that does not answer, or that for as long takes
///          nothing of what waits for it.
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
        std::size_t max_unfinished_bytes{256 * 1024 * 1024};  ///< of all connections' messages that are not complete
        std::chrono::milliseconds ping_after{30'000};         ///< of silence; twice as long ends the connection
    };

    WebSocket(Channel channel, Options options, Connections& connections, ReadBuffer& buffer);
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

    void read_on();
    void wait_for_input(Channel::Next next);
    void on_readable();
    /// Hands over what is in `input`; false where it paused or ended.
    bool process(std::span<char> input);
    bool handle(const FrameParser::Event& event);
    bool count_unfinished();
    void flush();
    std::span<const iovec> gather(std::span<iovec> room) const;
    void take_sent(std::size_t bytes);
    [[nodiscard]] bool is_stuck(SteadyTime now);
    void wait_for_output(Channel::Next next);
    void finish();

    Channel channel_;
    const Options options_;
    Connections& connections_;
    ReadBuffer& buffer_;
    std::unique_ptr<Handler> handler_;
    FrameParser parser_;
    std::size_t unfinished_bytes_{0};  // what parser_ holds, as buffer_ counts it

    std::string held_;  // received behind a pause, not yet parsed
    bool paused_{false};
    bool reading_{false};  // a wait for input, or a turn to read, is under way

    std::deque<Outgoing> outbox_;
    std::size_t sent_{0};  // bytes of the first outgoing, sent
    std::size_t queued_bytes_{0};
    bool writing_{false};  // a wait for output is under way

    SteadyTime heard_{std::chrono::steady_clock::now()};  // when the client last sent anything
    SteadyTime pinged_{};
    std::size_t untaken_bytes_{0};  // of what was written, at taken_
    SteadyTime taken_{};            // when the client last took anything, or began to have something to take
    std::string goodbye_;           // the close frame that is put off
    bool closing_{false};           // a close frame is put off, queued or sent
    SteadyTime closing_since_{};
    bool end_when_sent_{false};  // the client has said goodbye
    bool broken_{false};         // the client broke the protocol
    bool finished_{false};
    std::shared_ptr<WebSocket> self_;  // while open, also when no wait holds it
};

}  // namespace alleycat::net
