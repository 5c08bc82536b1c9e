#include "latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace alleycat::sim {

// Values below 64 have a bucket each; above, the highest bit says the power of two and the next five the bucket in it.

std::size_t LatencyHistogram::bucket(std::uint64_t value)
{
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    if (bits <= kFineBits + 1) {
        return value;
    }
    const unsigned shift = bits - kFineBits - 1;
    return (std::size_t{shift} << kFineBits) + (value >> shift);
}

std::uint64_t LatencyHistogram::upper_end(std::size_t bucket)
{
    if (bucket < (std::size_t{2} << kFineBits)) {
        return bucket;
    }
    const auto shift = (bucket >> kFineBits) - 1;
    return (((bucket - (shift << kFineBits)) + 1) << shift) - 1;
}

void LatencyHistogram::add(std::chrono::nanoseconds latency, std::uint64_t count)
{
    const auto positive = std::max(latency, std::chrono::nanoseconds::zero());
    counts_[bucket(static_cast<std::uint64_t>(positive.count()))] += count;
    count_ += count;
    if (count > 0) {
        max_ = std::max(max_, positive);
    }
}

std::chrono::nanoseconds LatencyHistogram::percentile(double share) const
{
    const auto wanted =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t at = 0; at < kBuckets; ++at) {
        seen += counts_[at];
        if (seen >= wanted) {
            return std::min(max_, std::chrono::nanoseconds(static_cast<std::int64_t>(upper_end(at))));
        }
    }
    return max_;
}

}  // namespace alleycat::sim
