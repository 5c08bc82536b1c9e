#include "ranked.hpp"

using namespace alleycat;
using namespace alleycat::ranking;
using std::chrono::milliseconds;

TEST_CASE("behind catch_up everything put before it is applied", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    std::size_t put = 0;
    for (std::uint64_t racer = 0; racer < 300; ++racer) {
        ranked.put(racer, 1, racer % 2);
        ++put;
        if (racer % 3 == 0) {
            ranked.thread.catch_up();
            REQUIRE(ranked.applied() == put);
        }
    }
    CHECK(ranked.published().empty());  // the tick has not come
}

TEST_CASE("several threads may catch up at once", "[ranking][thread]")
{
    constexpr std::uint32_t kThreads = 4;
    Ranked ranked(kNever, kThreads);
    ranked.thread.start();
    std::atomic<int> behind{0};
    std::vector<std::thread> threads;
    std::atomic<std::size_t> put{0};
    for (std::uint32_t shard = 0; shard < kThreads; ++shard) {
        threads.emplace_back([&, shard] {
            for (std::uint64_t n = 0; n < 200; ++n) {
                ranked.put(shard * 1'000 + n, 1, shard);
                const auto before = ++put;  // at least so many were put, by anyone
                ranked.thread.catch_up();
                behind += ranked.applied() < before ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(behind == 0);
}

TEST_CASE("a hurried thread reads the outboxes before its tick", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    for (std::uint64_t racer = 0; racer < 50; ++racer) {
        CHECK(ranked.put(racer) == 1);  // the one before was taken
        ranked.thread.hurry();
        REQUIRE(ranked.wait([&](std::size_t applied, const auto&) { return applied == racer + 1; }));
    }
    CHECK(ranked.published().empty());
}

TEST_CASE("a tick says that a history changed, and only then", "[ranking][thread]")
{
    Ranked ranked(milliseconds(5));
    ranked.thread.start();
    const auto published = [](std::size_t count) {
        return [count](std::size_t, const auto& changes) { return changes.size() >= count; };
    };
    REQUIRE(ranked.wait(published(1)));  // at first all are new
    ranked.put(1);
    REQUIRE(ranked.wait(published(2)));
    ranked.change_history(2);
    REQUIRE(ranked.wait(published(3)));
    ranked.change_history(1);
    ranked.change_history(2);
    ranked.thread.stop();
    std::vector<std::pair<bool, bool>> told;
    for (const auto& changes : ranked.published()) {
        told.emplace_back(changes.histories, !changes.races.empty());
    }
    REQUIRE(told.size() >= 4);  // the last two changes may come in one tick or in two
    told.resize(4);
    CHECK((told == decltype(told){{true, false}, {false, true}, {true, false}, {true, false}}));
}

TEST_CASE("a tick publishes what changed, and only that", "[ranking][thread]")
{
    Ranked ranked(milliseconds(5));
    ranked.thread.start();
    for (std::int64_t race = 1; race <= 5; ++race) {
        ranked.put(static_cast<std::uint64_t>(race), race);
        REQUIRE(ranked.wait([&](std::size_t, const auto& published) {
            return std::count_if(published.begin(), published.end(),
                                 [](const auto& changes) { return !changes.races.empty(); }) >= race;
        }));
    }
    ranked.thread.stop();
    const auto published = ranked.published_races();
    REQUIRE(published.size() == 5);
    for (std::size_t tick = 0; tick < 5; ++tick) {
        REQUIRE(published[tick].size() == 1);
        CHECK(published[tick][0]->race_id == RaceId{static_cast<std::int64_t>(tick) + 1});
        CHECK(published[tick][0]->size() == 1);
    }
}

TEST_CASE("a stop applies and publishes what waits", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    ranked.put(1, 1, 0);
    ranked.put(2, 1, 1);
    ranked.put(3, 2, 1);
    ranked.thread.stop();
    const auto published = ranked.published_races();
    REQUIRE(published.size() == 1);
    REQUIRE(published[0].size() == 2);
    CHECK(published[0][0]->size() == 2);
    CHECK(published[0][1]->size() == 1);
    ranked.thread.stop();  // once more changes nothing
    CHECK(ranked.published_races().size() == 1);
}

TEST_CASE("a stop with nothing new publishes nothing", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    ranked.thread.stop();
    CHECK(ranked.published_races().empty());
}
