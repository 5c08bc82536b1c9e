#include "pool_fixture.hpp"

#include <catch2/catch.hpp>

#include <latch>

using namespace alleycat;
using namespace alleycat::delivery;

namespace {

std::vector<std::uint64_t> last_sequences(const std::vector<Delivered>& delivered, std::uint32_t shard)
{
    std::vector<std::uint64_t> sequences;
    for (const auto& window : delivered) {
        if (raw(window.shard) == shard) {
            sequences.push_back(window.last_sequence);
        }
    }
    return sequences;
}

}  // namespace

TEST_CASE("a window is handed on with what became of its records", "[delivery][pool]")
{
    PoolFixture fixture;
    fixture.script->react = [](const Window::Record& record) { return record.sequence == 2 ? "dropped" : "ok"; };
    auto& pool = fixture.start();
    fixture.deliver(WindowMaker(1).add(1).add(2).add_invalid(3).add(4));
    REQUIRE(fixture.handed.wait_for(1));
    static_cast<void>(pool.stop(kLater));
    const auto delivered = fixture.handed.all();
    REQUIRE(delivered.size() == 1);
    CHECK(delivered[0].shard == ShardId{1});
    CHECK(delivered[0].last_sequence == 4);
    REQUIRE(delivered[0].samples.size() == 2);
    CHECK(delivered[0].samples[0].racer_id == RacerId{1});
    CHECK(delivered[0].samples[1].racer_id == RacerId{4});
    CHECK(delivered[0].failed == 1);
    CHECK(delivered[0].dropped == 1);
    CHECK(pool.counters().windows == 1);
    CHECK(pool.counters().dropped == 1);
    CHECK(pool.counters().failed[0] == 1);  // InvalidJson
}

TEST_CASE("one window of a shard is in work and one waits, and the next stays with the shard", "[delivery][pool]")
{
    PoolFixture fixture;
    fixture.script->hold(0);
    auto& pool = fixture.start();
    WindowMaker shard(0);
    fixture.deliver(shard.add(1));
    REQUIRE(fixture.script->wait_for_held(1));
    fixture.deliver(shard.add(2));
    auto third = shard.add(3).take();
    third.opened = SteadyTime{} + std::chrono::seconds(3);
    CHECK_FALSE(pool.try_deliver(third));
    CHECK(third.records.size() == 1);
    const auto state = pool.state();
    CHECK(state.in_work == 1);
    CHECK(state.waiting == 1);
    CHECK(state.oldest == SteadyTime{});
    CHECK_FALSE(state.disk_failing);
    fixture.script->release();
    REQUIRE(fixture.handed.wait_for(2));
    CHECK(pool.try_deliver(third));
    CHECK(pool.stop(kLater) == 0);
    CHECK(last_sequences(fixture.handed.all(), 0) == std::vector<std::uint64_t>{1, 2, 3});
    CHECK_FALSE(pool.state().oldest.has_value());
}

TEST_CASE("a transform that hangs with one shard blocks no other, and the shard's windows stay in order",
          "[delivery][pool]")
{
    PoolFixture fixture;
    fixture.script->hold(0);
    auto& pool = fixture.start();
    WindowMaker stuck(0);
    fixture.deliver(stuck.add(1));
    REQUIRE(fixture.script->wait_for_held(1));
    fixture.deliver(stuck.add(2));
    std::vector<std::uint64_t> expected;
    WindowMaker other(1);
    for (std::uint64_t number = 10; number < 20; ++number) {
        fixture.deliver(other.add(number));
        REQUIRE(fixture.handed.wait_for(expected.size() + 1));
        expected.push_back(number);
    }
    CHECK(last_sequences(fixture.handed.all(), 1) == expected);
    CHECK(last_sequences(fixture.handed.all(), 0).empty());
    fixture.script->release();
    CHECK(pool.stop(kLater) == 0);
    CHECK(last_sequences(fixture.handed.all(), 0) == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("many windows of many shards all arrive, each shard's in order", "[delivery][pool]")
{
    PoolFixture fixture;
    fixture.options.shards = 8;
    fixture.options.workers = 3;
    auto& pool = fixture.start();
    constexpr std::uint64_t kWindows = 50;
    std::vector<std::thread> shards;
    for (std::uint32_t shard = 0; shard < fixture.options.shards; ++shard) {
        shards.emplace_back([&pool, shard] {
            WindowMaker maker(shard);
            for (std::uint64_t number = 1; number <= kWindows; ++number) {
                auto window = maker.add(number).take();
                while (!pool.try_deliver(window)) {
                    std::this_thread::yield();
                }
            }
        });
    }
    for (auto& shard : shards) {
        shard.join();
    }
    CHECK(pool.stop(kLater) == 0);
    std::vector<std::uint64_t> expected(kWindows);
    std::iota(expected.begin(), expected.end(), 1);
    for (std::uint32_t shard = 0; shard < fixture.options.shards; ++shard) {
        CHECK(last_sequences(fixture.handed.all(), shard) == expected);
    }
}

TEST_CASE("what waits at the stop is delivered, in time", "[delivery][pool]")
{
    PoolFixture fixture;
    fixture.options.workers = 1;
    auto& pool = fixture.make();
    for (const std::uint32_t shard : {0U, 1U, 2U}) {
        fixture.deliver(WindowMaker(shard).add(shard + 1));
    }
    pool.start();
    CHECK(pool.stop(kLater) == 0);
    CHECK(fixture.handed.all().size() == 3);
    auto late = WindowMaker(0).add(9).take();
    CHECK_FALSE(pool.try_deliver(late));
}

TEST_CASE("a stop ends a transform that hangs, and leaves to the log what was not delivered", "[delivery][pool]")
{
    PoolFixture fixture;
    fixture.script->hold(0);
    auto& pool = fixture.start();
    WindowMaker stuck(0);
    fixture.deliver(stuck.add(1).add(2));
    REQUIRE(fixture.script->wait_for_held(1));
    fixture.deliver(stuck.add(3));
    fixture.deliver(WindowMaker(1).add(4));
    REQUIRE(fixture.handed.wait_for(1));
    CHECK(pool.stop(SteadyTime::min()) == 3);
    CHECK(last_sequences(fixture.handed.all(), 1) == std::vector<std::uint64_t>{4});
    CHECK(fixture.handed.all().size() == 1);
    CHECK(fixture.directory.files().size() == 1);
}

TEST_CASE("without a log, what was not delivered until the stop is handed on as it came", "[delivery][pool]")
{
    PoolFixture fixture;
    fixture.options.log = false;
    fixture.script->hold(0);
    auto& pool = fixture.start();
    WindowMaker stuck(0);
    fixture.deliver(stuck.add(1).add_invalid(2));
    REQUIRE(fixture.script->wait_for_held(1));
    fixture.deliver(stuck.add(3));
    CHECK(pool.stop(SteadyTime::min()) == 0);
    const auto delivered = fixture.handed.all();
    CHECK(last_sequences(delivered, 0) == std::vector<std::uint64_t>{2, 3});
    REQUIRE(delivered.size() == 2);
    CHECK(delivered[0].samples.size() == 1);
    CHECK(delivered[0].failed == 1);
    CHECK(fixture.directory.files().empty());
}

TEST_CASE("a shard's last window is taken though one waits, and comes behind it", "[delivery][pool]")
{
    PoolFixture fixture;
    fixture.script->hold(0);
    auto& pool = fixture.start();
    WindowMaker shard(0);
    fixture.deliver(shard.add(1));
    REQUIRE(fixture.script->wait_for_held(1));
    fixture.deliver(shard.add(2));
    pool.deliver_last(shard.add(3).add(4).take());
    CHECK(pool.state().waiting == 2);
    SECTION("it is delivered in time")
    {
        fixture.script->release();
        CHECK(pool.stop(kLater) == 0);
        CHECK(last_sequences(fixture.handed.all(), 0) == std::vector<std::uint64_t>{1, 2, 4});
    }
    SECTION("or left to the log")
    {
        CHECK(pool.stop(SteadyTime::min()) == 4);
        CHECK(fixture.handed.all().empty());
    }
}

TEST_CASE("a pool that was never started leaves everything to the log", "[delivery][pool]")
{
    PoolFixture fixture;
    auto& pool = fixture.make();
    fixture.deliver(WindowMaker(0).add(1).add(2));
    CHECK(pool.stop(kLater) == 2);
    CHECK(fixture.handed.all().empty());
}
