#include "shard_consumer.hpp"

#include <spdlog/spdlog.h>

namespace alleycat::app {

namespace {

constexpr std::size_t kHurry = 4'096;                   // updates that should not wait for the next tick
constexpr auto kRetry = std::chrono::milliseconds(20);  // while delivery has no room for a due window
constexpr std::uint64_t kLoggedRefusals = 5;

delivery::WindowRecord window_record(const stream::Entry& entry)
{
    return {entry.sequence, entry.arrival_ms, entry.replayed, entry.partition_key, entry.data};
}

}  // namespace

ShardConsumer::ShardConsumer(ShardId shard, delivery::WindowHints hints, const Way& way)
    : shard_(shard),
      way_(way),
      in_history_(way.checkpoints.history()[raw(shard)]),
      in_races_(way.checkpoints.races()[raw(shard)]),
      outbox_(way.ranking.outbox(shard)),
      windower_(shard, hints)
{
}

stream::SequenceNumber ShardConsumer::position() const
{
    return std::min(in_history_, in_races_);
}

stream::SequenceNumber ShardConsumer::seen() const
{
    const auto kept = raw(shard_) < way_.kept.size() ? way_.kept[raw(shard_)] : 0;
    return std::max({in_history_, in_races_, way_.stored[raw(shard_)], kept});
}

bool ShardConsumer::ready(stream::SteadyTime)
{
    return outbox_.has_room() && !windower_.full();
}

void ShardConsumer::consume(const stream::Entry& entry, stream::SteadyTime now)
{
    if (way_.erased.erased(entry.racer_id, entry.arrival_ms)) {
        batch_.through = entry.sequence;  // delivery drops it too
    } else {
        add_update(entry);
    }
    if (!count(entry)) {
        return;
    }
    const telemetry::Sample sample{entry.class_id, entry.second, entry.racer_id, entry.output};
    if (entry.verdict.held()) {
        windower_.hold(window_record(entry), sample, entry.race_id, entry.verdict.suspicions(), now);
    } else {
        windower_.add(window_record(entry), sample, now);
    }
}

void ShardConsumer::add_update(const stream::Entry& entry)
{
    ranking::Update update;
    update.arrival_order = entry.sequence;
    update.arrival_ms = entry.arrival_ms;
    update.race_id = entry.race_id;
    update.racer_id = entry.racer_id;
    update.output = entry.output;
    update.class_id = entry.class_id;
    update.second = entry.second;
    update.event = entry.event;
    update.verdict = entry.verdict;
    batch_.add(update, entry.name);
}

void ShardConsumer::refuse(const stream::Entry& entry, const telemetry::Rejection& why, stream::SteadyTime now)
{
    batch_.through = entry.sequence;
    if (!count(entry)) {
        return;
    }
    windower_.add(window_record(entry), why, now);
    if (++refused_ <= kLoggedRefusals) {
        spdlog::warn("shard {}: record {} is no valid record: {}: {}", raw(shard_), entry.sequence, name(why.code),
                     why.message);
    }
}

bool ShardConsumer::count(const stream::Entry& entry)
{
    if (entry.sequence <= in_history_) {
        return false;
    }
    ++(entry.replayed ? replayed_ : handed_on_);
    return true;
}

stream::SteadyTime ShardConsumer::end_batch(stream::SteadyTime now)
{
    enter_in_ledger();
    if (batch_.through != 0 && outbox_.put(batch_) >= kHurry) {
        way_.ranking.hurry();
    }
    const bool due = windower_.due(now) || (overdue_ && !windower_.empty());
    if (due && !deliver()) {
        return now + kRetry;  // meanwhile the window goes on growing
    }
    return windower_.deadline();
}

void ShardConsumer::enter_in_ledger()
{
    if (replayed_ != 0) {
        way_.ledger.replay(std::exchange(replayed_, 0));
    }
    if (handed_on_ != 0) {
        way_.ledger.hand_on(std::exchange(handed_on_, 0));
    }
}

bool ShardConsumer::deliver()
{
    if (!way_.delivery.try_deliver(windower_.window())) {
        return false;
    }
    windower_.restart();
    overdue_ = false;
    return true;
}

void ShardConsumer::finish()
{
    if (!windower_.empty()) {
        way_.delivery.deliver_last(std::move(windower_.window()));
        windower_.restart();
    }
}

}  // namespace alleycat::app
