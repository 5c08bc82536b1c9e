#pragma once

#include <algorithm>
#include <chrono>

namespace alleycat::stream {

/// What may pass in a time: `rate` tokens a second, and as many at once after a pause.
///
/// Thread: one at a time; the clock is the caller's.
class TokenBucket {
public:
    explicit TokenBucket(double rate) : rate_(rate), tokens_(rate) {}

    /// Whether `count` tokens may be taken now. More than there can ever be are lent by a full bucket.
    [[nodiscard]] bool has(double count, std::chrono::steady_clock::time_point now)
    {
        if (now > filled_) {
            const auto passed = std::chrono::duration<double>(now - filled_).count();
            tokens_ = std::min(rate_, tokens_ + rate_ * passed);
            filled_ = now;
        }
        return tokens_ >= std::min(count, rate_);
    }
    void take(double count) { tokens_ -= count; }

private:
    const double rate_;
    double tokens_;
    std::chrono::steady_clock::time_point filled_{};
};

}  // namespace alleycat::stream
