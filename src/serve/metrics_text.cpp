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
    families.begin(Counter, "alleycat_records_accepted_total", "Records taken into the stream.");
    for (const auto& door : status.doors) {
        families.add({{"door", door.name}}, door.counters->accepted.load());
    }
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
    families.begin(Counter, "alleycat_door_stalls_total",
                   "Times a door stopped reading because a shard's ring was full.");
    for (const auto& door : status.doors) {
        families.add({{"door", door.name}}, door.counters->stalls.load());
    }
}

void add_shards(Families& families, const Status& status)
{
    using enum prometheus::MetricType;
    const auto each = [&](auto value) {
        for (std::size_t shard = 0; shard < status.shards.size(); ++shard) {
            families.add({{"shard", std::to_string(shard)}}, value(status.shards[shard]));
        }
    };
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

}  // namespace

std::string metrics_text(const Status& status)
{
    using enum prometheus::MetricType;
    Families families;
    families.begin(Gauge, "alleycat_build_info", "The running version; always 1.");
    families.add({{"version", status.version}}, 1.0);
    add_doors(families, status);
    add_shards(families, status);
    families.begin(Counter, "alleycat_history_merged_records_total", "Records compared with the personal bests.");
    families.add({}, status.merged);
    families.begin(Gauge, "alleycat_delivery_windows_waiting", "Closed windows that wait for the delivery thread.");
    families.add({}, std::uint64_t{status.windows_waiting});
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
