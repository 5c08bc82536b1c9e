#include "shard_consumer.hpp"

#include <thread>

namespace alleycat::app {

namespace {

constexpr std::size_t kHurry = 4'096;                   // updates that should not wait for the next tick
constexpr auto kRetry = std::chrono::milliseconds(20);  // while delivery has no room for a due window

}  // namespace

bool ShardConsumer::ready(stream::SteadyTime)
{
    return outbox_.has_room() && !windower_.full();
}

void ShardConsumer::consume(const stream::Entry& entry, stream::SteadyTime now)
{
    ranking::Update update;
    update.arrival_order = entry.arrival_order;
    update.race_id = entry.race_id;
    update.racer_id = entry.racer_id;
    update.output = entry.output;
    update.class_id = entry.class_id;
    update.second = entry.second;
    update.event = entry.event;
    batch_.add(update, entry.name);
    windower_.add({entry.class_id, entry.second, entry.racer_id, entry.output}, entry.data_bytes, now);
}

stream::SteadyTime ShardConsumer::end_batch(stream::SteadyTime now)
{
    if (!batch_.updates.empty() && outbox_.put(batch_) >= kHurry) {
        ranking_.hurry();
    }
    if (windower_.due(now) && !deliver()) {
        return now + kRetry;  // meanwhile the window goes on growing
    }
    return windower_.deadline();
}

bool ShardConsumer::deliver()
{
    if (!delivery_.try_deliver(windower_.window())) {
        return false;
    }
    windower_.restart();
    return true;
}

void ShardConsumer::finish()
{
    while (!windower_.empty() && !deliver()) {
        std::this_thread::sleep_for(kRetry);
    }
}

}  // namespace alleycat::app
