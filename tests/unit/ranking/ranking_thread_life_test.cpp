#include "ranked.hpp"

#include <map>

using namespace alleycat;
using namespace alleycat::ranking;
using std::chrono::milliseconds;

namespace {

using Save = RankingThread::Save;

constexpr std::int64_t kRaceEnd = 300'000;  // of a race whose first record arrives at 0

}  // namespace

TEST_CASE("without a clock no race closes and no record is told", "[ranking][thread]")
{
    Ranked ranked(milliseconds(5));
    ranked.thread.start();
    ranked.put_final(1, 1, 0);
    ranked.put_final(2, 2, 0);
    REQUIRE(ranked.wait_for(1, RaceState::Finished));
    for (std::uint64_t racer = 3; racer < 10; ++racer) {  // a tick each, at least
        const auto ticks = ranked.published_races().size();
        ranked.put_final(racer, 2, static_cast<std::int64_t>(racer) * 30'000);
        REQUIRE(ranked.wait([&](std::size_t, const auto& published) {
            return std::ranges::count_if(published, [](const auto& changes) { return !changes.races.empty(); }) >
                   static_cast<std::ptrdiff_t>(ticks);
        }));
    }
    for (const auto& races : ranked.published_races()) {
        for (const auto& race : races) {
            CHECK(race->state == RaceState::Finished);
        }
    }
    ranked.set_clock(1'000'000);
    REQUIRE(ranked.wait_for(1, RaceState::Closed));
    REQUIRE(ranked.wait_for(2, RaceState::Closed));
    ranked.thread.stop();
    CHECK(ranked.published_records().empty());
}

TEST_CASE("a record is told at the tick behind it, where there is a clock from the start", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.set_clock(0);
    ranked.thread.start();
    ranked.put(1);
    ranked.thread.catch_up();
    ranked.put(2);
    ranked.thread.stop();
    CHECK(ranked.published_records() == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("what was replayed is no record, though the clock comes before the next tick", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    ranked.put(1);
    ranked.thread.catch_up();
    ranked.put(2);        // the last of the log,
    ranked.set_clock(0);  // which has ended now
    ranked.thread.catch_up();
    ranked.put(3);
    ranked.thread.catch_up();
    ranked.thread.stop();
    CHECK(ranked.published_records() == std::vector<std::uint64_t>{3});
    REQUIRE(ranked.published_races().size() == 2);  // when the log had ended, and at the stop
    CHECK(ranked.published_races()[0][0]->size() == 2);
    CHECK(ranked.published_races()[0][0]->find(RacerId{1})->record);  // told or not
}

TEST_CASE("races are published as soon as the log has been replayed, before the tick", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    ranked.put(1);
    ranked.put(2);
    ranked.thread.catch_up();
    CHECK(ranked.published().empty());
    ranked.set_clock(0);
    REQUIRE(ranked.wait_for(1, RaceState::Running));  // nobody hurries the thread
    ranked.put(3);
    ranked.thread.catch_up();
    REQUIRE(ranked.published_races().size() == 1);  // from there on at ticks
    CHECK(ranked.published_races()[0][0]->size() == 2);
}

TEST_CASE("a start publishes what was restored before it returns, and nothing where there is nothing",
          "[ranking][thread]")
{
    Ranked before(kNever);
    before.put(1);
    before.put(2, 2);
    before.thread.start();
    before.thread.stop();
    Ranked after(kNever);
    REQUIRE(after.thread.restore(before.thread.save(Save::All)));
    after.thread.start();
    REQUIRE(after.published_races().size() == 1);
    CHECK(after.published_races()[0].size() == 2);
    after.thread.stop();
    CHECK(after.published_races().size() == 1);
    Ranked empty(kNever);
    empty.thread.start();
    CHECK(empty.published().empty());
}

TEST_CASE("a race is published where only its state has changed", "[ranking][thread]")
{
    Ranked ranked(milliseconds(5));
    ranked.set_clock(0);
    ranked.thread.start();
    ranked.put(update(ranked.next_order(), 1, 1, 95, 1));
    auto last = update(ranked.next_order(), 1, 250, 95, 1);
    last.arrival_ms = kRaceEnd - 20'000;
    ranked.put(last);
    REQUIRE(ranked.wait_for(1, RaceState::Running));
    ranked.thread.catch_up();
    ranked.set_clock(kRaceEnd);
    REQUIRE(ranked.wait_for(1, RaceState::Finished));
    ranked.set_clock(kRaceEnd + 30'001);
    REQUIRE(ranked.wait_for(1, RaceState::Closed));
    ranked.thread.stop();
    std::vector<RaceState> states;
    for (const auto& races : ranked.published_races()) {
        REQUIRE(races.size() == 1);
        states.push_back(races[0]->state);
    }
    while (states.size() > 3 && states[1] == RaceState::Running) {  // a tick between the two records
        states.erase(states.begin());
    }
    CHECK(states == std::vector{RaceState::Running, RaceState::Finished, RaceState::Closed});
    CHECK(ranked.published_races().back()[0]->size() == 1);
}

TEST_CASE("a result comes with one save, also where that leaves the races alone", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    ranked.put_final(1, 1, 0);
    ranked.put(2, 2);
    auto saved = ranked.thread.save(Save::Results);
    CHECK(saved.races.empty());
    CHECK(saved.applied == std::vector<std::uint64_t>{2, 0});
    REQUIRE(saved.results.size() == 1);
    CHECK(saved.results[0]->race_id == RaceId{1});
    CHECK(ranked.thread.save(Save::Results).results.empty());

    ranked.put_final(2, 2, 0);
    saved = ranked.thread.save(Save::All);
    CHECK(races_in(saved) == std::vector<std::string>{"1: 1", "2: 2"});
    REQUIRE(saved.results.size() == 1);
    CHECK(saved.results[0]->race_id == RaceId{2});
    CHECK(ranked.thread.save(Save::All).results.empty());

    ranked.set_clock(1'000'000);
    ranked.thread.stop();  // time passes once more
    saved = ranked.thread.save(Save::All);
    REQUIRE(saved.results.size() == 2);
    CHECK(saved.results[0]->closed);
    CHECK(saved.results[1]->closed);
    CHECK(races_in(saved).empty());
    CHECK(ranked.thread.save(Save::Results).results.empty());
}

TEST_CASE("of several threads that save, one gets a result", "[ranking][thread]")
{
    constexpr std::int64_t kRaces = 200;
    Ranked ranked(kNever);
    ranked.thread.start();
    std::mutex mutex;
    std::map<std::int64_t, int> got;
    std::atomic<bool> stopped{false};
    const auto take = [&] {
        for (const auto& result : ranked.thread.save(Save::Results).results) {
            const std::lock_guard lock(mutex);
            got[raw(result->race_id)] += result->closed ? 100 : 1;
        }
    };
    std::vector<std::jthread> savers;
    for (int n = 0; n < 3; ++n) {
        savers.emplace_back([&] {
            while (!stopped) {
                take();
            }
        });
    }
    for (std::int64_t race = 1; race <= kRaces; ++race) {
        ranked.put_final(1, race, 0);
        if (race % 16 == 0) {  // so many are open at once
            ranked.thread.catch_up();
        }
    }
    ranked.set_clock(1'000'000);
    ranked.thread.stop();
    stopped = true;
    savers.clear();  // joins them
    take();
    CHECK(got.size() == kRaces);
    for (const auto& [race, times] : got) {
        CAPTURE(race, times);
        CHECK((times == 100 || times == 101));  // closed once, and finished where that was saved before
    }
}

TEST_CASE("who is erased is gone when that returns, before the start, while it runs and after the stop",
          "[ranking][thread][erase]")
{
    Ranked ranked(kNever);
    ranked.thread.erase(RacerId{1});
    ranked.thread.start();
    for (std::uint64_t racer = 1; racer <= 5; ++racer) {
        ranked.put(racer, 1 + static_cast<std::int64_t>(racer % 2), racer % 2);
    }
    ranked.thread.erase(RacerId{3});  // what was put before it is applied before it
    CHECK(races_in(ranked.thread.save(Save::All)) == std::vector<std::string>{"1: 2 4", "2: 1 5"});
    ranked.thread.erase(RacerId{9});
    ranked.put(3, 1);
    CHECK(races_in(ranked.thread.save(Save::All)) == std::vector<std::string>{"1: 2 4 3", "2: 1 5"});
    ranked.thread.stop();
    ranked.thread.erase(RacerId{2});
    CHECK(races_in(ranked.thread.save(Save::All)) == std::vector<std::string>{"1: 4 3", "2: 1 5"});
    Ranked next(kNever);
    REQUIRE(next.thread.restore(ranked.thread.save(Save::All)));
    next.thread.erase(RacerId{5});
    CHECK(races_in(next.thread.save(Save::All)) == std::vector<std::string>{"1: 4 3", "2: 1"});
}

TEST_CASE("who is erased leaves the boards before the next tick", "[ranking][thread][erase]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    ranked.put(1);
    ranked.put(2);
    ranked.thread.erase(RacerId{1});
    REQUIRE(ranked.wait_for(1, RaceState::Running));
    const auto race = ranked.published_races().at(0).at(0);
    CHECK(race->size() == 1);
    CHECK_FALSE(race->find(RacerId{1}));
}

TEST_CASE("who is erased around a stop is gone", "[ranking][thread][erase]")
{
    constexpr std::uint64_t kRacers = 60;
    for (int round = 0; round < 20; ++round) {
        Ranked ranked(kNever);
        ranked.thread.start();
        for (std::uint64_t racer = 0; racer <= kRacers; ++racer) {
            ranked.put(racer);
        }
        ranked.thread.catch_up();
        std::atomic<std::uint64_t> erased{0};
        std::jthread eraser([&] {
            for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
                ranked.thread.erase(RacerId{racer});
                ++erased;
            }
        });
        while (erased < kRacers / 4) {
            std::this_thread::yield();
        }
        ranked.thread.stop();
        eraser.join();
        CHECK(races_in(ranked.thread.save(Save::All)) == std::vector<std::string>{"1: " + std::to_string(kRacers)});
    }
}
