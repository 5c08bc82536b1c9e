#include "metrics_parts.hpp"

#include <alleycat/serve/status_routes.hpp>

#include <algorithm>

namespace alleycat::serve {

namespace {

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
    families.begin(Gauge, "alleycat_shard_depth_records", "Records that the shard has not handed on yet.");
    each([](const State& state) { return state.appended - std::min(state.appended, state.consumed); });
    families.begin(Gauge, "alleycat_shard_oldest_seconds",
                   "Age of the oldest record that the shard has not handed on; 0 where there is none.");
    each([](const State& state) { return std::chrono::duration<double>(state.oldest).count(); });
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
    families.begin(Histogram, "alleycat_log_commit_duration_seconds",
                   "Time of the commits: groups of records written and synced.");
    each([](const State& state) { return state.commit_times; });
    families.begin(Counter, "alleycat_log_committed_records_total", "Records in these commits.");
    each([](const State& state) { return state.committed; });
    families.begin(Counter, "alleycat_log_failed_commits_total", "Commits that the disk did not take.");
    each([](const State& state) { return state.failed_commits; });
    families.begin(Counter, "alleycat_log_damaged_regions_total", "Places of the log that held no valid record.");
    each([](const State& state) { return state.damaged_regions; });
    families.begin(Gauge, "alleycat_log_failing",
                   "1 while nothing can be written to the shard's log, or read from it.");
    each([](const State& state) { return state.failure ? 1.0 : 0.0; });
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
    add_delivery_metrics(families, status);
    add_storage_metrics(families, status);
    add_plausibility_metrics(families, status);
    add_live_metrics(families, status);
    return families.text();
}

}  // namespace alleycat::serve
