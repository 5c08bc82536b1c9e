#pragma once

#include "checkpoints.hpp"

#include <alleycat/core/durations.hpp>
#include <alleycat/delivery/delivery_thread.hpp>
#include <alleycat/history/history_store.hpp>
#include <alleycat/ranking/ranking_thread.hpp>
#include <alleycat/stream/ledger.hpp>

#include <deque>

namespace alleycat::app {

/// Brings windows into the history and its files, and then notes how far the log is done with.
///
/// A checkpoint is written behind the files that it speaks of. A crash between the two means that some records are read
/// again: merging them once more changes nothing.
class HistorySink final : public delivery::WindowSink {
public:
    struct Way {
        history::HistoryStore& store;
        ranking::RankingThread& ranking;
        stream::Ledger& ledger;
        Checkpoints* checkpoints;         // null: there is no log to be done with
        Durations* flush_times{nullptr};  // of the files; null: nobody wants to know
    };

    explicit HistorySink(const Way& way);

    void deliver(const delivery::Delivered& window) override;
    /// A flush that fails is logged by the store and due again later.
    delivery::SteadyTime settle(delivery::SteadyTime now) override;
    void finish() override;

private:
    struct Merged {
        std::uint64_t merge{0};  // the store's count
        commitlog::SequenceNumber last_sequence{0};
    };

    void flush(delivery::SteadyTime now);
    /// Moves applied_ up to what the files hold.
    void advance();
    void save_history(delivery::SteadyTime now);

    const Way way_;
    std::vector<std::deque<Merged>> merged_;  // by shard: windows that are not in all files yet
    Checkpoints::Positions applied_;
    bool unsaved_{false};
    delivery::SteadyTime next_history_{delivery::SteadyTime::min()};
};

}  // namespace alleycat::app
