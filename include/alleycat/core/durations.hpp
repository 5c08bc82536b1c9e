#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>

namespace alleycat {

/// How long something took each time, as a histogram.
///
/// Thread: any, without locks. What is read while others add may lack a part of what they add.
class Durations {
public:
    /// Upper ends of the buckets, in seconds; one more bucket holds what took longer.
    static constexpr std::array<double, 7> kBounds{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1};

    struct Counts {
        std::array<std::uint64_t, kBounds.size() + 1> buckets{};  ///< each for itself
        double seconds{0};                                        ///< in all

        [[nodiscard]] std::uint64_t count() const
        {
            return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
        }
    };

    void add(std::chrono::nanoseconds took)
    {
        const auto seconds = std::chrono::duration<double>(took).count();
        std::size_t bucket = 0;
        while (bucket < kBounds.size() && seconds > kBounds[bucket]) {
            ++bucket;
        }
        buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
        nanoseconds_.fetch_add(took.count(), std::memory_order_relaxed);
    }

    [[nodiscard]] Counts read() const
    {
        Counts counts;
        for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
            counts.buckets[bucket] = buckets_[bucket].load(std::memory_order_relaxed);
        }
        const std::chrono::nanoseconds sum(nanoseconds_.load(std::memory_order_relaxed));
        counts.seconds = std::chrono::duration<double>(sum).count();
        return counts;
    }

private:
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets_{};
    std::atomic<std::int64_t> nanoseconds_{0};
};

}  // namespace alleycat
