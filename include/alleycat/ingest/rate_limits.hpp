#pragma once

#include <alleycat/core/token_bucket.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace alleycat::ingest {

/// Records a second that a sender may send, and in how long a pause a burst gathers: a bike that was away sends its
/// last seconds at once.
struct RateOptions {
    double bike{20};
    double studio{20'000};
    std::chrono::seconds burst{15};
};

/// The rates of senders that are known by name. One that comes back goes on where it was.
///
/// Thread: one at a time.
/// Memory: of at most kMost senders; beyond that those who have a whole burst left are forgotten, which changes
///         nothing for them.
class RateLimits {
public:
    explicit RateLimits(RateOptions options) : options_(options) {}

    [[nodiscard]] std::shared_ptr<TokenBucket> bike(std::string_view name) { return of(name, options_.bike); }
    [[nodiscard]] std::shared_ptr<TokenBucket> studio(std::string_view name) { return of(name, options_.studio); }

    [[nodiscard]] std::size_t size() const { return buckets_.size(); }

    static constexpr std::size_t kMost = 65'536;

private:
    [[nodiscard]] std::shared_ptr<TokenBucket> of(std::string_view name, double rate);
    void forget_rested();

    const RateOptions options_;
    std::unordered_map<std::string, std::shared_ptr<TokenBucket>> buckets_;  // by sender
    std::size_t most_{kMost};  // of them, before the next look at who can be forgotten
};

}  // namespace alleycat::ingest
