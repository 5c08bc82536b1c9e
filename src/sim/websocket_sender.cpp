#include "ingest_reply.hpp"
#include "random.hpp"
#include "sender.hpp"
#include "websocket_frame.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

namespace alleycat::sim {

namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t kWriteBytes =
    256 * 1024;  // handed to the kernel in one call, before other connections have a turn
constexpr std::size_t kReadBytes = 16 * 1024;

/// One connection. Beast opens it; then frames are written and read here, because Beast masks and copies each message,
/// and this one has them ready. The door says nothing before it got a record, so Beast's read buffer holds nothing
/// then.
class WebSocketConnection {
public:
    WebSocketConnection(asio::io_context& io, const WebSocketTarget& target,
                        const tcp::resolver::results_type& endpoints, Tally& tally)
        : io_(io), target_(target), endpoints_(endpoints), tally_(tally), retry_(io)
    {
    }

    void connect();
    void pump();
    void stop();

    [[nodiscard]] bool open() const { return open_; }
    [[nodiscard]] Outbox& outbox() { return outbox_; }
    [[nodiscard]] const Outbox& outbox() const { return outbox_; }

private:
    using Stream = websocket::stream<tcp::socket>;

    void on_connected(error_code error);
    void on_open(error_code error);
    void read();
    [[nodiscard]] bool on_bytes(std::string_view bytes);
    [[nodiscard]] bool on_text(std::string_view text);
    [[nodiscard]] std::string_view next_bytes() const;
    void say_goodbye();
    void lost(const std::string& reason);

    asio::io_context& io_;
    const WebSocketTarget& target_;
    const tcp::resolver::results_type& endpoints_;
    Tally& tally_;
    asio::steady_timer retry_;
    std::optional<Stream> stream_;  // a new one for each attempt
    bool open_{false};
    bool stopped_{false};
    bool waits_to_write_{false};
    unsigned failures_{0};  // in a row
    unsigned attempt_{0};   // handlers of an earlier stream do nothing

    Outbox outbox_;
    std::string control_;  // pongs that wait for the end of the frame under way
    ServerFrameReader reader_;
    std::array<char, kReadBytes> buffer_{};
    Acknowledgement totals_;  // the newest of this stream
};

void WebSocketConnection::connect()
{
    stream_.emplace(io_);
    asio::async_connect(stream_->next_layer(), endpoints_, [this](error_code error, const tcp::endpoint&) {
        if (!stopped_) {
            on_connected(error);
        }
    });
}

void WebSocketConnection::on_connected(error_code error)
{
    if (error) {
        lost(error.message());
        return;
    }
    stream_->next_layer().set_option(tcp::no_delay(true), error);
    stream_->set_option(websocket::stream_base::timeout::suggested(boost::beast::role_type::client));
    if (!target_.token.empty()) {
        stream_->set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
            request.set(boost::beast::http::field::authorization, "Bearer " + target_.token);
        }));
    }
    stream_->async_handshake(target_.host + ':' + target_.port, target_.path, [this](error_code failure) {
        if (!stopped_) {
            on_open(failure);
        }
    });
}

void WebSocketConnection::on_open(error_code error)
{
    if (!error) {
        stream_->next_layer().non_blocking(true, error);
    }
    if (error) {
        lost("WebSocket handshake: " + error.message());
        return;
    }
    open_ = true;
    failures_ = 0;
    read();
    pump();
}

void WebSocketConnection::read()
{
    stream_->next_layer().async_read_some(asio::buffer(buffer_),
                                          [this, attempt = attempt_](error_code error, std::size_t size) {
                                              if (stopped_ || attempt != attempt_) {
                                                  return;
                                              }
                                              if (error) {
                                                  lost(error.message());
                                              } else if (on_bytes({buffer_.data(), size})) {
                                                  read();
                                                  pump();
                                              }
                                          });
}

/// False if the connection is lost.
bool WebSocketConnection::on_bytes(std::string_view bytes)
{
    reader_.feed(bytes);
    ServerFrameReader::Message message;
    for (;;) {
        switch (reader_.next(message)) {
            case ServerFrameReader::Step::NeedMore:
                return true;
            case ServerFrameReader::Step::Broken:
                lost("the server sent a malformed frame");
                return false;
            case ServerFrameReader::Step::Message:
                break;
        }
        if (message.opcode == Opcode::Close) {
            say_goodbye();
            lost("the server closed the connection");
            return false;
        }
        if (message.opcode == Opcode::Ping) {
            append_client_frame(control_, Opcode::Pong, message.payload, 0);
        } else if (message.opcode == Opcode::Text && !on_text(message.payload)) {
            lost("the server acknowledged records that were not sent");
            return false;
        }
    }
}

/// False if the server says what cannot be.
bool WebSocketConnection::on_text(std::string_view text)
{
    const IngestReply reply = parse_ingest_reply(text);
    if (const auto* rejection = std::get_if<Rejection>(&reply)) {
        if (tally_.first_rejects.size() < Tally::kMostRejects) {
            tally_.first_rejects.push_back("record " + std::to_string(rejection->index) + " rejected: " +
                                           std::string(rejection->code) + ": " + std::string(rejection->message));
        }
        return true;
    }
    const auto* totals = std::get_if<Acknowledgement>(&reply);
    if (totals == nullptr) {
        return true;
    }
    const Instant now = std::chrono::steady_clock::now();
    if (totals->accepted < totals_.accepted || totals->rejected < totals_.rejected ||
        !outbox_.acknowledge(totals->accepted + totals->rejected, now, tally_.latency)) {
        return false;
    }
    tally_.acked += totals->accepted - totals_.accepted;
    tally_.rejected += totals->rejected - totals_.rejected;
    tally_.last_answer = now;
    totals_ = *totals;
    return true;
}

/// A pong goes first, but only between two frames.
std::string_view WebSocketConnection::next_bytes() const
{
    if (control_.empty()) {
        return outbox_.unsent(kWriteBytes);
    }
    return outbox_.at_boundary() ? std::string_view(control_) : outbox_.frame_rest();
}

void WebSocketConnection::pump()
{
    if (!open_ || waits_to_write_) {
        return;
    }
    const std::string_view bytes = next_bytes();
    if (bytes.empty()) {
        return;
    }
    const bool control = bytes.data() == control_.data();
    const Instant now = std::chrono::steady_clock::now();
    error_code error;
    const std::size_t size = stream_->next_layer().write_some(asio::buffer(bytes), error);
    if (error && error != asio::error::would_block) {
        lost(error.message());
        return;
    }
    if (control) {
        control_.erase(0, size);
    } else if (size > 0) {
        tally_.sent += outbox_.handed_over(size, now);
    }
    if (next_bytes().empty()) {
        return;
    }
    // The other connections have their turn before this one goes on, also if the kernel would take more at once.
    waits_to_write_ = true;
    const auto go_on = [this, attempt = attempt_](error_code = {}) {
        if (!stopped_ && attempt == attempt_) {
            waits_to_write_ = false;
            pump();
        }
    };
    if (error) {
        stream_->next_layer().async_wait(tcp::socket::wait_write, go_on);
    } else {
        asio::post(io_, go_on);
    }
}

void WebSocketConnection::lost(const std::string& reason)
{
    ++attempt_;
    tally_.last_error = reason;
    tally_.reconnects += open_ ? 1 : 0;
    open_ = false;
    waits_to_write_ = false;
    error_code ignored;
    stream_->next_layer().close(ignored);
    reader_ = {};
    control_.clear();
    totals_ = {};
    const std::uint64_t twice = outbox_.rewind();
    tally_.acked -= std::min(twice, tally_.acked);
    retry_.expires_after(reconnect_pause(++failures_));
    retry_.async_wait([this](error_code error) {
        if (!error && !stopped_) {
            connect();
        }
    });
}

void WebSocketConnection::stop()
{
    stopped_ = true;
    retry_.cancel();
    if (!stream_) {
        return;
    }
    say_goodbye();
    error_code ignored;
    stream_->next_layer().close(ignored);
    open_ = false;
}

/// Says it only where that needs no waiting: to end is more important than to end politely.
void WebSocketConnection::say_goodbye()
{
    if (!open_ || !outbox_.at_boundary()) {
        return;
    }
    std::string close;
    append_client_frame(close, Opcode::Close, std::string_view("\x03\xe8", 2), 0);  // 1000: a normal end
    error_code ignored;
    stream_->next_layer().write_some(asio::buffer(close), ignored);
    stream_->next_layer().shutdown(tcp::socket::shutdown_send, ignored);
}

class WebSocketSender final : public Sender {
public:
    WebSocketSender(asio::io_context& io, const WebSocketTarget& target, std::uint32_t connections)
        : io_(io), target_(target)
    {
        for (std::uint32_t at = 0; at < connections; ++at) {
            connections_.push_back(std::make_unique<WebSocketConnection>(io_, target_, endpoints_, tally_));
        }
    }

    void start() override
    {
        error_code error;
        endpoints_ = tcp::resolver(io_).resolve(target_.host, target_.port, error);
        if (error) {
            throw std::runtime_error("cannot resolve " + target_.host + ": " + error.message());
        }
        for (const auto& connection : connections_) {
            connection->connect();
        }
    }

    bool connected() const override
    {
        return std::all_of(connections_.begin(), connections_.end(), [](const auto& each) { return each->open(); });
    }

    void reserve(std::uint32_t connection, std::size_t bytes, std::size_t messages) override
    {
        constexpr std::size_t kMostHeaderBytes = 14;
        connections_[connection]->outbox().reserve(bytes + messages * kMostHeaderBytes, messages);
    }

    bool can_take(std::uint32_t connection) const override
    {
        return connections_[connection]->outbox().bytes() < kMostWaitingBytes;
    }

    void enqueue(std::uint32_t connection, RacerId, std::string_view payload, std::uint32_t records) override
    {
        frame_.clear();
        append_client_frame(frame_, Opcode::Text, payload, static_cast<std::uint32_t>(mix(++frames_)));
        connections_[connection]->outbox().append(frame_, records);
    }

    void flush() override
    {
        for (const auto& connection : connections_) {
            connection->pump();
        }
    }

    bool idle() const override
    {
        return std::all_of(connections_.begin(), connections_.end(),
                           [](const auto& each) { return each->outbox().empty(); });
    }

    void discard_unsent() override
    {
        for (const auto& connection : connections_) {
            connection->outbox().discard_unsent();
        }
    }

    void stop() override
    {
        for (const auto& connection : connections_) {
            connection->stop();
        }
    }

    const Tally& tally() const override { return tally_; }

private:
    asio::io_context& io_;
    const WebSocketTarget target_;
    tcp::resolver::results_type endpoints_;
    Tally tally_;
    std::vector<std::unique_ptr<WebSocketConnection>> connections_;
    std::string frame_;        // of the latest enqueue(), to save its allocation
    std::uint64_t frames_{0};  // so many were built; each has a mask of its own
};

}  // namespace

std::unique_ptr<Sender> make_websocket_sender(asio::io_context& io, const WebSocketTarget& target,
                                              std::uint32_t connections)
{
    return std::make_unique<WebSocketSender>(io, target, connections);
}

}  // namespace alleycat::sim
