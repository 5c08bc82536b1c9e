#include "riders.hpp"

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

using Key = NaiveRaces::Key;
using Boards = std::map<Key, std::shared_ptr<const RaceSnapshot>>;

Races::Options options(Score score)
{
    return {.score = score,
            .classes = {ClassId{1}, ClassId{2}},
            .seconds = Riders::kSeconds,
            .bests = [](ClassId) { return std::make_shared<const history::ClassBests>(); },
            .on_name = [](RacerId, std::string_view) {}};
}

void apply(Races& races, const Update& one, std::string_view name = "Hubert")
{
    UpdateBatch batch;
    batch.add(one, name);
    races.apply(batch);
}

Boards take_boards(Races& races)
{
    Boards boards;
    for (const auto& snapshot : races.take_changed()) {
        boards[{snapshot->class_id, snapshot->race_id}] = snapshot;
    }
    return boards;
}

void same_boards(const Boards& got, const Boards& expected)
{
    REQUIRE(got.size() == expected.size());
    for (const auto& [key, board] : expected) {
        REQUIRE(got.contains(key));
        same_snapshot(*got.at(key), *board);
    }
}

/// Races after some riding, as bytes.
std::string some_state(Score score, int records = 60)
{
    Races races(options(score));
    Riders riders(7);
    for (int n = 0; n < records; ++n) {
        const auto [record, name] = riders.next();
        apply(races, record, name);
    }
    return races.save();
}

const auto kNothing = Races(options(Score::Output)).save().size();  // bytes of a state without races

/// Some races that are restarted now and then, and their twins that never are, see the same.
void ride(Score score, unsigned seed, std::size_t open_races)
{
    CAPTURE(static_cast<int>(score), seed, open_races);
    Riders riders(seed);
    GrowingHistory history(Riders::kClasses);
    std::map<RacerId, std::string> names;
    auto with_history = options(score);
    with_history.open_races = open_races;
    with_history.bests = [&](ClassId id) { return history.bests(id); };
    Races twin(with_history);
    with_history.on_name = [&](RacerId racer, std::string_view name) { names[racer] = name; };
    auto races = std::make_unique<Races>(with_history);
    Boards boards;  // the twin's
    for (int round = 0; round < 80; ++round) {
        for (auto count = 1 + riders.pick(40); count > 0; --count) {
            auto [record, name] = riders.next();
            // Of one race each, as it is at a bike: else the other race's seconds were in the history read anew.
            record.racer_id = RacerId{raw(record.racer_id) + 100 * static_cast<std::uint64_t>(raw(record.race_id) + 1)};
            apply(twin, record, name);
            apply(*races, record, name);
            history.add(raw(record.class_id), record.second, raw(record.racer_id), record.output);
        }
        const auto changed = take_boards(twin);
        same_boards(take_boards(*races), changed);
        REQUIRE(races->save() == twin.save());
        for (const auto& [key, board] : changed) {
            boards[key] = board;
        }
        if (riders.pick(3) == 0) {
            const auto state = races->save();
            names.clear();
            races = std::make_unique<Races>(with_history);
            REQUIRE(races->load(state));
            REQUIRE(races->save() == state);
            for (const auto& [key, board] : take_boards(*races)) {
                same_snapshot(*board, *boards.at(key));
                for (const auto& entry : board->entries) {
                    CHECK(names.contains(entry.racer_id));
                }
            }
        }
    }
}

}  // namespace

TEST_CASE("restarted races go on as if they had never been restarted", "[ranking][state]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    for (unsigned seed = 0; seed < 8; ++seed) {
        ride(score, seed, seed % 2 == 0 ? 16 : 2);
    }
}

TEST_CASE("loaded races are all changed, once", "[ranking][state]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    const auto state = some_state(score);
    Races races(options(score));
    apply(races, update(1, 1, 1, 95, 77));  // of before: not in the state
    REQUIRE(races.load(state));
    const auto boards = take_boards(races);
    CHECK(boards.size() == 6);
    CHECK_FALSE(boards.contains({ClassId{1}, RaceId{77}}));
    CHECK(races.take_changed().empty());
}

TEST_CASE("what beat the history before a restart is a record until a later second", "[ranking][state]")
{
    history::BestTable history(Riders::kSeconds);
    const auto remember = [&history](std::uint64_t racer, std::uint32_t second, double output) {
        const telemetry::Sample sample{ClassId{1}, second, RacerId{racer}, output};
        history.merge(std::span(&sample, 1));
    };
    auto with_history = options(Score::Output);
    with_history.bests = [&](ClassId) { return history.snapshot(); };
    remember(1, 5, 100);
    remember(2, 5, 100);
    Races before(with_history);
    apply(before, update(1, 1, 5, 105));
    apply(before, update(2, 2, 5, 95));
    apply(before, update(3, 3, 5, 50));
    remember(1, 5, 105);  // the race's own seconds reach the history
    remember(3, 5, 50);
    Races races(with_history);
    REQUIRE(races.load(before.save()));
    const auto records = [&races] {
        const auto race = races.take_changed().at(0);
        return std::vector{race->find(RacerId{1})->record, race->find(RacerId{2})->record,
                           race->find(RacerId{3})->record};
    };
    CHECK(records() == std::vector{true, false, true});
    apply(races, update(4, 2, 5, 100));
    CHECK(records() == std::vector{true, false, true});  // still not better
    apply(races, update(5, 2, 5, 101));
    CHECK(records() == std::vector{true, true, true});
    remember(1, 6, 200);  // too late for this race, which read the history when it was loaded
    apply(races, update(6, 1, 6, 90));
    CHECK(records() == std::vector{true, true, true});
}

TEST_CASE("a state of another score or a longer race is refused", "[ranking][state]")
{
    const auto state = some_state(Score::Total);
    for (const auto score : {Score::Output, Score::Best, Score::Mean}) {
        Races races(options(score));
        CHECK(races.load(state).error() == Errc::OutOfRange);
        CHECK(races.take_changed().empty());
    }
    auto shorter = options(Score::Total);
    shorter.seconds = Riders::kSeconds - 1;
    CHECK(Races(shorter).load(state).error() == Errc::OutOfRange);

    auto longer = options(Score::Total);
    longer.seconds = Riders::kSeconds + 1;
    Races races(longer);
    REQUIRE(races.load(state));
    const auto race = races.take_changed().at(0);
    const auto& racer = race->entries.at(0);
    apply(races, update(1'000, raw(racer.racer_id), longer.seconds, 95, raw(race->race_id), raw(race->class_id)));
    CHECK(races.take_changed().at(0)->find(racer.racer_id)->output == racer.output + 95);
}

TEST_CASE("races of a class no longer configured are left out", "[ranking][state]")
{
    const auto state = some_state(Score::Mean);
    auto fewer = options(Score::Mean);
    fewer.classes = {ClassId{2}, ClassId{3}};
    Races races(fewer);
    REQUIRE(races.load(state));
    const auto boards = take_boards(races);
    CHECK(boards.size() == 3);
    for (const auto& [key, board] : boards) {
        CHECK(key.first == ClassId{2});
    }
}

TEST_CASE("where fewer races may be open now, those that were silent longest make room", "[ranking][state]")
{
    Races before(options(Score::Best));
    for (const auto& [order, race] : std::map<std::uint64_t, std::int64_t>{{1, 30}, {2, 10}, {3, 20}, {4, 30}}) {
        apply(before, update(order, order, 1, 95, race));
    }
    auto fewer = options(Score::Best);
    fewer.open_races = 2;
    Races races(fewer);
    REQUIRE(races.load(before.save()));
    CHECK(races.take_changed().size() == 3);  // one of them for the last time
    Races rest(fewer);
    REQUIRE(rest.load(races.save()));
    const auto boards = take_boards(rest);
    CHECK(boards.size() == 2);
    CHECK_FALSE(boards.contains({ClassId{1}, RaceId{10}}));
}

TEST_CASE("of a racer's names in several races, the latest race's is told last", "[ranking][state]")
{
    Races before(options(Score::Output));
    apply(before, update(1, 7, 1, 95, 20), "Hubert");
    apply(before, update(2, 7, 1, 95, 10), "Bert");
    std::vector<std::string> told;
    auto telling = options(Score::Output);
    telling.on_name = [&](RacerId, std::string_view name) { told.emplace_back(name); };
    REQUIRE(Races(telling).load(before.save()));
    CHECK(told == std::vector<std::string>{"Hubert", "Bert"});
}

TEST_CASE("a state that is cut short or goes on is corrupt, and leaves no race", "[ranking][state]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    const auto state = some_state(score);
    std::size_t told = 0;
    auto telling = options(score);
    telling.on_name = [&told](RacerId, std::string_view) { ++told; };
    Races races(telling);
    for (std::size_t cut = 0; cut < state.size(); ++cut) {
        CAPTURE(cut);
        REQUIRE(races.load(state).has_value());
        told = 0;
        REQUIRE(races.load(std::string(state, 0, cut)).error() == Errc::CorruptFile);
        REQUIRE(races.save().size() == kNothing);
        REQUIRE(races.take_changed().empty());
        REQUIRE(told == 0);
    }
    CHECK(races.load(state + '\0').error() == Errc::CorruptFile);
    CHECK(races.save().size() == kNothing);
}

TEST_CASE("a changed byte gives an error or races to go on with", "[ranking][state]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    auto state = some_state(score, 20);
    Races races(options(score));
    for (std::size_t at = 0; at < state.size(); ++at) {
        for (const int change : {0x01, 0x10, 0x80, 0xFF}) {
            CAPTURE(at, change);
            const auto right = state[at];
            state[at] = static_cast<char>(right ^ change);
            if (races.load(state)) {
                for (const auto& [key, board] : take_boards(races)) {
                    for (const std::uint32_t second : {1U, Riders::kSeconds}) {
                        apply(races, update(1'000, 3, second, 95, raw(key.second), raw(key.first)));
                    }
                }
                REQUIRE(Races(options(score)).load(races.save()));
            } else {
                REQUIRE(races.save().size() == kNothing);
            }
            state[at] = right;
        }
    }
}
