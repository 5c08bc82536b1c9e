#include "race_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

constexpr std::int64_t kLast = kLengthEnd - 10'000;  // arrival of the last record of ride()

/// Racers 9, 7 and 8 of a race, in this order; 8 is not final.
void ride(Fixture& fixture)
{
    fixture.ride({.racer = 9, .second = 1, .output = 100, .at_ms = kStart});
    fixture.ride({.racer = 7, .second = 1, .output = 90, .at_ms = kStart + 100});
    fixture.ride({.racer = 7, .second = 2, .output = 120, .at_ms = kStart + 1'100});
    fixture.ride({.racer = 8, .second = 3, .output = 80, .at_ms = kLast});
    fixture.ride({.racer = 7, .second = 4, .output = 102, .at_ms = kStart + 3'100, .final = true});
    fixture.ride({.racer = 9, .second = 2, .output = 100, .at_ms = kStart + 4'100, .final = true});
}

}  // namespace

TEST_CASE("a result says what each brought home, in every meaning of score, by ascending racer", "[ranking][results]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    Fixture fixture([score](Races::Options& options) { options.score = score; });
    ride(fixture);
    CHECK(fixture.races.take_results().empty());  // it is running
    fixture.races.pass_time(kLengthEnd);
    const auto result = fixture.result();
    CHECK(result.class_id == ClassId{1});
    CHECK(result.race_id == RaceId{10});
    CHECK(result.start_ms == kStart);
    CHECK(result.end_ms == kLast);
    CHECK_FALSE(result.closed);
    // What brought 7 the score: the last record for output, mean and total, and the second for best. 9's output stayed.
    const std::uint64_t order7 = score == Score::Best ? 3 : 5;
    const std::uint64_t order9 = score == Score::Total ? 6 : 1;
    const double mean7 = (90.0 + 120 + 102) / 3;
    const std::vector<ResultRow> rows{
        {RacerId{7}, "Hubert", 4, true, 102, 120, mean7, 312, order7, kStart + 100, kStart + 3'100},
        {RacerId{8}, "Hubert", 3, true, 80, 80, 80, 80, 4, kLast, kLast},
        {RacerId{9}, "Hubert", 2, true, 100, 100, 100, 200, order9, kStart, kStart + 4'100}};
    REQUIRE(result.rows.size() == 3);
    CHECK((result.rows == rows));
    CHECK(result.rows[0].score(Score::Output) == 102);
    CHECK(result.rows[0].score(Score::Best) == 120);
    CHECK(result.rows[0].score(Score::Mean) == mean7);
    CHECK(result.rows[0].score(Score::Total) == 312);
}

TEST_CASE("a result is told when all have finished, again when it changed, and closed once at last",
          "[ranking][results]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .at_ms = kStart});
    CHECK(fixture.races.take_results().empty());
    fixture.ride({.racer = 1, .second = 60, .at_ms = kStart + 60'000, .final = true});
    CHECK_FALSE(fixture.result().closed);
    CHECK(fixture.races.take_results().empty());
    fixture.ride({.racer = 1, .second = 50, .output = 99, .at_ms = kStart + 61'000});  // late
    auto result = fixture.result();
    CHECK(result.rows.at(0).best == 99);
    CHECK(result.end_ms == kStart + 61'000);
    fixture.ride({.racer = 2, .at_ms = kStart + 62'000});  // it runs again
    CHECK(fixture.races.take_results().empty());
    fixture.ride({.racer = 2, .second = 2, .at_ms = kStart + 63'000, .final = true});
    CHECK(fixture.result().rows.size() == 2);
    fixture.races.pass_time(kStart + 93'000);
    CHECK(fixture.races.take_results().empty());
    fixture.races.pass_time(kStart + 93'001);
    result = fixture.result();
    CHECK(result.closed);
    CHECK(result.rows.size() == 2);
    fixture.races.pass_time(kStart + 1'000'000);
    fixture.ride({.racer = 2, .second = 3, .at_ms = kStart + 64'000});
    CHECK(fixture.races.take_results().empty());
}

TEST_CASE("a race that finishes and closes between two calls brings one result", "[ranking][results]")
{
    Fixture fixture;
    ride(fixture);
    fixture.races.pass_time(kLengthEnd);
    fixture.races.pass_time(kDeadline + 1);
    CHECK(fixture.result().closed);
}

TEST_CASE("a race that makes room brings its result, with those still riding as not finished", "[ranking][results]")
{
    Fixture fixture([](Races::Options& options) { options.open_races = 1; });
    ride(fixture);
    fixture.ride({.race = 11});
    const auto result = fixture.result();
    CHECK(result.closed);
    CHECK(result.race_id == RaceId{10});
    REQUIRE(result.rows.size() == 3);
    CHECK(result.rows[0].finished);
    CHECK_FALSE(result.rows[1].finished);
    CHECK(result.rows[2].finished);
}

TEST_CASE("a loaded race that has finished brings its result again, a running one none", "[ranking][results]")
{
    Fixture fixture;
    ride(fixture);
    fixture.ride({.racer = 1, .at_ms = kStart, .final = true, .race = 11});
    const auto result = fixture.result();
    Fixture later;
    REQUIRE(later.races.load(fixture.races.save()));
    CHECK(later.result() == result);
    CHECK(result.race_id == RaceId{11});
    CHECK(later.races.take_results().empty());
    later.races.pass_time(kDeadline + 1);
    fixture.races.pass_time(kDeadline + 1);
    const auto rest = fixture.races.take_results();
    const auto later_rest = later.races.take_results();
    REQUIRE(rest.size() == 2);
    REQUIRE(later_rest.size() == 2);
    CHECK(*rest[0] == *later_rest[0]);
    CHECK(*rest[1] == *later_rest[1]);
}

TEST_CASE("who is erased is in no board, rank, result or state any more", "[ranking][erase]")
{
    Fixture fixture;
    ride(fixture);
    const auto before = fixture.only();
    fixture.races.erase(RacerId{9});
    const auto race = fixture.only();
    CHECK(race.size() == 2);
    CHECK_FALSE(race.find(RacerId{9}));
    CHECK(race.find(RacerId{7})->rank == 1);
    CHECK(race.find(RacerId{8})->rank == 2);
    CHECK(race.leading_second == 4);
    CHECK(race.start_ms == kStart);
    CHECK(before.find(RacerId{9})->rank == 2);  // what was taken stays as it was
    fixture.races.erase(RacerId{9});
    fixture.races.erase(RacerId{1'234});
    CHECK(fixture.races.take_changed().empty());

    Fixture without;
    REQUIRE(without.races.load(fixture.races.save()));
    CHECK(difference(without.only(), written_out(race)) == "");

    fixture.races.erase(RacerId{7});
    CHECK(fixture.only().leading_second == 3);
    fixture.races.pass_time(kLengthEnd);
    const auto result = fixture.result();
    REQUIRE(result.rows.size() == 1);
    CHECK(result.rows[0].racer_id == RacerId{8});

    fixture.ride({.racer = 7, .second = 6, .output = 70, .at_ms = kLengthEnd});  // begins anew
    CHECK(fixture.only().find(RacerId{7})->rank == 2);
    fixture.races.pass_time(kLengthEnd + 5'000);
    CHECK(fixture.result().rows.at(0).total == 70);
}

TEST_CASE("a race whose only racer is erased brings no result", "[ranking][erase]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .at_ms = kStart});
    fixture.races.erase(RacerId{1});
    const auto race = fixture.only();
    CHECK(race.size() == 0);
    CHECK(race.entries().empty());
    Fixture later;
    REQUIRE(later.races.load(fixture.races.save()));
    CHECK(later.only().size() == 0);
    later.races.pass_time(kDeadline + 1);
    CHECK(later.only().state == RaceState::Closed);
    CHECK(later.races.take_results().empty());
}

TEST_CASE("who is erased is in no result or record that waits to be taken", "[ranking][erase]")
{
    Fixture fixture;
    for (std::uint64_t racer = 6; racer <= 9; ++racer) {
        for (std::uint32_t second = 1; second <= 4; ++second) {
            fixture.remember(racer, second, 50);
        }
    }
    ride(fixture);
    fixture.ride({.racer = 9, .at_ms = kStart, .race = 11});
    fixture.races.pass_time(kDeadline + 1);  // both are closed
    fixture.ride({.racer = 9, .at_ms = kLengthEnd + 40'000, .race = 12});
    fixture.ride({.racer = 6, .at_ms = kLengthEnd + 40'000, .race = 12});
    fixture.races.erase(RacerId{9});
    const auto result = fixture.result();
    CHECK(result.race_id == RaceId{10});
    CHECK(result.closed);
    REQUIRE(result.rows.size() == 2);
    CHECK(result.rows[0].racer_id == RacerId{7});
    CHECK(result.rows[1].racer_id == RacerId{8});
    std::set<std::uint64_t> with_record;
    for (const auto& record : fixture.races.take_records()) {
        with_record.insert(raw(record.racer_id));
    }
    CHECK(with_record == std::set<std::uint64_t>{6, 7, 8});
}
