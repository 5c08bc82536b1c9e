#include "history_sink.hpp"

namespace alleycat::app {

namespace {

constexpr auto kHistoryCheckpoint = std::chrono::seconds(1);  // at most one in this time
constexpr std::size_t kMaxMerged = 64;                        // windows a shard that are remembered one by one

}  // namespace

HistorySink::HistorySink(const Way& way) : way_(way)
{
    if (way_.checkpoints != nullptr) {
        applied_ = way_.checkpoints->history();
        merged_.resize(applied_.size());
    }
}

void HistorySink::deliver(const delivery::Delivered& window)
{
    way_.ranking.catch_up();  // a race compares its seconds with the history as it was before them
    way_.store.merge(window.samples);
    way_.ledger.settle(window.samples.size(), window.failed, window.dropped, window.held);
    if (way_.checkpoints == nullptr) {
        return;
    }
    auto& merged = merged_[raw(window.shard)];
    if (merged.size() < kMaxMerged) {
        merged.emplace_back();
    }
    merged.back() = {way_.store.merges(), window.last_sequence};
}

delivery::SteadyTime HistorySink::settle(delivery::SteadyTime now)
{
    flush(now);
    if (way_.checkpoints == nullptr) {
        return way_.store.next_due();
    }
    advance();
    if (unsaved_ && now >= next_history_) {
        save_history(now);
    }
    const auto next = way_.store.next_due();
    return unsaved_ ? std::min(next, next_history_) : next;
}

void HistorySink::flush(delivery::SteadyTime now)
{
    const bool due = way_.store.next_due() <= now;
    const auto start = std::chrono::steady_clock::now();
    static_cast<void>(way_.store.flush(now));
    if (due && way_.flush_times != nullptr) {
        way_.flush_times->add(std::chrono::steady_clock::now() - start);
    }
}

void HistorySink::finish()
{
    static_cast<void>(way_.store.flush_all());
    if (way_.checkpoints != nullptr) {
        advance();
        save_history(std::chrono::steady_clock::now());
    }
}

void HistorySink::advance()
{
    const auto written = way_.store.merges_written();
    for (std::size_t shard = 0; shard < merged_.size(); ++shard) {
        auto& merged = merged_[shard];
        for (; !merged.empty() && merged.front().merge <= written; merged.pop_front()) {
            applied_[shard] = merged.front().last_sequence;
            unsaved_ = true;
        }
    }
}

void HistorySink::save_history(delivery::SteadyTime now)
{
    unsaved_ = !way_.checkpoints->save_history(applied_);
    next_history_ = now + kHistoryCheckpoint;
}

}  // namespace alleycat::app
