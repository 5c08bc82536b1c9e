#include "sender.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mosquitto.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace alleycat::sim {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kMostInFlight = 1000;  // messages of one connection without an answer
constexpr std::size_t kPublishesATurn = 64;  // before other connections have theirs
constexpr int kKeepAliveSeconds = 30;
constexpr std::chrono::seconds kUpkeep{1};

struct Destroy {
    void operator()(mosquitto* client) const { mosquitto_destroy(client); }
};

std::string describe(int code)
{
    return code == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(code);
}

/// One client, driven by the io_context: it waits on the client's socket and lets the library read and write then.
/// Each attempt to connect has a client of its own, so that only the outbox knows what has to be sent again.
/// A server answers PUBLISH packets in their order (MQTT 3.1.1, 4.6), so each answer is for the oldest message.
class MqttConnection {
public:
    MqttConnection(asio::io_context& io, const MqttTarget& target, std::string client_id, Tally& tally)
        : io_(io), target_(target), client_id_(std::move(client_id)), tally_(tally), timer_(io), socket_(io)
    {
    }

    void connect();
    void pump();
    void stop();

    [[nodiscard]] bool open() const { return open_; }
    [[nodiscard]] Outbox& outbox() { return outbox_; }
    [[nodiscard]] const Outbox& outbox() const { return outbox_; }

private:
    [[nodiscard]] int configure_and_connect();
    void wait_readable();
    void wait_writable();
    void keep_alive();
    void go_on_later();
    void lost(const std::string& reason);

    // Called by the library, inside its calls.
    static void on_connect(mosquitto* client, void* self, int code);
    static void on_publish(mosquitto* client, void* self, int message_id);

    asio::io_context& io_;
    const MqttTarget& target_;
    const std::string client_id_;
    Tally& tally_;
    asio::steady_timer timer_;               // upkeep while connected, else the pause before the next attempt
    asio::posix::stream_descriptor socket_;  // a duplicate of the client's, so that each side closes its own
    std::unique_ptr<mosquitto, Destroy> client_;
    bool open_{false};
    bool stopped_{false};
    bool waits_to_write_{false};
    bool waits_for_turn_{false};
    unsigned failures_{0};  // in a row
    unsigned attempt_{0};   // handlers of an earlier client do nothing
    std::string refusal_;   // why the server refused this client
    Outbox outbox_;
};

int MqttConnection::configure_and_connect()
{
    client_.reset(mosquitto_new(client_id_.c_str(), true, this));
    if (!client_) {
        return MOSQ_ERR_NOMEM;
    }
    mosquitto_connect_callback_set(client_.get(), &MqttConnection::on_connect);
    mosquitto_publish_callback_set(client_.get(), &MqttConnection::on_publish);
    mosquitto_int_option(client_.get(), MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(client_.get(), MOSQ_OPT_SEND_MAXIMUM, kMostInFlight);
    if (!target_.username.empty()) {
        const int code = mosquitto_username_pw_set(client_.get(), target_.username.c_str(), target_.password.c_str());
        if (code != MOSQ_ERR_SUCCESS) {
            return code;
        }
    }
    return mosquitto_connect(client_.get(), target_.host.c_str(), target_.port, kKeepAliveSeconds);
}

void MqttConnection::connect()
{
    refusal_.clear();
    if (const int code = configure_and_connect(); code != MOSQ_ERR_SUCCESS) {
        lost(describe(code));
        return;
    }
    const int duplicate = ::dup(mosquitto_socket(client_.get()));
    if (duplicate < 0) {
        lost(std::strerror(errno));
        return;
    }
    socket_.assign(duplicate);
    wait_readable();
    if (mosquitto_want_write(client_.get())) {
        wait_writable();
    }
    keep_alive();
}

void MqttConnection::on_connect(mosquitto*, void* self, int code)
{
    auto& connection = *static_cast<MqttConnection*>(self);
    if (code != 0) {
        connection.refusal_ = mosquitto_connack_string(code);
        return;
    }
    connection.open_ = true;
    connection.failures_ = 0;
}

void MqttConnection::on_publish(mosquitto*, void* self, int)
{
    auto& connection = *static_cast<MqttConnection*>(self);
    const Instant now = std::chrono::steady_clock::now();
    connection.tally_.acked += connection.outbox_.acknowledge_frame(now, connection.tally_.latency);
    connection.tally_.last_answer = now;
}

void MqttConnection::wait_readable()
{
    socket_.async_wait(asio::posix::stream_descriptor::wait_read, [this, attempt = attempt_](error_code error) {
        if (error || stopped_ || attempt != attempt_) {
            return;
        }
        errno = 0;  // the library takes a stale EAGAIN for the end of the input
        if (const int code = mosquitto_loop_read(client_.get(), 1); code != MOSQ_ERR_SUCCESS) {
            lost(refusal_.empty() ? describe(code) : refusal_);
            return;
        }
        wait_readable();
        pump();
    });
}

void MqttConnection::wait_writable()
{
    if (waits_to_write_) {
        return;
    }
    waits_to_write_ = true;
    socket_.async_wait(asio::posix::stream_descriptor::wait_write, [this, attempt = attempt_](error_code error) {
        if (error || stopped_ || attempt != attempt_) {
            return;
        }
        waits_to_write_ = false;
        if (const int code = mosquitto_loop_write(client_.get(), 1); code != MOSQ_ERR_SUCCESS) {
            lost(describe(code));
            return;
        }
        if (mosquitto_want_write(client_.get())) {
            wait_writable();
        }
        pump();
    });
}

void MqttConnection::keep_alive()
{
    timer_.expires_after(kUpkeep);
    timer_.async_wait([this, attempt = attempt_](error_code error) {
        if (error || stopped_ || attempt != attempt_) {
            return;
        }
        if (const int code = mosquitto_loop_misc(client_.get()); code != MOSQ_ERR_SUCCESS) {
            lost(describe(code));
            return;
        }
        keep_alive();
    });
}

void MqttConnection::pump()
{
    if (!open_ || waits_for_turn_) {
        return;
    }
    for (std::size_t published = 0; outbox_.unacknowledged_frames() < kMostInFlight; ++published) {
        const std::string_view payload = outbox_.frame_rest();
        if (payload.empty()) {
            return;
        }
        if (published == kPublishesATurn) {
            go_on_later();
            return;
        }
        // Counted first: at QoS 0 the library reports the end of the message, of which it has a copy by then, before
        // mosquitto_publish() returns.
        tally_.sent += outbox_.handed_over(payload.size(), std::chrono::steady_clock::now());
        const int code = mosquitto_publish(client_.get(), nullptr, target_.topic.c_str(),
                                           static_cast<int>(payload.size()), payload.data(), target_.qos, false);
        if (code != MOSQ_ERR_SUCCESS) {
            lost(describe(code));
            return;
        }
        if (mosquitto_want_write(client_.get())) {
            wait_writable();
        }
    }
}

void MqttConnection::go_on_later()
{
    waits_for_turn_ = true;
    asio::post(io_, [this, attempt = attempt_] {
        if (!stopped_ && attempt == attempt_) {
            waits_for_turn_ = false;
            pump();
        }
    });
}

/// Never from inside a call of the library: it ends the client.
void MqttConnection::lost(const std::string& reason)
{
    ++attempt_;
    tally_.last_error = reason;
    tally_.reconnects += open_ ? 1 : 0;
    open_ = waits_to_write_ = waits_for_turn_ = false;
    error_code ignored;
    socket_.close(ignored);
    client_.reset();
    outbox_.rewind();  // whole frames only, so that no acknowledgement was for a part of one
    timer_.expires_after(reconnect_pause(++failures_));
    timer_.async_wait([this](error_code error) {
        if (!error && !stopped_) {
            connect();
        }
    });
}

void MqttConnection::stop()
{
    stopped_ = true;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    if (open_) {
        mosquitto_disconnect(client_.get());
    }
    open_ = false;
    client_.reset();
}

/// The library's own start and end.
class Library {
public:
    Library() { mosquitto_lib_init(); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library() { mosquitto_lib_cleanup(); }
};

class MqttSender final : public Sender {
public:
    MqttSender(asio::io_context& io, const MqttTarget& target, std::uint32_t connections) : target_(target)
    {
        const std::string prefix = "alleycat-sim-" + std::to_string(::getpid()) + '-';
        for (std::uint32_t at = 0; at < connections; ++at) {
            connections_.push_back(std::make_unique<MqttConnection>(io, target_, prefix + std::to_string(at), tally_));
        }
    }

    void start() override
    {
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
        connections_[connection]->outbox().reserve(bytes, messages);
    }

    bool can_take(std::uint32_t connection) const override
    {
        return connections_[connection]->outbox().bytes() < kMostWaitingBytes;
    }

    void enqueue(std::uint32_t connection, RacerId, std::string_view payload, std::uint32_t records) override
    {
        connections_[connection]->outbox().append(payload, records);
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
    const Library library_;
    const MqttTarget target_;
    Tally tally_;
    std::vector<std::unique_ptr<MqttConnection>> connections_;
};

}  // namespace

std::unique_ptr<Sender> make_mqtt_sender(asio::io_context& io, const MqttTarget& target, std::uint32_t connections)
{
    return std::make_unique<MqttSender>(io, target, connections);
}

}  // namespace alleycat::sim
