#pragma once

#include <alleycat/ingest/intake.hpp>
#include <alleycat/ingest/rate_limits.hpp>
#include <alleycat/ingest/rule_options.hpp>

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
    RuleOptions rule;
    /// Set: below this topic each bike has one of its own, "<own_topics>/<racerId>", and what comes there must be of
    /// that racer. On `own_topics` itself any racer's records may come; anywhere else below it none is taken. The
    /// broker sees to it who publishes where.
    std::string own_topics;
    RateOptions rates{};             ///< of bikes on topics of their own
    std::uint32_t race_length{300};  ///< seconds
    std::uint32_t race_window{300};  ///< from one start to the next, seconds
    std::string stream_name{"alleycat"};
    std::filesystem::path directory;  ///< of all data, for the rule's files and failures; empty: none are kept
    std::filesystem::path ca_file;    ///< set: TLS
    std::chrono::seconds keepalive{30};
    std::chrono::milliseconds reconnect_max{30'000};
    std::size_t payload_bytes{1024 * 1024};  ///< a larger message is refused as a whole
};

/// The MQTT door: subscribes to a rule's topic in a persistent session, makes records of what comes, and brings them to
/// the rule's targets, the stream above all. Each rule has a source of its own: connection, session and thread.
///
/// Thread: its own; publish(), connected() and progress() on any.
///
/// What a PUBACK is worth. A QoS 1 message is acknowledged to the broker only after every record in it is durable (see
/// stream::Producer::durable()) or refused for good. In detail, libmosquitto queues the PUBACK while it hands the
/// message over, and this source reads what has come, flushes it, stores what failed, and then neither reads nor writes
/// until all of it is durable; meanwhile the broker fills the socket's buffer. So until the PUBACK, the broker keeps
/// the message: if the machine loses power before, it comes again in the next session; if after, the record is in the
/// log. A message may come twice, never not at all. Files of the rule are synced before the PUBACK as well; what it
/// republishes leaves at QoS 0 on the same connection, behind the PUBACK.
///
/// Absent broker: tried again with growing pauses, forever; the daemon runs meanwhile.
class MqttSource {
public:
    /// Throws std::exception with one line where the rule or a file is not right.
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
    /// Messages that failed and could not be kept, ever. Any thread.
    [[nodiscard]] std::uint64_t lost_failures() const;

    static constexpr std::size_t kMaxOutgoing = 256;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::ingest
