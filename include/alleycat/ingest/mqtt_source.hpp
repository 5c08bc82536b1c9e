#pragma once

#include <alleycat/ingest/intake.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace alleycat::ingest {

struct MqttOptions {
    std::string host{"127.0.0.1"};
    std::uint16_t port{1883};
    std::string username;  ///< empty: anonymous
    std::string password;
    std::string client_id{"alleycatd"};  ///< names the persistent session at the broker
    bool version5{true};                 ///< else MQTT 3.1.1
    std::string topic{"alleycat-publish"};
    int qos{1};
    std::filesystem::path ca_file;  ///< set: TLS
    std::chrono::seconds keepalive{30};
    std::chrono::milliseconds reconnect_max{30'000};
    std::size_t payload_bytes{1024 * 1024};  ///< a larger message is refused as a whole
};

/// The MQTT door: subscribes to a topic in a persistent session and appends what comes to the stream.
///
/// Thread: its own; publish(), connected() and progress() on any.
///
/// What a PUBACK is worth. A QoS 1 message is acknowledged to the broker only after every record in it is durable (see
/// stream::Producer::durable()) or refused for good. In detail, libmosquitto queues the PUBACK while it hands the
/// message over, and this source reads what has come, flushes it, and then neither reads nor writes until all of it is
/// durable; meanwhile the broker fills the socket's buffer. So until the PUBACK, the broker keeps the message: if the
/// machine loses power before, it comes again in the next session; if after, the record is in the log. A message may
/// come twice, never not at all.
///
/// Absent broker: tried again with growing pauses, forever; the daemon runs meanwhile.
class MqttSource {
public:
    MqttSource(MqttOptions options, Intake intake);
    ~MqttSource();

    void start();
    /// Reads nothing further, acknowledges what is durable by `deadline`, and leaves; the session stays at the broker.
    void stop(std::chrono::steady_clock::time_point deadline);

    /// Queues a QoS 0 message; dropped where the broker is away or kMaxOutgoing messages wait.
    void publish(std::string topic, std::string payload);
    /// From the next message on. Any thread.
    void set_limits(telemetry::RecordLimits limits, std::size_t payload_bytes);
    /// A ring that was full has room, or records became durable. Any thread.
    void progress();

    /// Subscribed, so that everything published from now on arrives.
    [[nodiscard]] bool connected() const;

    static constexpr std::size_t kMaxOutgoing = 256;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::ingest
