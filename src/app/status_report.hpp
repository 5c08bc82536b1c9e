#pragma once

#include "config.hpp"
#include "race_recorder.hpp"

#include <alleycat/access/guard.hpp>
#include <alleycat/core/counters.hpp>
#include <alleycat/core/durations.hpp>
#include <alleycat/delivery/delivery_pool.hpp>
#include <alleycat/ingest/mqtt_source.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/plausibility/judge.hpp>
#include <alleycat/quarantine/quarantine.hpp>
#include <alleycat/serve/live_feed.hpp>
#include <alleycat/serve/status_routes.hpp>
#include <alleycat/stream/stream.hpp>

#include <string>
#include <vector>

namespace alleycat::app {

/// What the daemon says of itself, gathered from its rooms when it is asked for.
///
/// Thread: the network thread.
class StatusReport {
public:
    struct Door {
        std::string name;
        const DoorCounters& counters;
        const ingest::MqttSource* source{nullptr};  // null: the door is no broker's, or there is no broker
    };
    /// All of it outlives the report.
    struct Way {
        const Config& config;
        const stream::Stream& stream;
        const stream::Ledger& ledger;
        const delivery::DeliveryPool& delivery;
        const delivery::TransformCounters& transform;
        const Durations& flush_times;
        const RaceRecorder& recorder;
        const serve::LiveFeed& live;
        const net::HttpServer& server;
        const access::Guard& guard;
    };

    explicit StatusReport(const Way& way) : way_(way) {}

    void add(const Door& door) { doors_.push_back(door); }
    /// Who judges records, and where they are held; both outlive the report. `judge`: null: nobody does.
    void add(const plausibility::Judge* judge, const quarantine::Quarantine& held)
    {
        judge_ = judge;
        quarantine_ = &held;
    }

    /// `stopping`: the daemon is not ready for that reason.
    [[nodiscard]] serve::Status gather(bool stopping) const;

private:
    [[nodiscard]] std::vector<serve::Status::Class> classes() const;
    [[nodiscard]] std::optional<serve::Status::Storage> storage() const;
    [[nodiscard]] std::optional<serve::Status::Plausibility> plausibility() const;
    [[nodiscard]] std::string not_ready(const serve::Status& status) const;

    const Way way_;
    std::vector<Door> doors_;
    const plausibility::Judge* judge_{nullptr};
    const quarantine::Quarantine* quarantine_{nullptr};
};

}  // namespace alleycat::app
