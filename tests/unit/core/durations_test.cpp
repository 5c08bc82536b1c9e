#include <alleycat/core/durations.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace std::chrono_literals;

TEST_CASE("each duration is in the first bucket that reaches so far", "[core][durations]")
{
    Durations durations;
    CHECK(durations.read().count() == 0);
    durations.add(0ns);
    durations.add(1ms);
    durations.add(1ms + 1ns);
    durations.add(250ms);
    durations.add(1s);
    durations.add(2s);
    const auto counts = durations.read();
    CHECK(counts.buckets == std::array<std::uint64_t, 8>{2, 1, 0, 0, 0, 1, 1, 1});
    CHECK(counts.count() == 6);
    CHECK(counts.seconds == Approx(3.252));
}
