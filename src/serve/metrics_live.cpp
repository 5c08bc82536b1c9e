#include "metrics_parts.hpp"

#include <algorithm>

namespace alleycat::serve {

void add_storage_metrics(Families& families, const Status& status)
{
    using enum prometheus::MetricType;
    if (status.history_flush_times != nullptr) {
        families.begin(Histogram, "alleycat_history_flush_seconds", "Time to bring history files up to date.");
        families.add({}, status.history_flush_times->read());
    }
    families.begin(Gauge, "alleycat_results_failing", "1 while results cannot be written to the database.");
    families.add({}, status.results_failing ? 1.0 : 0.0);
    if (status.storage) {
        families.begin(Gauge, "alleycat_storage_size_bytes", "Size of the disk that holds the data directory.");
        families.add({}, status.storage->size_bytes);
        families.begin(Gauge, "alleycat_storage_free_bytes", "What of it the daemon may still use.");
        families.add({}, status.storage->free_bytes);
        families.begin(Gauge, "alleycat_database_bytes", "Size of the database with its write-ahead log.");
        families.add({}, status.storage->database_bytes);
    }
}

void add_live_metrics(Families& families, const Status& status)
{
    using enum prometheus::MetricType;
    const auto each_class = [&](auto value) {
        for (const auto& each : status.classes) {
            families.add({{"class", std::to_string(raw(each.id))}}, std::uint64_t{value(each)});
        }
    };
    families.begin(Gauge, "alleycat_races_open", "Races that records still count for.");
    each_class([](const Status::Class& each) { return each.open_races; });
    families.begin(Gauge, "alleycat_racers_now", "Racers of the newest of these.");
    each_class([](const Status::Class& each) { return each.racers; });
    families.begin(Gauge, "alleycat_connections", "Open HTTP and WebSocket connections.");
    families.add({}, std::uint64_t{status.connections});
    families.begin(Counter, "alleycat_refused_total", "Connections and requests that were refused, by reason.");
    for (const auto& [reason, count] : status.refused) {
        families.add({{"reason", reason}}, count);
    }
    if (status.certificate_expires) {
        families.begin(Gauge, "alleycat_certificate_expiry_timestamp_seconds",
                       "Until when the certificate of the listener is good.");
        families.add({}, static_cast<double>(status.certificate_expires->time_since_epoch().count()));
    }
    families.begin(Gauge, "alleycat_live_viewers", "Viewers of live rankings.");
    families.add({}, std::uint64_t{status.viewers});
    families.begin(Gauge, "alleycat_live_queue_bytes", "What waits for viewers who have not fetched it.");
    families.add({}, status.live_queue_bytes);
    families.begin(Counter, "alleycat_live_resyncs_total", "Snapshots sent to viewers that had fallen behind.");
    families.add({}, status.resyncs);
    if (std::any_of(status.doors.begin(), status.doors.end(), [](const auto& door) { return door.connected; })) {
        families.begin(Gauge, "alleycat_mqtt_connected", "1 while the door is subscribed at the broker.");
    }
    for (const auto& door : status.doors) {
        if (door.connected) {
            families.add({{"door", door.name}}, *door.connected ? 1.0 : 0.0);
        }
    }
}

}  // namespace alleycat::serve
