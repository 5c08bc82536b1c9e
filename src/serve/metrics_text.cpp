#include <alleycat/serve/status_routes.hpp>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace alleycat::serve {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Labels = std::vector<ClientMetric::Label>;

/// Gathers families; a sample belongs to the family begun last.
class Families {
public:
    void begin(prometheus::MetricType type, std::string name, std::string help)
    {
        families_.push_back({std::move(name), std::move(help), type, {}});
    }

    void add(Labels labels, double value)
    {
        ClientMetric metric;
        metric.label = std::move(labels);
        if (families_.back().type == prometheus::MetricType::Counter) {
            metric.counter.value = value;
        } else {
            metric.gauge.value = value;
        }
        families_.back().metric.push_back(std::move(metric));
    }

    void add(Labels labels, std::uint64_t value) { add(std::move(labels), static_cast<double>(value)); }

    [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

private:
    std::vector<MetricFamily> families_;
};

void add_doors(Families& families, const Status& status)
{
    using enum prometheus::MetricType;
    families.begin(Counter, "alleycat_records_accepted_bytes_total",
                   "Size of the text of the records taken into the stream.");
    for (const auto& door : status.doors) {
        families.add({{"door", door.name}}, door.counters->accepted_bytes.load());
    }
    families.begin(Counter, "alleycat_records_rejected_total", "Records refused, by reason.");
    for (const auto& door : status.doors) {
        for (std::size_t code = 1; code < DoorCounters::kCodes; ++code) {
            if (const auto count = door.counters->rejected[code].load()) {
                families.add({{"door", door.name}, {"code", std::string(name(static_cast<Errc>(code)))}}, count);
            }
        }
    }
    families.begin(Counter, "alleycat_rule_lost_failures_total",
                   "Messages that failed and could not be stored among the rule's errors.");
    for (const auto& door : status.doors) {
        if (door.lost_failures) {
            families.add({{"door", door.name}}, *door.lost_failures);
        }
    }
    families.begin(Counter, "alleycat_door_stalls_total",
                   "Times a door stopped reading because a shard's ring was full.");
    for (const auto& door : status.doors) {
        families.add({{"door", door.name}}, door.counters->stalls.load());
    }
}

/// A sample a shard: what `value` takes from its state.
template <class Value>
void add_each_shard(Families& families, const Status& status, Value value)
{
    for (std::size_t shard = 0; shard < status.shards.size(); ++shard) {
        families.add({{"shard", std::to_string(shard)}}, value(status.shards[shard]));
    }
}

void add_shards(Families& families, const Status& status)
{
    using enum prometheus::MetricType;
    const auto each = [&](auto value) { add_each_shard(families, status, value); };
    using State = stream::Stream::ShardState;
    families.begin(Counter, "alleycat_shard_appended_records_total", "Records appended to the shard.");
    each([](const State& state) { return state.appended; });
    families.begin(Counter, "alleycat_shard_consumed_records_total",
                   "Records that the shard handed to ranking and delivery.");
    each([](const State& state) { return state.consumed; });
    families.begin(Gauge, "alleycat_shard_ring_bytes", "Bytes in use of the shard's ring.");
    each([](const State& state) { return std::uint64_t{state.ring_bytes}; });
    families.begin(Gauge, "alleycat_shard_ring_capacity_bytes", "Size of the shard's ring.");
    each([](const State& state) { return std::uint64_t{state.ring_capacity}; });
}

/// The sum of all doors = applied + failed + dropped + in flight, in each scrape.
void add_ledger(Families& families, const stream::Ledger::Totals& ledger)
{
    using enum prometheus::MetricType;
    families.begin(Counter, "alleycat_records_accepted_total",
                   "Records taken into the stream, by door; replay: read back from the log at the start.");
    for (const auto& door : ledger.doors) {
        families.add({{"door", door.name}}, door.accepted);
    }
    families.begin(Counter, "alleycat_records_applied_total", "Records compared with the personal bests.");
    families.add({}, ledger.applied);
    families.begin(Counter, "alleycat_records_failed_total",
                   "Records that were not valid, or that the transform failed with.");
    families.add({}, ledger.failed);
    families.begin(Counter, "alleycat_records_dropped_total", "Records that the transform left out.");
    families.add({}, ledger.dropped);
    families.begin(Gauge, "alleycat_records_in_flight",
                   "Records on their way: in the stream until they are durable, then in a delivery window.");
    families.add({{"stage", "stream"}}, ledger.in_stream);
    families.add({{"stage", "delivery"}}, ledger.in_delivery);
}

void add_log(Families& families, const Status& status)
{
    using enum prometheus::MetricType;
    using State = stream::Stream::ShardState;
    const auto each = [&](auto value) { add_each_shard(families, status, value); };
    families.begin(Gauge, "alleycat_log_bytes", "Size of the shard's log.");
    each([](const State& state) { return state.log_bytes; });
    families.begin(Gauge, "alleycat_log_segments", "Files of the shard's log.");
    each([](const State& state) { return state.log_segments; });
    families.begin(Counter, "alleycat_log_commits_total", "Commits: groups of records written and synced.");
    each([](const State& state) { return state.commits; });
    families.begin(Counter, "alleycat_log_committed_records_total", "Records in these commits.");
    each([](const State& state) { return state.committed; });
    families.begin(Counter, "alleycat_log_commit_seconds_total", "Time spent in these commits.");
    each([](const State& state) { return state.commit_seconds; });
    families.begin(Counter, "alleycat_log_failed_commits_total", "Commits that the disk did not take.");
    each([](const State& state) { return state.failed_commits; });
    families.begin(Counter, "alleycat_log_damaged_regions_total", "Places of the log that held no valid record.");
    each([](const State& state) { return state.damaged_regions; });
    families.begin(Gauge, "alleycat_log_failing",
                   "1 while nothing can be written to the shard's log, or read from it.");
    each([](const State& state) { return state.failure ? 1.0 : 0.0; });
}

void add_delivery(Families& families, const Status& status)
{
    using enum prometheus::MetricType;
    const auto& state = status.delivery;
    const auto& delivered = *status.delivered;
    families.begin(Gauge, "alleycat_delivery_windows", "Closed windows that are not delivered yet.");
    families.add({{"state", "waiting"}}, std::uint64_t{state.waiting});
    families.add({{"state", "in_work"}}, std::uint64_t{state.in_work});
    families.begin(Gauge, "alleycat_delivery_oldest_seconds", "Age of the oldest record in these windows.");
    const auto now = std::chrono::steady_clock::now();
    families.add({}, state.oldest ? std::chrono::duration<double>(now - *state.oldest).count() : 0.0);
    families.begin(Gauge, "alleycat_delivery_disk_failing", "1 while a window waits for the disk.");
    families.add({}, state.disk_failing ? 1.0 : 0.0);
    families.begin(Counter, "alleycat_delivery_windows_total", "Windows delivered.");
    families.add({}, delivered.windows.load());
    families.begin(Counter, "alleycat_delivery_objects_total", "Files written under delivery.");
    families.add({}, delivered.objects.load());
    families.begin(Counter, "alleycat_delivery_object_bytes_total", "Their compressed size.");
    families.add({}, delivered.object_bytes.load());
    families.begin(Counter, "alleycat_delivery_object_records_total", "Records in them.");
    families.add({}, delivered.object_records.load());
    families.begin(Counter, "alleycat_delivery_failed_records_total",
                   "Records stored under delivery/processing-failed, by reason.");
    for (std::size_t code = 0; code < delivery::kFailureCodes.size(); ++code) {
        if (const auto count = delivered.failed[code].load()) {
            families.add({{"code", std::string(delivery::kFailureCodes[code])}}, count);
        }
    }
    families.begin(Counter, "alleycat_delivery_disk_failures_total", "Attempts to store a file that failed.");
    families.add({}, delivered.disk_failures.load());
    families.begin(Counter, "alleycat_delivery_expired_files_total", "Delivered files removed by age or size.");
    families.add({}, delivered.expired_files.load());
    families.begin(Counter, "alleycat_delivery_expired_bytes_total", "Their size.");
    families.add({}, delivered.expired_bytes.load());
    if (status.transform != nullptr) {
        families.begin(Counter, "alleycat_transform_calls_total", "Calls of the external transform.");
        families.add({}, status.transform->calls.load());
        families.begin(Counter, "alleycat_transform_retries_total", "Those of them that repeated another.");
        families.add({}, status.transform->retries.load());
        families.begin(Counter, "alleycat_transform_seconds_total", "Time spent in them.");
        families.add({}, static_cast<double>(status.transform->call_microseconds.load()) / 1e6);
    }
}

}  // namespace

std::string metrics_text(const Status& status)
{
    using enum prometheus::MetricType;
    Families families;
    families.begin(Gauge, "alleycat_build_info", "The running version; always 1.");
    families.add({{"version", status.version}}, 1.0);
    add_doors(families, status);
    add_shards(families, status);
    add_ledger(families, status.ledger);
    add_log(families, status);
    if (status.delivered != nullptr) {
        add_delivery(families, status);
    }
    families.begin(Gauge, "alleycat_connections", "Open HTTP and WebSocket connections.");
    families.add({}, std::uint64_t{status.connections});
    families.begin(Gauge, "alleycat_live_viewers", "Viewers of live rankings.");
    families.add({}, std::uint64_t{status.viewers});
    families.begin(Counter, "alleycat_live_resyncs_total", "Snapshots sent to viewers that had fallen behind.");
    families.add({}, status.resyncs);
    if (status.broker_configured) {
        families.begin(Gauge, "alleycat_mqtt_connected", "1 while subscribed at the broker.");
        families.add({}, status.broker_connected ? 1.0 : 0.0);
    }
    return families.text();
}

}  // namespace alleycat::serve
