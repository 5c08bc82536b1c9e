#pragma once

#include "config.hpp"
#include "releaser.hpp"
#include "status_report.hpp"

#include <alleycat/access/guard.hpp>
#include <alleycat/ingest/mqtt_source.hpp>
#include <alleycat/ingest/stream_api.hpp>
#include <alleycat/ingest/websocket_door.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace alleycat::app {

/// All ways by which records come in: WebSocket, the stream API, a broker's rules, and what was held back.
///
/// Thread: the network thread; publish() and records of a broker on others.
class Doors {
public:
    /// All of it outlives the doors.
    struct Way {
        const Config& config;  ///< its live keys may change on the network thread
        boost::asio::io_context& network;
        stream::Stream& stream;
        stream::LogQueries& log_queries;
        access::Guard& guard;
        plausibility::Judge* judge;  ///< null: nobody judges
        quarantine::Quarantine& quarantine;
        const ErasedRacers& erased;
    };

    explicit Doors(const Way& way);

    void add_routes(net::HttpServer& server);
    void add_to(StatusReport& status) const;

    /// Connects to the broker, if there is one.
    void start();
    /// What the configuration says by now.
    void set_limits();
    /// As Releaser::try_release(); where nothing can be held, nothing is released.
    [[nodiscard]] bool release(const serve::ReleaseOrder& order, Releaser::Done done);
    /// To the broker, if it is there and `topic` is not empty: `message(item)` for each of `items`. Any thread.
    template <class Items, class Message>
    void publish(const std::string& topic, const Items& items, Message message)
    {
        const auto& source = mqtt_.front()->source;
        if (source && source->connected() && !topic.empty()) {
            for (const auto& item : items) {
                source->publish(topic, message(item));
            }
        }
    }

    /// Takes nothing further, but from the broker.
    void close();
    /// Nobody waits for an acknowledgement, but for the broker.
    [[nodiscard]] bool settled() const;
    /// Leaves the broker, as MqttSource::stop().
    void stop(std::chrono::steady_clock::time_point deadline);

    [[nodiscard]] const RecentRejects& rejects() const { return rejects_; }

private:
    struct MqttDoor {
        MqttDoor(const std::string& door, RecentRejects& recent) : name(door), counters(door, recent) {}
        std::string name;
        DoorCounters counters;
        std::unique_ptr<ingest::MqttSource> source;  // none where there is no broker
    };

    /// Whose producer has `progress()` called on the network thread.
    [[nodiscard]] stream::Producer producer(std::string name, std::function<void()> progress);
    [[nodiscard]] ingest::Intake intake(std::string_view partition_key, stream::Producer producer,
                                        DoorCounters& counters) const;
    [[nodiscard]] ingest::StreamApiOptions api_options() const;
    [[nodiscard]] std::unique_ptr<Releaser> make_releaser();
    void add_mqtt_door(const std::string& name, const ingest::RuleOptions& rule);

    const Way way_;
    RecentRejects rejects_;
    DoorCounters websocket_counters_{"websocket", rejects_};
    DoorCounters api_counters_{"stream", rejects_};
    ingest::WebSocketDoor websocket_;
    ingest::StreamApi api_;
    const std::unique_ptr<Releaser> releaser_;     // null: nothing can be held
    std::vector<std::unique_ptr<MqttDoor>> mqtt_;  // the default rule's, which publishes; then the others'
};

}  // namespace alleycat::app
