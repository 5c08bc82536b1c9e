#include <alleycat/ingest/rate_limits.hpp>

#include <algorithm>

namespace alleycat::ingest {

std::shared_ptr<TokenBucket> RateLimits::of(std::string_view name, double rate)
{
    const auto found = buckets_.find(std::string(name));
    if (found != buckets_.end()) {
        return found->second;
    }
    if (buckets_.size() >= most_) {
        forget_rested();
    }
    auto bucket = std::make_shared<TokenBucket>(rate, rate * static_cast<double>(options_.burst.count()));
    return buckets_.emplace(name, std::move(bucket)).first->second;
}

void RateLimits::forget_rested()
{
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(buckets_,
                  [now](const auto& entry) { return entry.second.use_count() == 1 && entry.second->rested(now); });
    most_ = std::max(kMost, 2 * buckets_.size());
}

}  // namespace alleycat::ingest
