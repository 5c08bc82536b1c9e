#pragma once

#include <alleycat/core/ids.hpp>

#include <atomic>
#include <cstdint>
#include <limits>
#include <shared_mutex>
#include <unordered_map>

namespace alleycat {

/// Racers that were to be erased, and when that was asked: what had arrived of them until then counts for nothing any
/// more, wherever it still comes along. What they send later does count.
///
/// Thread: any.
/// Cost:   of erased(), one atomic read for a record that came after the latest erasure, so for nearly every one; else
///         a look-up under a lock that readers share.
class ErasedRacers {
public:
    /// `asked_ms`: ms since the epoch, by the clock that stamps arrivals. Of several times the latest counts. When this
    /// returns, every later call of erased() on any thread knows it.
    void add(RacerId racer, std::int64_t asked_ms);

    /// Whether a record of the racer that arrived then is to be passed over: it came at `asked_ms` or before.
    [[nodiscard]] bool erased(RacerId racer, std::int64_t arrival_ms) const
    {
        return may_be_erased(arrival_ms) && look_up(racer, arrival_ms);
    }
    /// False: nothing that arrived then is. One atomic read.
    [[nodiscard]] bool may_be_erased(std::int64_t arrival_ms) const
    {
        return arrival_ms <= latest_ms_.load(std::memory_order_acquire);
    }

    [[nodiscard]] std::size_t size() const;

private:
    static constexpr auto kNever = std::numeric_limits<std::int64_t>::min();

    [[nodiscard]] bool look_up(RacerId racer, std::int64_t arrival_ms) const;

    std::atomic<std::int64_t> latest_ms_{kNever};  // of all in asked_ms_; written under mutex_
    mutable std::shared_mutex mutex_;
    std::unordered_map<RacerId, std::int64_t> asked_ms_;  // guarded by mutex_
};

}  // namespace alleycat
