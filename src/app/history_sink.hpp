#pragma once

#include <alleycat/delivery/delivery_thread.hpp>
#include <alleycat/history/history_store.hpp>
#include <alleycat/ranking/ranking_thread.hpp>

#include <atomic>

namespace alleycat::app {

/// Brings windows into the history and its files.
class HistorySink final : public delivery::WindowSink {
public:
    HistorySink(history::HistoryStore& store, ranking::RankingThread& ranking, std::atomic<std::uint64_t>& merged)
        : store_(store), ranking_(ranking), merged_(merged)
    {
    }

    void deliver(const delivery::Window& window) override
    {
        ranking_.catch_up();  // a race compares its seconds with the history as it was before them
        store_.merge(window.samples);
        merged_.fetch_add(window.samples.size(), std::memory_order_relaxed);
    }

    /// A flush that fails is logged by the store and due again later.
    delivery::SteadyTime settle(delivery::SteadyTime now) override
    {
        static_cast<void>(store_.flush(now));
        return store_.next_due();
    }

    void finish() override { static_cast<void>(store_.flush_all()); }

private:
    history::HistoryStore& store_;
    ranking::RankingThread& ranking_;
    std::atomic<std::uint64_t>& merged_;
};

}  // namespace alleycat::app
