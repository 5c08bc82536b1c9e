#include "race_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

/// "racer@second output>previous" of each record, by racer.
std::vector<std::string> records(Races& races)
{
    std::vector<std::string> lines;
    for (const auto& record : races.take_records()) {
        REQUIRE(record.kind == RecordEvent::Kind::Second);
        const auto whole = [](double output) { return std::to_string(static_cast<int>(output)); };
        lines.push_back(std::to_string(raw(record.racer_id)) + "@" + std::to_string(record.second) + " " +
                        whole(record.output) + (record.previous ? ">" + whole(*record.previous) : ""));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

/// Nobody of these will ride as badly again.
void remember_low(Fixture& fixture, std::uint64_t racers = 4)
{
    for (std::uint64_t racer = 0; racer <= racers; ++racer) {
        for (std::uint32_t second = 1; second <= 6; ++second) {
            fixture.remember(racer, second, 10);
        }
    }
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an output that beats the racer's history is told with what it beats", "[ranking][records]")
{
    Fixture fixture;
    fixture.remember(1, 5, 100);
    fixture.remember(2, 5, 100);
    fixture.remember(3, 5, 100);
    fixture.ride({.racer = 1, .second = 5, .output = 101});
    fixture.ride({.racer = 2, .second = 5, .output = 100});  // equal is not better
    fixture.ride({.racer = 3, .second = 5, .output = 99});
    fixture.ride({.racer = 4, .second = 5, .output = 50});  // nothing is there to be beaten
    const auto told = fixture.races.take_records();
    REQUIRE(told.size() == 1);
    const RecordEvent expected{RecordEvent::Kind::Second, ClassId{1}, RaceId{10}, RacerId{1}, "Hubert", 5, 101, 100.0};
    CHECK(told[0] == expected);
    CHECK(fixture.races.take_records().empty());
    CHECK(fixture.only().find(RacerId{4})->record);  // on the board all the same
}

TEST_CASE("of a racer's records since the last call the latest is told", "[ranking][records]")
{
    Fixture fixture;
    remember_low(fixture);
    fixture.remember(2, 6, 200);
    fixture.ride({.racer = 1, .second = 5, .output = 100});
    fixture.ride({.racer = 2, .second = 5, .output = 100});
    fixture.ride({.racer = 1, .second = 6, .output = 90});
    fixture.ride({.racer = 2, .second = 6, .output = 100});  // no record, but that of the second before is one
    CHECK(records(fixture.races) == Lines{"1@6 90>10", "2@5 100>10"});
    fixture.ride({.racer = 1, .second = 5, .output = 300});  // late, and told was a later one
    CHECK(records(fixture.races).empty());
}

TEST_CASE("a record is told once for a second, however often that is ridden", "[ranking][records]")
{
    Fixture fixture;
    remember_low(fixture);
    fixture.remember(2, 5, 100);
    fixture.ride({.racer = 1, .second = 5, .output = 100});
    fixture.ride({.racer = 2, .second = 5, .output = 90});
    CHECK(records(fixture.races) == Lines{"1@5 100>10"});
    fixture.ride({.racer = 1, .second = 5, .output = 110});
    fixture.ride({.racer = 2, .second = 5, .output = 110});  // the first record there
    CHECK(records(fixture.races) == Lines{"2@5 110>100"});
    fixture.ride({.racer = 2, .second = 5, .output = 120});
    CHECK(records(fixture.races).empty());
    fixture.ride({.racer = 1, .second = 6, .output = 80});
    fixture.ride({.racer = 1, .second = 6, .output = 85});  // before it was told: it is told as it is then
    CHECK(records(fixture.races) == Lines{"1@6 85>10"});
}

TEST_CASE("a race tells so many records at a time", "[ranking][records]")
{
    constexpr std::uint64_t kRacers = Races::kMaxRecords + 5;
    Fixture fixture;
    remember_low(fixture, kRacers);
    for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
        fixture.ride({.racer = racer});
        fixture.ride({.racer = racer, .race = 11});  // another race tells as many
    }
    CHECK(fixture.races.take_records().size() == 2 * Races::kMaxRecords);
    CHECK(fixture.races.take_records().empty());  // the others are not told later
    for (std::uint64_t racer = kRacers; racer > 0; --racer) {
        fixture.ride({.racer = racer - 1, .second = 2});
    }
    CHECK(fixture.races.take_records().size() == Races::kMaxRecords);
}

TEST_CASE("a race that is closed still tells the records it had, and no later ones", "[ranking][records]")
{
    Fixture fixture;
    remember_low(fixture);
    fixture.ride({.racer = 1, .second = 5, .output = 100, .final = true});
    fixture.races.pass_time(330'001);
    fixture.ride({.racer = 1, .second = 6, .output = 100});
    CHECK(records(fixture.races) == Lines{"1@5 100>10"});
    fixture.ride({.racer = 1, .race = 11});
    fixture.ride({.racer = 1, .at_ms = 331'000, .race = 11});  // too late for the race
    CHECK(records(fixture.races) == Lines{"1@1 95>10"});
}

TEST_CASE("a record that was told is not told again after a restart", "[ranking][records]")
{
    Fixture before;
    remember_low(before);
    before.ride({.racer = 1, .second = 5, .output = 100});
    before.ride({.racer = 2, .second = 5, .output = 100});
    CHECK(records(before.races).size() == 2);
    before.ride({.racer = 2, .second = 6, .output = 100});
    Fixture after;
    remember_low(after);
    REQUIRE(after.races.load(before.races.save()));
    CHECK(records(after.races).empty());
    CHECK(after.only().find(RacerId{1})->record);
    after.order = 100;
    after.ride({.racer = 1, .second = 5, .output = 105});
    CHECK(records(after.races).empty());
    after.ride({.racer = 1, .second = 6, .output = 90});
    after.ride({.racer = 2, .second = 6, .output = 105});  // it had not been told
    CHECK(records(after.races) == Lines{"1@6 90>10", "2@6 105>10"});
}

TEST_CASE("erasing one racer loses no record of another", "[ranking][records]")
{
    Fixture fixture;
    remember_low(fixture);
    for (std::uint64_t racer = 1; racer <= 4; ++racer) {
        fixture.ride({.racer = racer, .second = 5, .output = 100});
    }
    fixture.races.erase(RacerId{2});
    fixture.ride({.racer = 2, .second = 6, .output = 100});
    CHECK(records(fixture.races) == Lines{"1@5 100>10", "2@6 100>10", "3@5 100>10", "4@5 100>10"});
    fixture.ride({.racer = 3, .second = 5, .output = 110});
    CHECK(records(fixture.races).empty());
}
