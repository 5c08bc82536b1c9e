#include "race_fixture.hpp"

#include <cstring>

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

Verdict verdict(bool held = false)
{
    Suspicions suspicions;
    suspicions.add(Suspicion::Slew);
    return {suspicions, held};
}

struct SuspectFixture : Fixture {
    using Fixture::Fixture;

    void ride(const Ridden& ridden, Verdict verdict = {})
    {
        auto one = update(++order, ridden.racer, ridden.second, ridden.output, ridden.race, ridden.class_id);
        one.arrival_ms = ridden.at_ms;
        one.event = ridden.final ? telemetry::Event::Final : telemetry::Event::Update;
        one.verdict = verdict;
        apply(one);
    }
    /// Races that go on from the state of these.
    [[nodiscard]] std::unique_ptr<Races> restored(std::string_view state)
    {
        auto other = std::make_unique<Races>(options([](auto&) {}));
        REQUIRE(other->load(state));
        return other;
    }
};

}  // namespace

TEST_CASE("a racer with a suspect record is unverified from there on, and ranks as ever", "[ranking][suspect]")
{
    SuspectFixture fixture;
    fixture.ride({.racer = 7, .second = 1, .output = 90, .at_ms = kStart});
    fixture.ride({.racer = 8, .second = 1, .output = 80, .at_ms = kStart});
    fixture.ride({.racer = 7, .second = 2, .output = 120, .at_ms = kStart + 1'000}, verdict());
    fixture.ride({.racer = 7, .second = 3, .output = 130, .at_ms = kStart + 2'000, .final = true});
    fixture.ride({.racer = 8, .second = 2, .output = 85, .at_ms = kStart + 1'000, .final = true});
    const auto entries = fixture.only().entries();
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].racer_id == RacerId{7});
    CHECK(entries[0].output == 130);
    CHECK(entries[0].unverified);
    CHECK_FALSE(entries[1].unverified);
    const auto result = fixture.result();
    CHECK(result.rows[0].unverified);
    CHECK(result.rows[0].best == 130);
    CHECK_FALSE(result.rows[1].unverified);
    CHECK(result.released.empty());
}

TEST_CASE("a held record counts nowhere, opens no race, and marks who has a row", "[ranking][suspect]")
{
    SuspectFixture fixture;
    fixture.ride({.racer = 7, .second = 1, .at_ms = kStart}, verdict(true));
    CHECK(fixture.races.take_changed().empty());
    fixture.ride({.racer = 7, .second = 2, .output = 90, .at_ms = kStart + 1'000});
    CHECK_FALSE(fixture.only().entries()[0].unverified);
    fixture.ride({.racer = 7, .second = 3, .output = 200, .at_ms = kStart + 2'000}, verdict(true));
    const auto entry = fixture.only().entries()[0];
    CHECK(entry.unverified);
    CHECK(entry.second == 2);
    CHECK(entry.output == 90);
    fixture.ride({.racer = 7, .second = 4, .output = 200, .at_ms = kStart + 3'000}, verdict(true));
    CHECK(fixture.races.take_changed().empty());  // nothing new to show
}

TEST_CASE("a released record counts in an open race, however late it comes, and makes it no longer",
          "[ranking][suspect]")
{
    SuspectFixture fixture;
    fixture.ride({.racer = 7, .second = 1, .output = 90, .at_ms = kStart});
    fixture.ride({.racer = 7, .second = 2, .output = 150, .at_ms = kDeadline + 60'000, .final = true},
                 Verdict::let_go());
    const auto race = fixture.only();
    CHECK(race.last_ms == kStart);
    const auto entry = race.entries()[0];
    CHECK(entry.output == 150);
    CHECK(entry.finished);
    CHECK_FALSE(entry.unverified);
    const auto result = fixture.result();
    CHECK(result.released == std::vector<ReleasedSecond>{{RacerId{7}, 2, 150}});
    CHECK(result.end_ms == kStart);
    CHECK(fixture.races.take_amendments().empty());
}

TEST_CASE("what is released for a closed race is told as an amendment, and nothing else is", "[ranking][suspect]")
{
    SuspectFixture fixture;
    fixture.in_database.insert({ClassId{1}, RaceId{10}});
    fixture.ride({.racer = 7, .second = 3, .output = 150, .at_ms = kStart});
    fixture.ride({.racer = 7, .second = 4, .output = 160, .at_ms = kStart}, verdict());
    CHECK(fixture.races.take_amendments().empty());
    fixture.ride({.racer = 7, .second = 5, .output = 170, .at_ms = kDeadline, .final = true}, Verdict::let_go());
    fixture.ride({.racer = 7, .second = 5, .output = 170, .at_ms = kDeadline, .class_id = 9}, Verdict::let_go());
    const auto amendments = fixture.races.take_amendments();
    REQUIRE(amendments.size() == 1);
    CHECK(amendments[0] == Amendment{ClassId{1}, RaceId{10}, RacerId{7}, "Hubert", 5, true, 170, 3, kDeadline});
    CHECK(fixture.races.take_amendments().empty());
    fixture.ride({.racer = 7, .second = 6, .at_ms = kDeadline}, Verdict::let_go());
    fixture.races.erase(RacerId{7});
    CHECK(fixture.races.take_amendments().empty());
}

TEST_CASE("marks and released seconds survive a restart", "[ranking][suspect]")
{
    SuspectFixture fixture;
    fixture.ride({.racer = 7, .second = 1, .output = 90, .at_ms = kStart}, verdict());
    fixture.ride({.racer = 8, .second = 1, .output = 80, .at_ms = kStart, .final = true});
    fixture.ride({.racer = 7, .second = 2, .output = 95, .at_ms = kStart, .final = true}, Verdict::let_go());
    const auto before = fixture.result();
    const auto other = fixture.restored(fixture.races.save());
    const auto results = other->take_results();
    REQUIRE(results.size() == 1);
    CHECK(*results[0] == before);
    other->erase(RacerId{7});
    CHECK(other->take_results()[0]->released.empty());
}

TEST_CASE("a state of version 2, from before there were marks, is read", "[ranking][suspect]")
{
    // One race of one racer, as version 2 wrote it.
    std::string state;
    const auto number = [&state](auto value) { state.append(reinterpret_cast<const char*>(&value), sizeof value); };
    std::string race;
    state.swap(race);  // the race first, since its length stands before it
    number(std::uint64_t{1});
    number(std::uint64_t{2});
    number(kStart);
    number(kStart + 1'000);
    number(std::uint32_t{1});
    number(std::uint64_t{7});
    number(std::uint32_t{2});
    number(std::uint8_t{1});
    number(std::uint8_t{1});
    number(std::uint64_t{2});
    number(kStart);
    number(kStart + 1'000);
    number(std::numeric_limits<double>::quiet_NaN());
    number(std::uint32_t{0});
    number(std::uint16_t{6});
    state += "Hubert";
    number(90.0);
    number(95.0);
    race = std::exchange(state, {});
    number(std::uint8_t{2});
    number(std::uint32_t{300});
    number(std::uint32_t{1});
    number(std::uint32_t{1});
    number(std::int64_t{10});
    number(std::uint64_t{race.size()});
    state += race;

    SuspectFixture fixture;
    const auto races = fixture.restored(state);
    const auto changed = races->take_changed();
    REQUIRE(changed.size() == 1);
    const auto entry = changed[0]->entries()[0];
    CHECK(entry.name == "Hubert");
    CHECK(entry.output == 95);
    CHECK(entry.finished);
    CHECK_FALSE(entry.unverified);
    state[0] = 4;
    Races newer(fixture.options([](auto&) {}));
    CHECK_FALSE(newer.load(state));
}
