#include "riders.hpp"

#include <cstring>
#include <set>

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

using Key = NaiveRaces::Key;
using Boards = std::map<Key, std::shared_ptr<const RaceSnapshot>>;

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
        REQUIRE(difference(*got.at(key), written_out(*board)) == "");
    }
}

/// Races after some riding, as bytes.
std::string some_state(Score score, int records = 60)
{
    Races races(Riders::options(score));
    Riders riders(7);
    for (int n = 0; n < records; ++n) {
        const auto [record, name] = riders.next();
        apply(races, record, name);
    }
    return races.save();
}

const auto kNothing = Races(Riders::options(Score::Output)).save().size();  // bytes of a state without races

/// Some races that are restarted now and then, and their twins that never are, see the same.
class Twins {
public:
    Twins(Score score, Ties ties, unsigned seed, std::size_t open_races)
        : riders_(seed, 25, 4), options_(Riders::options(score, ties))
    {
        options_.open_races = open_races;
        options_.bests = [this](ClassId id) { return history_.bests(id); };
        twin_ = std::make_unique<Races>(options_);
        options_.on_name = [this](RacerId racer, std::string_view name) { names_[racer] = name; };
        options_.closed = [this](ClassId class_id, RaceId race_id) { return closed_.contains({class_id, race_id}); };
        races_ = std::make_unique<Races>(options_);
        for (int n = 0; n < 3'000; ++n) {
            history_.add(1 + riders_.pick(2), 1 + riders_.pick(Riders::kSeconds), riders_.pick(2'000),
                         90 + riders_.pick(6) / 4.0);
        }
    }

    void ride()
    {
        for (auto count = 1 + riders_.pick(60); count > 0; --count) {
            auto [record, name] = riders_.next();
            // Of one race each, as it is at a bike: else the other race's seconds were in the history read anew.
            const auto race = static_cast<std::uint64_t>(raw(record.race_id) + 10);
            record.racer_id = RacerId{raw(record.racer_id) + 100 * race};
            // Nor are they final at a second behind which they have ridden: the best before the race is saved of the
            // latest second only.
            auto& latest = latest_[{record.class_id, record.racer_id}];
            if (record.second <= latest) {
                record.event = telemetry::Event::Update;
            }
            latest = std::max(latest, record.second);
            apply(*twin_, record, name);
            apply(*races_, record, name);
            history_.add(raw(record.class_id), record.second, raw(record.racer_id), record.output);
        }
        if (riders_.pick(2) == 0) {
            riders_.pause(riders_.pick(3'000));
            twin_->pass_time(riders_.now_ms());
            races_->pass_time(riders_.now_ms());
        }
    }
    void compare()
    {
        const auto changed = take_boards(*twin_);
        same_boards(take_boards(*races_), changed);
        for (const auto& [key, board] : changed) {
            boards_[key] = board;
        }
        REQUIRE((races_->take_records() == twin_->take_records()));
        const auto results = twin_->take_results();
        for (const auto& result : results) {
            results_[{result->class_id, result->race_id}] = result;
            if (result->closed) {
                closed_.emplace(result->class_id, result->race_id);
            }
        }
        REQUIRE(take_known_results() == results.size());
        REQUIRE(races_->save() == twin_->save());
    }
    void maybe_restart()
    {
        if (riders_.pick(3) != 0) {
            return;
        }
        const auto state = races_->save();
        names_.clear();
        races_ = std::make_unique<Races>(options_);
        REQUIRE(races_->load(state));
        REQUIRE(races_->save() == state);
        for (const auto& [key, board] : take_boards(*races_)) {
            auto expected = written_out(*boards_.at(key));
            if (board->state == RaceState::Running) {  // whose end is no news
                expected.last_ms = board->last_ms;
            }
            REQUIRE(difference(*board, expected) == "");
            for (const auto& entry : board->entries()) {
                REQUIRE(names_.contains(entry.racer_id));
            }
        }
        static_cast<void>(take_known_results());  // of races that have finished, again
    }
    [[nodiscard]] std::size_t closed() const { return closed_.size(); }

private:
    /// How many there were; all of them are the latest of the twin's.
    std::size_t take_known_results()
    {
        const auto results = races_->take_results();
        for (const auto& result : results) {
            REQUIRE((*result == *results_.at({result->class_id, result->race_id})));
        }
        return results.size();
    }

    Riders riders_;
    GrowingHistory history_{Riders::kClasses};
    Races::Options options_;
    std::unique_ptr<Races> twin_;
    std::unique_ptr<Races> races_;
    std::map<RacerId, std::string> names_;
    std::map<std::pair<ClassId, RacerId>, std::uint32_t> latest_;  // seconds
    Boards boards_;                                                // the twin's, and its results
    std::map<Key, std::shared_ptr<const RaceResult>> results_;
    std::set<Key> closed_;
};

}  // namespace

TEST_CASE("restarted races go on as if they had never been restarted", "[ranking][state]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    for (unsigned seed = 0; seed < 4; ++seed) {
        CAPTURE(static_cast<int>(score), seed);
        Twins twins(score, seed < 2 ? Ties::Competition : Ties::Dense, seed, seed % 2 == 0 ? 16 : 3);
        for (int round = 0; round < 50; ++round) {
            CAPTURE(round);
            twins.ride();
            twins.compare();
            twins.maybe_restart();
        }
        CHECK(twins.closed() > 3);
    }
}

TEST_CASE("loaded races are all changed, once", "[ranking][state]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    const auto state = some_state(score);
    Races races(Riders::options(score));
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
    auto with_history = Riders::options(Score::Output);
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

TEST_CASE("a state goes on under another score, and other ties", "[ranking][state]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    const auto state = some_state(Score::Best, 400);
    Races races(Riders::options(score, Ties::Dense));
    REQUIRE(races.load(state));
    const auto boards = take_boards(races);
    Races same(Riders::options(score, Ties::Dense));
    Riders riders(7);
    for (int n = 0; n < 400; ++n) {
        const auto [record, name] = riders.next();
        apply(same, record, name);
    }
    const auto expected = take_boards(same);
    REQUIRE(boards.size() == expected.size());
    for (const auto& [key, board] : expected) {
        REQUIRE(boards.at(key)->size() == board->size());
        for (const auto& entry : board->entries()) {  // only who of equals got there first is no more known
            CHECK((boards.at(key)->find(entry.racer_id) == entry));
        }
    }
    apply(races, update(1'000, 3, Riders::kSeconds, 300, raw(expected.begin()->first.second)));
    CHECK(races.take_changed().at(0)->position(RacerId{3}) == 0);
}

TEST_CASE("a state of a longer race is refused, one of a shorter race goes on", "[ranking][state]")
{
    const auto state = some_state(Score::Total);
    auto shorter = Riders::options(Score::Total);
    shorter.seconds = Riders::kSeconds - 1;
    Races refusing(shorter);
    CHECK(refusing.load(state).error() == Errc::OutOfRange);
    CHECK(refusing.take_changed().empty());

    auto longer = Riders::options(Score::Total);
    longer.seconds = Riders::kSeconds + 1;
    Races races(longer);
    REQUIRE(races.load(state));
    const auto race = races.take_changed().at(0);
    const auto racer = race->entries().at(0);
    apply(races, update(1'000, raw(racer.racer_id), longer.seconds, 95, raw(race->race_id), raw(race->class_id)));
    CHECK(races.take_changed().at(0)->find(racer.racer_id)->output == racer.output + 95);
}

TEST_CASE("scores and times that no race comes to are corrupt", "[ranking][state]")
{
    Races races(Riders::options(Score::Best));
    apply(races, update(1, 1, 1, 1e308));
    apply(races, update(2, 1, 2, 1e308));
    const auto state = races.save();
    CHECK(Races(Riders::options(Score::Output)).load(state));
    CHECK(Races(Riders::options(Score::Mean)).load(state).error() == Errc::CorruptFile);
    CHECK(Races(Riders::options(Score::Total)).load(state).error() == Errc::CorruptFile);

    constexpr std::size_t kTimes = 9 + 20 + 16;  // of the race: behind the state's head, the race's id and two orders
    for (const std::size_t at : {kTimes, kTimes + 8}) {
        for (const std::int64_t time : {INT64_MIN, std::int64_t{-1}, std::int64_t{1} << 60, INT64_MAX}) {
            CAPTURE(at, time);
            auto changed = state;
            std::memcpy(changed.data() + at, &time, sizeof time);
            CHECK(Races(Riders::options(Score::Best)).load(changed).error() == Errc::CorruptFile);
        }
    }
}

TEST_CASE("races of a class no longer configured are left out", "[ranking][state]")
{
    const auto state = some_state(Score::Mean);
    auto fewer = Riders::options(Score::Mean);
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
    Races before(Riders::options(Score::Best));
    for (const auto& [order, race] : std::map<std::uint64_t, std::int64_t>{{1, 30}, {2, 10}, {3, 20}, {4, 30}}) {
        apply(before, update(order, order, 1, 95, race));
    }
    auto fewer = Riders::options(Score::Best);
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
    Races before(Riders::options(Score::Output));
    apply(before, update(1, 7, 1, 95, 20), "Hubert");
    apply(before, update(2, 7, 1, 95, 10), "Bert");
    std::vector<std::string> told;
    auto telling = Riders::options(Score::Output);
    telling.on_name = [&](RacerId, std::string_view name) { told.emplace_back(name); };
    REQUIRE(Races(telling).load(before.save()));
    CHECK(told == std::vector<std::string>{"Hubert", "Bert"});
}

TEST_CASE("a state that is cut short or goes on is corrupt, and leaves no race", "[ranking][state]")
{
    const auto state = some_state(Score::Total, 30);
    std::size_t told = 0;
    auto telling = Riders::options(Score::Total);
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
    auto state = some_state(Score::Total, 12);
    Races races(Riders::options(Score::Total));
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
                REQUIRE(Races(Riders::options(Score::Total)).load(races.save()));
            } else {
                REQUIRE(races.save().size() == kNothing);
            }
            state[at] = right;
        }
    }
}
