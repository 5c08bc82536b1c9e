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
    return Windower(ShardId{3}, {.interval = milliseconds(60'000), .size_bytes = size_bytes});
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
    gathering.add(sample(1), 1, 10, kStart);
    gathering.add(sample(2), 2, 10, kStart + milliseconds(50'000));
    CHECK(gathering.deadline() == kStart + milliseconds(60'000));
    CHECK_FALSE(gathering.due(kStart + milliseconds(59'999)));
    CHECK(gathering.due(kStart + milliseconds(60'000)));
}

TEST_CASE("a window is due at its size, whatever the time", "[delivery][window]")
{
    auto gathering = windower(1'000);
    gathering.add(sample(1), 1, 999, kStart);
    CHECK_FALSE(gathering.due(kStart));
    gathering.add(sample(2), 2, 1, kStart);
    CHECK(gathering.due(kStart));
    CHECK(gathering.window().data_bytes == 1'000);
}

TEST_CASE("a window that is not delivered goes on growing until it is full", "[delivery][window]")
{
    auto gathering = windower(1'000);
    for (std::uint64_t racer = 0; racer < Windower::kMaxGrowth - 1; ++racer) {
        gathering.add(sample(racer), racer + 1, 1'000, kStart);
        CHECK(gathering.due(kStart));
        CHECK_FALSE(gathering.full());
    }
    gathering.add(sample(99), 99, 999, kStart);
    CHECK_FALSE(gathering.full());
    gathering.add(sample(100), 100, 1, kStart);
    CHECK(gathering.full());
    CHECK(gathering.window().samples.size() == Windower::kMaxGrowth + 1);
}

TEST_CASE("a window keeps its records in order, and a restart begins a new one", "[delivery][window]")
{
    auto gathering = windower();
    for (std::uint64_t racer = 0; racer < 10; ++racer) {
        gathering.add(sample(racer), racer + 1, 100, kStart);
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
    gathering.add(sample(1), 11, 10, kStart + milliseconds(5));
    CHECK(gathering.deadline() == kStart + milliseconds(60'005));
}

TEST_CASE("a window says up to which record of its shard it goes", "[delivery][window]")
{
    auto gathering = windower();
    gathering.add(sample(1), 7, 100, kStart);
    gathering.add(sample(2), 19, 100, kStart);
    auto window = std::move(gathering.window());
    gathering.restart();
    CHECK(window.shard == ShardId{3});
    CHECK(window.last_sequence == 19);
    CHECK(window.failed == 0);
    gathering.add(sample(3), 20, 100, kStart);
    window = std::move(gathering.window());
    CHECK(window.shard == ShardId{3});
    CHECK(window.last_sequence == 20);
    CHECK(window.samples.size() == 1);
}

TEST_CASE("a record that is not valid counts in its window and brings nothing", "[delivery][window]")
{
    auto gathering = windower();
    gathering.add(sample(1), 1, 100, kStart);
    gathering.add_failed(5, kStart);
    gathering.add_failed(6, kStart);
    CHECK(gathering.window().last_sequence == 6);
    CHECK(gathering.window().failed == 2);
    CHECK(gathering.window().samples.size() == 1);
    CHECK(gathering.window().data_bytes == 100);
    gathering.restart();
    CHECK(gathering.empty());
    CHECK(gathering.window().failed == 0);
}

TEST_CASE("a window of nothing but invalid records is due in its time too", "[delivery][window]")
{
    auto gathering = windower();
    gathering.add_failed(5, kStart);
    CHECK_FALSE(gathering.empty());
    CHECK(gathering.deadline() == kStart + milliseconds(60'000));
    CHECK_FALSE(gathering.due(kStart + milliseconds(59'999)));
    CHECK(gathering.due(kStart + milliseconds(60'000)));
}
