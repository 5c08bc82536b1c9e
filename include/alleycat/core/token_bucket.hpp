#pragma once

#include <algorithm>
#include <chrono>

namespace alleycat {

/// What may pass in a time: `rate` tokens a second, and `burst` at once after a pause.
///
/// Thread: one at a time; the clock is the caller's.
class TokenBucket {
public:
    explicit TokenBucket(double rate) : TokenBucket(rate, rate) {}
    TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

    /// Whether `count` tokens may be taken now. More than there can ever be are lent by a full bucket.
    [[nodiscard]] bool has(double count, std::chrono::steady_clock::time_point now)
    {
        if (now > filled_) {
            const auto passed = std::chrono::duration<double>(now - filled_).count();
            tokens_ = std::min(burst_, tokens_ + rate_ * passed);
            filled_ = now;
        }
        return tokens_ >= std::min(count, burst_);
    }
    void take(double count) { tokens_ -= count; }
    /// Whether it is full.
    [[nodiscard]] bool rested(std::chrono::steady_clock::time_point now) { return has(burst_, now); }

private:
    double rate_;
    double burst_;
    double tokens_;
    std::chrono::steady_clock::time_point filled_{};
};

}  // namespace alleycat
