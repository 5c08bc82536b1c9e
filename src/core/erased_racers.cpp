#include <alleycat/core/erased_racers.hpp>

#include <algorithm>
#include <mutex>

namespace alleycat {

void ErasedRacers::add(RacerId racer, std::int64_t asked_ms)
{
    const std::unique_lock lock(mutex_);
    const auto [at, added] = asked_ms_.try_emplace(racer, asked_ms);
    if (!added) {
        at->second = std::max(at->second, asked_ms);
    }
    latest_ms_.store(std::max(latest_ms_.load(std::memory_order_relaxed), asked_ms), std::memory_order_release);
}

bool ErasedRacers::look_up(RacerId racer, std::int64_t arrival_ms) const
{
    const std::shared_lock lock(mutex_);
    const auto found = asked_ms_.find(racer);
    return found != asked_ms_.end() && arrival_ms <= found->second;
}

std::size_t ErasedRacers::size() const
{
    const std::shared_lock lock(mutex_);
    return asked_ms_.size();
}

}  // namespace alleycat
