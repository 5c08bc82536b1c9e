#pragma once

#include "checkpoints.hpp"

#include <alleycat/core/erased_racers.hpp>
#include <alleycat/delivery/delivery_pool.hpp>
#include <alleycat/ranking/ranking_thread.hpp>
#include <alleycat/stream/stream.hpp>

namespace alleycat::app {

/// What a shard does with its records: ranking gets each at once, delivery gets them in windows.
class ShardConsumer final : public stream::ShardConsumer {
public:
    struct Way {
        ranking::RankingThread& ranking;
        delivery::DeliveryPool& delivery;
        stream::Ledger& ledger;
        const Checkpoints& checkpoints;
        const ErasedRacers& erased;
        std::vector<stream::SequenceNumber> stored;  ///< by shard: up to this one, records are in files of the delivery
        std::vector<stream::SequenceNumber> kept{};  ///< likewise, held ones in the quarantine; may be shorter
    };

    ShardConsumer(ShardId shard, delivery::WindowHints hints, const Way& way);

    stream::SequenceNumber position() const override;
    stream::SequenceNumber seen() const override;
    stream::SequenceNumber checkpoint() const override { return way_.checkpoints.removable(shard_); }
    bool ready(stream::SteadyTime now) override;
    void consume(const stream::Entry& entry, stream::SteadyTime now) override;
    void refuse(const stream::Entry& entry, const telemetry::Rejection& why, stream::SteadyTime now) override;
    stream::SteadyTime end_batch(stream::SteadyTime now) override;
    void end_replay() override { overdue_ = !windower_.empty(); }
    void finish() override;

private:
    void add_update(const stream::Entry& entry);
    /// The record goes into the window: false where the history has had it already.
    [[nodiscard]] bool count(const stream::Entry& entry);
    void enter_in_ledger();
    bool deliver();

    const ShardId shard_;
    const Way way_;
    const stream::SequenceNumber in_history_;  // up to this record, the history has it from an earlier process
    const stream::SequenceNumber in_races_;    // likewise
    ranking::Outbox& outbox_;
    ranking::UpdateBatch batch_;
    delivery::Windower windower_;
    bool overdue_{false};         // what was replayed has waited long enough
    std::uint64_t handed_on_{0};  // records that came into the window since the last entry in the ledger
    std::uint64_t replayed_{0};   // likewise, from the log
    std::uint64_t refused_{0};
};

}  // namespace alleycat::app
