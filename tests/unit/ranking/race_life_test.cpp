#include "race_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

bool finished(const RaceSnapshot& race, std::uint64_t racer)
{
    return race.find(RacerId{racer}).value().finished;
}

/// A race that ended a minute after its start, everyone final.
void ride_briefly(Fixture& fixture, std::int64_t race, std::int64_t start_ms = kStart)
{
    fixture.ride({.racer = 1, .at_ms = start_ms, .race = race});
    fixture.ride({.racer = 1, .second = 60, .at_ms = start_ms + 60'000, .final = true, .race = race});
}

}  // namespace

TEST_CASE("a race opens with its first record and keeps its times", "[ranking][life]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .second = 3, .at_ms = kStart + 2'000});
    auto race = fixture.only();
    CHECK(race.state == RaceState::Running);
    CHECK(race.start_ms == kStart + 2'000);
    CHECK(race.last_ms == kStart + 2'000);
    fixture.ride({.racer = 2, .at_ms = kStart});  // arrived before, read after: another shard's
    fixture.ride({.racer = 1, .second = 9, .at_ms = kStart + 8'000});
    fixture.ride({.racer = 2, .second = 5, .at_ms = kStart + 4'000});
    race = fixture.only();
    CHECK(race.start_ms == kStart);
    CHECK(race.last_ms == kStart + 8'000);
    CHECK_FALSE(finished(race, 1));
}

TEST_CASE("a race has finished when all its racers have sent final", "[ranking][life]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .at_ms = kStart});
    fixture.ride({.racer = 2, .at_ms = kStart});
    fixture.ride({.racer = 1, .second = 50, .at_ms = kStart + 50'000, .final = true});
    auto race = fixture.only();
    CHECK(race.state == RaceState::Running);
    CHECK(finished(race, 1));
    CHECK_FALSE(finished(race, 2));
    fixture.ride({.racer = 2, .second = 51, .at_ms = kStart + 51'000, .final = true});
    CHECK(fixture.only().state == RaceState::Finished);
    fixture.ride({.racer = 1, .second = 49, .at_ms = kStart + 52'000});  // what comes late does not take final back
    CHECK(fixture.only().state == RaceState::Finished);
    fixture.ride({.racer = 3, .at_ms = kStart + 53'000});  // one more begins
    race = fixture.only();
    CHECK(race.state == RaceState::Running);
    CHECK_FALSE(finished(race, 3));
}

TEST_CASE("without a final a racer has finished by silence past the race's length", "[ranking][life]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .at_ms = kStart});                                      // rode one second
    fixture.ride({.racer = 2, .second = 299, .at_ms = kLengthEnd - 1'000});           // almost to the end
    fixture.ride({.racer = 3, .second = 9, .at_ms = kStart + 8'000, .final = true});  // and left
    CHECK(fixture.races.take_changed().size() == 1);
    fixture.races.pass_time(kLengthEnd - 1);
    CHECK(fixture.races.take_changed().empty());  // silent for minutes, but the race is on
    fixture.races.pass_time(kLengthEnd);
    auto race = fixture.only();
    CHECK(race.state == RaceState::Running);
    CHECK(finished(race, 1));
    CHECK_FALSE(finished(race, 2));
    fixture.races.pass_time(kLengthEnd + 3'999);
    CHECK(fixture.races.take_changed().empty());
    fixture.races.pass_time(kLengthEnd + 4'000);
    race = fixture.only();
    CHECK(race.state == RaceState::Finished);
    CHECK(finished(race, 2));
    CHECK(race.last_ms == kLengthEnd - 1'000);
}

TEST_CASE("a record after a silence makes the race run again", "[ranking][life]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .second = 1, .at_ms = kStart});
    fixture.ride({.racer = 1, .second = 100, .at_ms = kLengthEnd - 20'000});
    fixture.races.pass_time(kLengthEnd);
    CHECK(fixture.only().state == RaceState::Finished);
    fixture.ride({.racer = 1, .second = 101, .at_ms = kLengthEnd + 1'000});
    auto race = fixture.only();
    CHECK(race.state == RaceState::Running);
    CHECK_FALSE(finished(race, 1));
    fixture.races.pass_time(kLengthEnd + 5'999);
    CHECK(fixture.races.take_changed().empty());
    fixture.races.pass_time(kLengthEnd + 6'000);
    CHECK(fixture.only().state == RaceState::Finished);
}

TEST_CASE("a race that all have finished closes when the grace has passed behind its last record", "[ranking][life]")
{
    Fixture fixture;
    ride_briefly(fixture, 10);
    CHECK(fixture.only().state == RaceState::Finished);
    fixture.races.pass_time(kStart + 89'000);
    fixture.ride({.racer = 1, .second = 59, .at_ms = kStart + 90'000});  // within the grace, which begins anew
    CHECK(fixture.only().state == RaceState::Finished);
    fixture.races.pass_time(kStart + 120'000);
    CHECK(fixture.races.take_changed().empty());
    fixture.ride({.racer = 2, .at_ms = kStart + 120'000});  // who joins keeps it open
    CHECK(fixture.only().state == RaceState::Running);
    fixture.races.pass_time(kStart + 200'000);
    CHECK(fixture.races.take_changed().empty());
    fixture.ride({.racer = 2, .second = 90, .at_ms = kStart + 210'000, .final = true});
    CHECK(fixture.only().state == RaceState::Finished);
    fixture.races.pass_time(kStart + 240'000);
    CHECK(fixture.races.take_changed().empty());
    fixture.races.pass_time(kStart + 240'001);
    const auto race = fixture.only();
    CHECK(race.state == RaceState::Closed);
    CHECK(race.last_ms == kStart + 210'000);
    CHECK(race.size() == 2);
}

TEST_CASE("without a grace a race that all have finished still waits a second for other shards", "[ranking][life]")
{
    Fixture fixture([](Races::Options& options) { options.grace = std::chrono::milliseconds(0); });
    fixture.ride({.racer = 1, .at_ms = kStart, .final = true});
    fixture.races.pass_time(kStart + 1'000);
    CHECK(fixture.only().state == RaceState::Finished);
    fixture.races.pass_time(kStart + 1'001);
    CHECK(fixture.only().state == RaceState::Closed);
}

TEST_CASE("a race closes when the grace has passed behind its length, whoever still rides", "[ranking][life]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .at_ms = kStart});
    for (std::int64_t at_ms = kStart; at_ms <= kDeadline; at_ms += 3'000) {
        fixture.ride({.racer = 2, .second = 100, .at_ms = at_ms});
        fixture.races.pass_time(at_ms);
    }
    fixture.ride({.racer = 2, .second = 101, .at_ms = kDeadline});
    fixture.races.pass_time(kDeadline);
    CHECK(fixture.only().state == RaceState::Running);
    fixture.races.pass_time(kDeadline + 1);
    const auto race = fixture.only();
    CHECK(race.state == RaceState::Closed);
    CHECK(finished(race, 1));
    CHECK(finished(race, 2));
    CHECK(race.find(RacerId{2})->second == 101);
}

TEST_CASE("a late record counts within the grace and not behind it", "[ranking][life]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .second = 10, .output = 90, .at_ms = kStart});
    fixture.ride({.racer = 2, .second = 10, .output = 91, .at_ms = kLengthEnd - 5'000, .final = true});
    fixture.races.pass_time(kLengthEnd + 20'000);
    CHECK(fixture.only().state == RaceState::Finished);
    fixture.ride({.racer = 1, .second = 11, .output = 95, .at_ms = kDeadline});
    auto race = fixture.only();
    CHECK(race.find(RacerId{1})->rank == 1);
    CHECK(race.last_ms == kDeadline);
    // Behind it nothing counts, also before anybody has looked at the clock.
    fixture.ride({.racer = 1, .second = 12, .output = 99, .at_ms = kDeadline + 1});
    fixture.ride({.racer = 2, .second = 12, .output = 99, .at_ms = kDeadline + 60'000});
    fixture.ride({.racer = 3, .second = 12, .output = 99, .at_ms = kDeadline + 1});
    CHECK(fixture.races.take_changed().empty());
    fixture.races.pass_time(kDeadline + 1);
    race = fixture.only();
    CHECK(race.size() == 2);
    CHECK(race.find(RacerId{1})->output == 95);
    CHECK(race.last_ms == kDeadline);
}

TEST_CASE("a closed race stays as it is, whatever comes", "[ranking][life]")
{
    Fixture fixture;
    fixture.remember(1, 60, 90);
    ride_briefly(fixture, 10);
    fixture.races.pass_time(kDeadline + 1);
    CHECK(fixture.only().state == RaceState::Closed);
    CHECK(fixture.result().closed);
    const auto asked = fixture.asked.size();
    for (const std::int64_t at_ms : {kStart, kStart + 60'000, kDeadline, kDeadline + 1'000'000}) {
        fixture.ride({.racer = 1, .second = 61, .output = 500, .at_ms = at_ms});
        fixture.ride({.racer = 2, .second = 1, .output = 500, .at_ms = at_ms});
        fixture.races.pass_time(at_ms);
    }
    CHECK(fixture.races.take_changed().empty());
    CHECK(fixture.races.take_results().empty());
    CHECK(fixture.races.take_records().size() == 1);  // of before
    CHECK(fixture.asked.size() == asked);             // it is remembered
}

TEST_CASE("of a race that opens it is asked once whether it is closed", "[ranking][life]")
{
    Fixture fixture;
    fixture.in_database = {{ClassId{1}, RaceId{10}}};
    for (std::uint32_t second = 1; second <= 5; ++second) {
        fixture.ride({.second = second, .race = 10});
        fixture.ride({.second = second, .race = 10, .class_id = 2});  // another race
        fixture.ride({.second = second, .race = 11});
        fixture.ride({.second = second, .race = 10, .class_id = 3});  // a class that is not there
    }
    using Asked = decltype(fixture.asked);
    CHECK((fixture.asked == Asked{{ClassId{1}, RaceId{10}}, {ClassId{2}, RaceId{10}}, {ClassId{1}, RaceId{11}}}));
    const auto changed = fixture.races.take_changed();
    REQUIRE(changed.size() == 2);
    CHECK(changed[0]->race_id == RaceId{11});
    CHECK(changed[1]->class_id == ClassId{2});
}

TEST_CASE("so many closed races are remembered, others are asked for again", "[ranking][life]")
{
    constexpr auto kRaces = static_cast<std::int64_t>(Races::kRemembered) + 1;
    Fixture fixture;
    for (std::int64_t race = 1; race <= kRaces; ++race) {
        ride_briefly(fixture, race, kStart + race * 1'000);
        fixture.races.pass_time(kDeadline + race * 1'000 + 1);
        fixture.in_database.emplace(ClassId{1}, RaceId{race});
    }
    CHECK(fixture.races.take_changed().size() == Races::kRemembered + 1);
    CHECK(fixture.asked.size() == Races::kRemembered + 1);
    for (auto race = kRaces; race >= 1; --race) {
        fixture.ride({.at_ms = kStart, .race = race});
    }
    CHECK(fixture.races.take_changed().empty());
    CHECK(fixture.asked.size() == Races::kRemembered + 2);
    CHECK((fixture.asked.back() == std::pair(ClassId{1}, RaceId{1})));
}

TEST_CASE("races that are known as closed are left out of a state", "[ranking][life]")
{
    Fixture before;
    before.ride({.race = 10});
    before.ride({.race = 11});
    before.ride({.race = 12});
    Fixture after;
    after.in_database = {{ClassId{1}, RaceId{11}}};
    REQUIRE(after.races.load(before.races.save()));
    CHECK(after.asked.size() == 3);
    const auto changed = after.races.take_changed();
    REQUIRE(changed.size() == 2);
    CHECK(changed[0]->race_id == RaceId{10});
    CHECK(changed[1]->race_id == RaceId{12});
    after.ride({.race = 11});
    CHECK(after.asked.size() == 3);
    CHECK(after.races.take_changed().empty());
    REQUIRE(after.races.load(before.races.save()));  // those closed by itself too, now that it is asked no more
    CHECK(after.races.take_changed().size() == 2);
}

TEST_CASE("a class added later may race, and its races pass time as all others", "[ranking][life]")
{
    Fixture fixture;
    fixture.ride({.at_ms = kStart, .class_id = 9});
    CHECK(fixture.races.take_changed().empty());
    fixture.races.add_class(ClassId{9});
    fixture.ride({.at_ms = kStart, .class_id = 9});
    CHECK(fixture.only().state == RaceState::Running);
    fixture.races.pass_time(kDeadline + 1);
    CHECK(fixture.only().state == RaceState::Closed);
}
