#pragma once

#include "latency_histogram.hpp"
#include "outbox.hpp"
#include "request_signature.hpp"

#include <alleycat/core/ids.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::sim {

/// What has become of the records so far.
struct Tally {
    std::uint64_t sent{0};      ///< handed to a socket; once each, however often a lost connection made us repeat it
    std::uint64_t acked{0};     ///< websocket, stream: durable; mqtt: PUBACK received (QoS 1) or written (QoS 0)
    std::uint64_t rejected{0};  ///< refused by the server
    std::uint64_t failed{0};    ///< stream: refused for now, and put again; counts a record each time
    std::uint64_t reconnects{0};
    Instant last_answer{};                   ///< when `acked` or `rejected` grew last
    std::string last_error;                  ///< of any connection; empty if there was none
    std::vector<std::string> first_rejects;  ///< at most kMostRejects
    LatencyHistogram latency;

    static constexpr std::size_t kMostRejects = 5;
};

/// The connections to one server.
///
/// Thread: the one that runs the io_context, for all calls; nothing blocks but a connect() of MQTT.
/// Order:  messages of one connection leave in the order of enqueue(); those that a stream refuses for now, once more.
/// Errors: a lost connection is opened again after a growing pause, and what was not acknowledged is sent again;
///         Tally::last_error says why. Nothing gives up by itself.
class Sender {
public:
    virtual ~Sender() = default;

    /// Opens all connections. Throws std::runtime_error for a host name that cannot be resolved.
    virtual void start() = 0;
    /// Whether all connections are open now.
    [[nodiscard]] virtual bool connected() const = 0;

    /// Makes room for what a connection is about to get; only for speed.
    virtual void reserve(std::uint32_t connection, std::size_t bytes, std::size_t messages) = 0;
    /// Whether the connection waits for so few bytes that it should be given more.
    [[nodiscard]] virtual bool can_take(std::uint32_t connection) const = 0;
    /// Copies a payload of `records` records, the first one of `racer`, behind the connection's others; flush() starts
    /// them all. A stream takes payloads of one record only, and the racer for its partition key.
    virtual void enqueue(std::uint32_t connection, RacerId racer, std::string_view payload, std::uint32_t records) = 0;
    virtual void flush() = 0;

    /// Whether all that was enqueued is acknowledged or rejected.
    [[nodiscard]] virtual bool idle() const = 0;
    /// Forgets what no socket has begun to take.
    virtual void discard_unsent() = 0;
    /// Says goodbye to the server and closes all connections.
    virtual void stop() = 0;

    [[nodiscard]] virtual const Tally& tally() const = 0;
};

/// A connection's unacknowledged bytes above which can_take() refuses: so that a stalled server costs bounded memory.
inline constexpr std::size_t kMostWaitingBytes = 4 * 1024 * 1024;

/// The pause before connecting again, after `failures` failures in a row (>= 1).
[[nodiscard]] std::chrono::milliseconds reconnect_pause(unsigned failures);

struct WebSocketTarget {
    std::string host;
    std::string port;
    std::string path;     ///< begins with a slash
    std::string token{};  ///< empty: none
};

[[nodiscard]] std::unique_ptr<Sender> make_websocket_sender(boost::asio::io_context& io, const WebSocketTarget& target,
                                                            std::uint32_t connections);

struct MqttTarget {
    std::string host;
    std::uint16_t port{1883};
    std::string topic;
    int qos{1};            ///< 0 or 1
    std::string username;  ///< empty: none
    std::string password;
};

[[nodiscard]] std::unique_ptr<Sender> make_mqtt_sender(boost::asio::io_context& io, const MqttTarget& target,
                                                       std::uint32_t connections);

struct StreamTarget {
    std::string host;
    std::string port;
    std::string stream;
    std::uint32_t batch{500};  ///< records a call at most, 1 … 500
    AccessKey access_key;
    std::string token{};  ///< brought where nothing is signed; empty: none
};

[[nodiscard]] std::unique_ptr<Sender> make_stream_sender(boost::asio::io_context& io, const StreamTarget& target,
                                                         std::uint32_t connections);

}  // namespace alleycat::sim
