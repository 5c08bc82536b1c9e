#include "latency_histogram.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace alleycat::sim;
using namespace std::chrono_literals;

TEST_CASE("an empty histogram says zero", "[sim][latency]")
{
    const LatencyHistogram histogram;
    CHECK(histogram.count() == 0);
    CHECK(histogram.percentile(0.5) == 0ns);
    CHECK(histogram.max() == 0ns);
}

TEST_CASE("percentiles are never below and at most four per cent above the exact ones", "[sim][latency]")
{
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> latency(12, 3);
    LatencyHistogram histogram;
    std::vector<std::int64_t> all;
    for (int at = 0; at < 20'000; ++at) {
        all.push_back(static_cast<std::int64_t>(latency(random)));
        histogram.add(std::chrono::nanoseconds(all.back()), 1);
    }
    std::sort(all.begin(), all.end());
    for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto exact = all[static_cast<std::size_t>(std::ceil(share * static_cast<double>(all.size()))) - 1];
        const auto found = histogram.percentile(share).count();
        CHECK(found >= exact);
        CHECK(static_cast<double>(found) <= 1.04 * static_cast<double>(exact) + 1);
    }
    CHECK(histogram.max().count() == all.back());
}

TEST_CASE("a latency counts as often as it is told, and extremes have a bucket", "[sim][latency]")
{
    LatencyHistogram histogram;
    histogram.add(1ms, 99);
    histogram.add(std::chrono::nanoseconds::max(), 1);
    histogram.add(-5ns, 0);
    CHECK(histogram.count() == 100);
    CHECK(histogram.percentile(0.99) < 2ms);
    CHECK(histogram.percentile(1) == std::chrono::nanoseconds::max());
    histogram.add(-5ns, 1'000'000);
    CHECK(histogram.percentile(0.5) == 0ns);
}
