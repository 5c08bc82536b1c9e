#include <alleycat/delivery/window.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::delivery;
using std::chrono::milliseconds;

namespace {

const SteadyTime kStart{std::chrono::hours(1)};

telemetry::Sample sample(std::uint64_t racer)
{
    return {ClassId{1}, 1, RacerId{racer}, 115.2};
}

Windower windower(std::uint64_t size_bytes = 1'000)
{
    return Windower({.interval = milliseconds(60'000), .size_bytes = size_bytes});
}

}  // namespace

TEST_CASE("an empty window is never due", "[delivery][window]")
{
    const auto empty = windower();
    CHECK(empty.empty());
    CHECK_FALSE(empty.due(SteadyTime::max()));
    CHECK_FALSE(empty.full());
    CHECK(empty.deadline() == SteadyTime::max());
}

TEST_CASE("a window is due an interval behind its first record", "[delivery][window]")
{
    auto gathering = windower();
    gathering.add(sample(1), 10, kStart);
    gathering.add(sample(2), 10, kStart + milliseconds(50'000));
    CHECK(gathering.deadline() == kStart + milliseconds(60'000));
    CHECK_FALSE(gathering.due(kStart + milliseconds(59'999)));
    CHECK(gathering.due(kStart + milliseconds(60'000)));
}

TEST_CASE("a window is due at its size, whatever the time", "[delivery][window]")
{
    auto gathering = windower(1'000);
    gathering.add(sample(1), 999, kStart);
    CHECK_FALSE(gathering.due(kStart));
    gathering.add(sample(2), 1, kStart);
    CHECK(gathering.due(kStart));
    CHECK(gathering.window().data_bytes == 1'000);
}

TEST_CASE("a window that is not delivered goes on growing until it is full", "[delivery][window]")
{
    auto gathering = windower(1'000);
    for (std::uint64_t racer = 0; racer < Windower::kMaxGrowth - 1; ++racer) {
        gathering.add(sample(racer), 1'000, kStart);
        CHECK(gathering.due(kStart));
        CHECK_FALSE(gathering.full());
    }
    gathering.add(sample(99), 999, kStart);
    CHECK_FALSE(gathering.full());
    gathering.add(sample(100), 1, kStart);
    CHECK(gathering.full());
    CHECK(gathering.window().samples.size() == Windower::kMaxGrowth + 1);
}

TEST_CASE("a window keeps its records in order, and a restart begins a new one", "[delivery][window]")
{
    auto gathering = windower();
    for (std::uint64_t racer = 0; racer < 10; ++racer) {
        gathering.add(sample(racer), 100, kStart);
    }
    const auto window = std::move(gathering.window());
    gathering.restart();
    REQUIRE(window.samples.size() == 10);
    for (std::uint64_t racer = 0; racer < 10; ++racer) {
        CHECK(window.samples[racer].racer_id == RacerId{racer});
    }
    CHECK(gathering.empty());
    CHECK(gathering.window().data_bytes == 0);
    CHECK(gathering.deadline() == SteadyTime::max());
    gathering.add(sample(1), 10, kStart + milliseconds(5));
    CHECK(gathering.deadline() == kStart + milliseconds(60'005));
}
