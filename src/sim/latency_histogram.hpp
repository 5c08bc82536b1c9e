#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace alleycat::sim {

/// Counts durations in buckets whose width grows with the duration: 32 to each power of two, so that a percentile is
/// at most about 3 % too high. 15 KB whatever is counted.
class LatencyHistogram {
public:
    /// Negative latencies count as zero.
    void add(std::chrono::nanoseconds latency, std::uint64_t count);

    /// The upper end of the bucket that holds the given share (0 … 1) of all counted; never above max(). Zero if empty.
    [[nodiscard]] std::chrono::nanoseconds percentile(double share) const;

    [[nodiscard]] std::chrono::nanoseconds max() const { return max_; }
    [[nodiscard]] std::uint64_t count() const { return count_; }

private:
    static constexpr unsigned kFineBits = 5;
    static constexpr std::size_t kBuckets = (64 - kFineBits) << kFineBits;

    static std::size_t bucket(std::uint64_t value);
    static std::uint64_t upper_end(std::size_t bucket);

    std::array<std::uint64_t, kBuckets> counts_{};
    std::uint64_t count_{0};
    std::chrono::nanoseconds max_{0};
};

}  // namespace alleycat::sim
