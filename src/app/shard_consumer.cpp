#include "shard_consumer.hpp"

#include <spdlog/spdlog.h>

#include <thread>

namespace alleycat::app {

namespace {

constexpr std::size_t kHurry = 4'096;                   // updates that should not wait for the next tick
constexpr auto kRetry = std::chrono::milliseconds(20);  // while delivery has no room for a due window
constexpr std::uint64_t kLoggedRefusals = 5;

}  // namespace

ShardConsumer::ShardConsumer(ShardId shard, delivery::WindowHints hints, const Way& way)
    : shard_(shard),
      way_(way),
      in_history_(way.checkpoints.history()[raw(shard)]),
      in_races_(way.checkpoints.ranking().applied[raw(shard)]),
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
    return std::max(in_history_, in_races_);
}

bool ShardConsumer::ready(stream::SteadyTime)
{
    return outbox_.has_room() && !windower_.full();
}

void ShardConsumer::consume(const stream::Entry& entry, stream::SteadyTime now)
{
    ranking::Update update;
    update.arrival_order = entry.sequence;
    update.race_id = entry.race_id;
    update.racer_id = entry.racer_id;
    update.output = entry.output;
    update.class_id = entry.class_id;
    update.second = entry.second;
    update.event = entry.event;
    batch_.add(update, entry.name);
    if (entry.sequence > in_history_) {
        windower_.add({entry.class_id, entry.second, entry.racer_id, entry.output}, entry.sequence, entry.data_bytes,
                      now);
        ++(entry.replayed ? replayed_ : handed_on_);
    }
}

void ShardConsumer::refuse(stream::SequenceNumber sequence, const telemetry::Rejection& why)
{
    if (sequence <= in_history_) {
        return;
    }
    windower_.add_failed(sequence, std::chrono::steady_clock::now());
    ++replayed_;
    if (++refused_ <= kLoggedRefusals) {
        spdlog::warn("log: shard {}: record {} is no valid record by today's limits: {}: {}", raw(shard_), sequence,
                     name(why.code), why.message);
    }
}

stream::SteadyTime ShardConsumer::end_batch(stream::SteadyTime now)
{
    enter_in_ledger();
    if (!batch_.updates.empty() && outbox_.put(batch_) >= kHurry) {
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
    while (!windower_.empty() && !deliver()) {
        std::this_thread::sleep_for(kRetry);
    }
}

}  // namespace alleycat::app
