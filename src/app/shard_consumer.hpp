#pragma once

#include <alleycat/delivery/delivery_thread.hpp>
#include <alleycat/ranking/ranking_thread.hpp>
#include <alleycat/stream/stream.hpp>

namespace alleycat::app {

/// What a shard does with its records: ranking gets each at once, delivery gets them in windows.
class ShardConsumer final : public stream::ShardConsumer {
public:
    ShardConsumer(ShardId shard, delivery::WindowHints hints, ranking::RankingThread& ranking,
                  delivery::DeliveryThread& delivery)
        : outbox_(ranking.outbox(shard)), ranking_(ranking), windower_(hints), delivery_(delivery)
    {
    }

    bool ready(stream::SteadyTime now) override;
    void consume(const stream::Entry& entry, stream::SteadyTime now) override;
    stream::SteadyTime end_batch(stream::SteadyTime now) override;
    void finish() override;

private:
    bool deliver();

    ranking::Outbox& outbox_;
    ranking::RankingThread& ranking_;
    ranking::UpdateBatch batch_;
    delivery::Windower windower_;
    delivery::DeliveryThread& delivery_;
};

}  // namespace alleycat::app
