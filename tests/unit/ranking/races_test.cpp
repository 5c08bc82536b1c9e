#include "race_fixture.hpp"

#include <random>

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

/// Options with this meaning of score.
auto scored(Score score)
{
    return [score](Races::Options& options) { options.score = score; };
}

auto room_for(std::size_t open_races)
{
    return [open_races](Races::Options& options) { options.open_races = open_races; };
}

/// "racer:rank" of each entry, in order.
std::string ranks(const RaceSnapshot& race)
{
    std::string text;
    for (const auto& entry : race.entries()) {
        text += (text.empty() ? "" : " ") + std::to_string(raw(entry.racer_id)) + ":" + std::to_string(entry.rank);
    }
    return text;
}

}  // namespace

TEST_CASE("equal scores share a rank and the next one is skipped", "[ranking][races]")
{
    Fixture fixture;
    fixture.apply(update(1, 10, 1, 90));
    fixture.apply(update(2, 20, 1, 100));
    fixture.apply(update(3, 30, 1, 95));
    fixture.apply(update(4, 40, 1, 95));
    CHECK(ranks(fixture.only()) == "20:1 30:2 40:2 10:4");
}

TEST_CASE("dense ranks do not skip the next one", "[ranking][races]")
{
    Fixture fixture([](Races::Options& options) { options.ties = Ties::Dense; });
    fixture.apply(update(1, 10, 1, 90));
    fixture.apply(update(2, 20, 1, 100));
    fixture.apply(update(3, 30, 1, 95));
    fixture.apply(update(4, 40, 1, 95));
    auto race = fixture.only();
    CHECK(ranks(race) == "20:1 30:2 40:2 10:3");
    CHECK(race.entries(2, 5).at(0).rank == 2);
    CHECK(race.find(RacerId{10})->rank == 3);
    fixture.apply(update(5, 30, 2, 100));
    fixture.apply(update(6, 40, 2, 100));  // nobody is left at 95
    race = fixture.only();
    CHECK(ranks(race) == "20:1 30:1 40:1 10:2");
    CHECK(race.find(RacerId{10})->rank == 2);
}

TEST_CASE("who got to a score first stands first among equals, then the lower id", "[ranking][races]")
{
    Fixture fixture;
    fixture.apply(update(5, 1, 1, 95));
    fixture.apply(update(4, 2, 1, 95));
    fixture.apply(update(3, 3, 1, 80));
    fixture.apply(update(7, 3, 2, 95));
    CHECK(ranks(fixture.only()) == "2:1 1:1 3:1");
    fixture.apply(update(8, 2, 2, 96));  // away and back: it got there anew
    fixture.apply(update(9, 2, 3, 95));
    CHECK(ranks(fixture.only()) == "1:1 3:1 2:1");
    fixture.apply(update(10, 1, 2, 95));  // stays: it got there when it got there
    CHECK(ranks(fixture.only()) == "1:1 3:1 2:1");

    Fixture same_order;  // arrival orders are unique, but the order is total without that
    same_order.apply(update(1, 9, 1, 95));
    same_order.apply(update(1, 8, 1, 95));
    CHECK(ranks(same_order.only()) == "8:1 9:1");
}

TEST_CASE("a second that comes late or twice does not set a racer back", "[ranking][races]")
{
    Fixture fixture;
    fixture.apply(update(1, 7, 10, 100));
    fixture.apply(update(2, 7, 9, 300));  // late
    fixture.apply(update(3, 7, 10, 90));  // once more, lower
    auto entry = fixture.only().entries().at(0);
    CHECK(entry.second == 10);
    CHECK(entry.output == 100);
    fixture.apply(update(4, 7, 10, 110));  // once more, higher: as in the history
    entry = fixture.only().entries().at(0);
    CHECK(entry.output == 110);
    CHECK(entry.current_output == 110);
}

TEST_CASE("each meaning of score is what its name says", "[ranking][races]")
{
    const std::vector<std::pair<Score, double>> table{
        {Score::Output, 90}, {Score::Best, 120}, {Score::Mean, (100.0 + 120 + 90) / 3}, {Score::Total, 310}};
    for (const auto& [score, expected] : table) {
        CAPTURE(static_cast<int>(score));
        Fixture fixture(scored(score));
        fixture.apply(update(1, 7, 1, 100));
        fixture.apply(update(2, 7, 2, 110));
        fixture.apply(update(3, 7, 2, 120));
        fixture.apply(update(4, 7, 4, 90));
        const auto entry = fixture.only().entries().at(0);
        CHECK(entry.output == expected);
        CHECK(entry.current_output == 90);
        CHECK(entry.second == 4);
    }
}

TEST_CASE("sums do not depend on the order of arrival", "[ranking][races]")
{
    std::vector<std::pair<std::uint32_t, double>> seconds;
    for (std::uint32_t second = 1; second <= 300; ++second) {
        seconds.emplace_back(second, 90 + 1.0 / second);
    }
    Fixture ascending(scored(Score::Total));
    Fixture shuffled(scored(Score::Total));
    std::uint64_t order = 0;
    for (const auto& [second, output] : seconds) {
        ascending.apply(update(++order, 7, second, output));
    }
    std::shuffle(seconds.begin(), seconds.end(), std::mt19937(1));
    for (const auto& [second, output] : seconds) {
        shuffled.apply(update(++order, 7, second, output));
    }
    CHECK(ascending.only().entries().at(0).output == shuffled.only().entries().at(0).output);
}

TEST_CASE("a record beats the racer's own history at that second, as it was before the race", "[ranking][races]")
{
    Fixture fixture;
    fixture.remember(1, 10, 100);
    fixture.remember(2, 11, 50);  // of another second
    fixture.apply(update(1, 1, 10, 100));
    fixture.apply(update(2, 2, 10, 10));
    auto race = fixture.only();
    CHECK_FALSE(race.find(RacerId{1})->record);  // equal is not better
    CHECK(race.find(RacerId{2})->record);        // no history at that second
    fixture.remember(1, 11, 500);                // this race's own records reach the history meanwhile
    fixture.remember(2, 12, 500);
    fixture.apply(update(3, 1, 11, 400));
    fixture.apply(update(4, 2, 12, 400));
    race = fixture.only();
    CHECK(race.find(RacerId{1})->record);
    CHECK(race.find(RacerId{2})->record);
    fixture.apply(update(5, 2, 13, 1, 99));  // another race opens later, and sees the history of then
    fixture.apply(update(6, 2, 12, 450, 98));
    for (const auto& snapshot : fixture.races.take_changed()) {
        CHECK(snapshot->find(RacerId{2})->record == (snapshot->race_id == RaceId{99}));
    }
}

TEST_CASE("a race says when it opened and how far it is", "[ranking][races]")
{
    Fixture fixture;
    fixture.apply(update(100, 1, 5, 95));
    auto race = fixture.only();
    CHECK(race.opened_order == 100);
    CHECK(race.leading_second == 5);
    fixture.apply(update(90, 2, 7, 95));  // accepted before, read after: another shard's
    race = fixture.only();
    CHECK(race.opened_order == 90);
    CHECK(race.leading_second == 7);
    fixture.apply(update(101, 1, 6, 95));
    CHECK(fixture.only().leading_second == 7);
}

TEST_CASE("the newest race has the highest opened order, whatever its id", "[ranking][races]")
{
    Fixture fixture;
    fixture.apply(update(1, 1, 1, 95, 5'000));
    fixture.apply(update(2, 1, 1, 95, -7));
    fixture.apply(update(3, 1, 2, 95, 5'000));
    const auto changed = fixture.races.take_changed();
    REQUIRE(changed.size() == 2);
    const auto newest = *std::max_element(
        changed.begin(), changed.end(), [](const auto& a, const auto& b) { return a->opened_order < b->opened_order; });
    CHECK(newest->race_id == RaceId{-7});
}

TEST_CASE("only races that changed are taken, and a snapshot never changes", "[ranking][races]")
{
    Fixture fixture;
    CHECK(fixture.races.take_changed().empty());
    fixture.apply(update(1, 1, 1, 95, 1));
    fixture.apply(update(2, 1, 1, 95, 2));
    fixture.apply(update(3, 1, 1, 95, 1, 2));
    const auto all = fixture.races.take_changed();
    CHECK(all.size() == 3);
    CHECK(fixture.races.take_changed().empty());
    fixture.apply(update(4, 1, 2, 99, 2));
    const auto race = fixture.only();
    CHECK(race.race_id == RaceId{2});
    CHECK(race.class_id == ClassId{1});
    for (const auto& old : all) {
        CHECK(old->entries().at(0).output == 95);
    }
}

TEST_CASE("a snapshot does not know who joins later", "[ranking][races]")
{
    constexpr std::uint64_t kRacers = RacerRows::kChunk + 6;
    Fixture fixture;
    for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
        fixture.apply(update(racer + 1, racer, 1, 95));
    }
    const auto before = fixture.only();
    for (std::uint64_t racer = kRacers; racer < 5 * kRacers; ++racer) {
        fixture.apply(update(racer + 1, racer, 2, 95));
    }
    CHECK(fixture.only().size() == 5 * kRacers);
    CHECK(before.size() == kRacers);
    CHECK(before.leading_second == 1);
    for (std::uint64_t racer = 0; racer < 5 * kRacers; ++racer) {
        CAPTURE(racer);
        CHECK(before.find(RacerId{racer}).has_value() == (racer < kRacers));
        CHECK(before.position(RacerId{racer}).has_value() == (racer < kRacers));
    }
}

TEST_CASE("the race that was silent longest makes room for a new one, and is closed", "[ranking][races]")
{
    Fixture fixture(room_for(2));
    fixture.apply(update(1, 1, 1, 95, 10));
    fixture.apply(update(2, 1, 1, 95, 20));
    fixture.apply(update(3, 1, 1, 95, 30, 2));  // another class has room of its own
    fixture.apply(update(4, 2, 2, 95, 10));     // now 20 is the silent one
    CHECK(fixture.races.take_changed().size() == 3);
    fixture.apply(update(5, 1, 1, 95, 40));
    fixture.apply(update(6, 3, 3, 95, 10));  // still open: its racers are remembered
    const auto changed = fixture.races.take_changed();
    REQUIRE(changed.size() == 3);
    CHECK(changed[0]->race_id == RaceId{20});
    CHECK(changed[0]->state == RaceState::Closed);
    CHECK(changed[1]->race_id == RaceId{10});
    CHECK(changed[1]->size() == 3);
    CHECK(changed[1]->state == RaceState::Running);
    fixture.apply(update(7, 9, 1, 95, 20));
    CHECK(fixture.races.take_changed().empty());
}

TEST_CASE("a race that makes room is published as it was at last, once, and first", "[ranking][races]")
{
    Fixture fixture(room_for(1));
    fixture.apply(update(1, 1, 1, 95, 30));
    fixture.apply(update(2, 1, 2, 96, 30));
    fixture.apply(update(3, 1, 1, 97, 20));  // 30 makes room
    fixture.apply(update(4, 2, 1, 98, 30));  // and does not come back
    fixture.apply(update(5, 2, 1, 98, 10));  // 20 makes room
    auto changed = fixture.races.take_changed();
    REQUIRE(changed.size() == 3);
    CHECK(changed[0]->race_id == RaceId{30});
    CHECK(changed[0]->size() == 1);
    CHECK(changed[0]->entries().at(0).output == 96);
    CHECK(changed[1]->race_id == RaceId{20});
    CHECK(changed[1]->entries().at(0).output == 97);
    CHECK(changed[2]->race_id == RaceId{10});
    CHECK(changed[2]->entries().at(0).output == 98);
    CHECK(fixture.races.take_changed().empty());
    for (std::uint64_t order = 6; order < 106; ++order) {  // what is closed does not push out what is open
        fixture.apply(update(order, order, 1, 95, order % 2 == 0 ? 20 : 30));
    }
    CHECK(fixture.races.take_changed().empty());
}

TEST_CASE("while a log is replayed more races are open, and fewer again when one opens behind it", "[ranking][races]")
{
    constexpr std::size_t kOpen = 2;
    constexpr auto kReplayed = static_cast<std::int64_t>(Races::kReplayRoom * kOpen);
    Fixture fixture(room_for(kOpen));
    fixture.races.set_replaying(true);
    for (std::int64_t race = 1; race <= kReplayed; ++race) {
        fixture.ride({.race = race});
    }
    for (const auto& race : fixture.races.take_changed()) {
        CHECK(race->state == RaceState::Running);
    }
    fixture.ride({.race = kReplayed + 1});
    CHECK(fixture.result().race_id == RaceId{1});
    fixture.races.set_replaying(false);
    fixture.ride({.second = 2, .race = 3});
    CHECK(fixture.races.take_results().empty());
    fixture.ride({.race = kReplayed + 2});
    CHECK(fixture.races.take_results().size() == kReplayed - 1);  // all but 3 and the latest
    fixture.races.pass_time(1'000'000);
    CHECK(fixture.races.take_results().size() == kOpen);
}

TEST_CASE("what the configuration does not let in is passed over", "[ranking][races]")
{
    const auto score = GENERATE(Score::Output, Score::Total);
    Fixture fixture(scored(score));
    fixture.apply(update(1, 1, 300, 95));
    fixture.apply(update(2, 1, 301, 96));
    fixture.apply(update(3, 2, 0, 96));
    fixture.apply(update(4, 3, 1, 96, 10, 3));
    const auto race = fixture.only();
    REQUIRE(race.size() == 1);
    CHECK(race.entries()[0].second == 300);
    CHECK(race.entries()[0].output == 95);
}

TEST_CASE("a racer's latest name is shown, and told once", "[ranking][races]")
{
    Fixture fixture;
    fixture.apply(update(1, 7, 5, 95), "Hubert");
    fixture.apply(update(2, 7, 6, 95), "Hubert");
    fixture.apply(update(3, 7, 7, 95), "Zo\xC3\xAB");
    fixture.apply(update(4, 7, 6, 95), "an older one");
    fixture.apply(update(5, 8, 1, 95), "");
    CHECK(fixture.only().find(RacerId{7})->name == "Zo\xC3\xAB");
    CHECK(fixture.names == std::vector<std::string>{"7=Hubert", "7=Zo\xC3\xAB", "8="});
}

TEST_CASE("a race takes so many racers and no more, and those who are in it ride on", "[ranking][races]")
{
    Fixture fixture;
    UpdateBatch batch;
    for (std::uint64_t racer = 1; racer <= Races::kMaxRacers + 2; ++racer) {
        batch.add(update(racer, racer, 1, 90), "");
    }
    batch.add(update(Races::kMaxRacers + 3, 7, 2, 95), "");
    fixture.races.apply(batch);
    const auto race = fixture.only();
    CHECK(race.size() == Races::kMaxRacers);
    CHECK(race.find(RacerId{Races::kMaxRacers})->rank == 2);
    CHECK_FALSE(race.find(RacerId{Races::kMaxRacers + 1}));
    CHECK(race.position(RacerId{7}) == 0);
    CHECK(race.position(RacerId{Races::kMaxRacers}) == Races::kMaxRacers - 1);
}

TEST_CASE("a racer is found in the race it rides and in no other", "[ranking][races]")
{
    Fixture fixture;
    fixture.apply(update(1, 7, 5, 95));
    const auto race = fixture.only();
    REQUIRE(race.find(RacerId{7}));
    CHECK(race.find(RacerId{7})->second == 5);
    CHECK(race.position(RacerId{7}) == 0);
    CHECK_FALSE(race.find(RacerId{8}));
    CHECK_FALSE(race.position(RacerId{8}));
}
