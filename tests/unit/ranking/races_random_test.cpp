#include "naive_races.hpp"

#include <set>

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

/// A history that changes while races are ridden.
class GrowingHistory {
public:
    explicit GrowingHistory(std::uint32_t classes)
    {
        for (std::uint32_t id = 0; id <= classes; ++id) {
            tables_.emplace_back(20);
        }
    }
    void add(std::uint32_t class_id, std::uint32_t second, std::uint64_t racer, double output)
    {
        const telemetry::Sample sample{ClassId{class_id}, second, RacerId{racer}, output};
        tables_[class_id].merge(std::span(&sample, 1));
    }
    [[nodiscard]] Bests bests(ClassId id) { return tables_[raw(id)].snapshot(); }

private:
    std::vector<history::BestTable> tables_;  // [class id]
};

/// Random riding: racers join when they join, skip seconds, repeat seconds, send late ones, change their names, and
/// tie often, since outputs are few.
class Riders {
public:
    static constexpr std::uint32_t kClasses = 2;
    static constexpr std::uint32_t kSeconds = 20;

    explicit Riders(unsigned seed) : random_(seed) {}

    /// The next record of anyone.
    std::pair<Update, std::string> next()
    {
        const auto class_id = 1 + pick(kClasses);
        const auto race = static_cast<std::int64_t>(pick(3)) - 1;
        const auto racer = pick(25);
        auto& second = seconds_[{class_id, race, racer}];
        const auto chance = pick(10);
        if (chance < 7 || second == 0) {
            second = std::min(second + 1 + pick(2), kSeconds);
        } else if (chance == 7) {
            second = 1 + pick(second);  // late; the racer then rides those seconds again
        }
        const auto output = 90 + pick(6) / 4.0 + (chance == 8 ? 1.0 / 3 : 0);
        auto made = update(++order_, racer, second, output, race, class_id);
        return {made, "Racer " + std::to_string(racer) + (pick(8) == 0 ? " the " + std::to_string(pick(3)) : "")};
    }

    std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

private:
    std::mt19937 random_;
    std::uint64_t order_{0};
    std::map<std::tuple<std::uint32_t, std::int64_t, std::uint32_t>, std::uint32_t> seconds_;
};

void ride(Score score, unsigned seed)
{
    Riders riders(seed);
    GrowingHistory history(Riders::kClasses);
    for (int n = 0; n < 300; ++n) {
        history.add(1 + riders.pick(Riders::kClasses), 1 + riders.pick(Riders::kSeconds), riders.pick(25),
                    90 + riders.pick(6) / 4.0);
    }
    std::map<RacerId, std::string> names;
    Races races({.score = score,
                 .classes = {ClassId{1}, ClassId{2}},
                 .seconds = Riders::kSeconds,
                 .bests = [&](ClassId id) { return history.bests(id); },
                 .on_name = [&](RacerId racer, std::string_view name) { names[racer] = name; }});
    NaiveRaces naive(score);
    std::set<NaiveRaces::Key> changed;
    for (int round = 0; round < 60; ++round) {
        // Two shards share the racers; what is behind in time may be read first.
        UpdateBatch shards[2];
        for (auto count = 1 + riders.pick(60); count > 0; --count) {
            const auto [record, name] = riders.next();
            shards[raw(record.racer_id) % 2].add(record, name);
        }
        for (const auto& batch : {shards[1], shards[0]}) {
            for (const auto& record : batch.updates) {
                naive.apply(record, std::string(batch.name(record)), history.bests(record.class_id));
                changed.insert({record.class_id, record.race_id});
            }
            races.apply(batch);
        }
        history.add(1, 1 + riders.pick(Riders::kSeconds), riders.pick(25), 91 + riders.pick(6) / 4.0);
        if (riders.pick(3) != 0) {
            continue;
        }
        const auto snapshots = races.take_changed();
        REQUIRE(snapshots.size() == changed.size());
        for (const auto& snapshot : snapshots) {
            const NaiveRaces::Key key{snapshot->class_id, snapshot->race_id};
            REQUIRE(changed.erase(key) == 1);
            same_snapshot(*snapshot, naive.snapshot(key));
            for (const auto& entry : snapshot->entries) {
                CHECK(names.contains(entry.racer_id));
            }
        }
        CHECK(races.take_changed().empty());
    }
}

}  // namespace

TEST_CASE("races rank as a naive computation ranks them", "[ranking][races]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    for (unsigned seed = 0; seed < 12; ++seed) {
        CAPTURE(static_cast<int>(score), seed);
        ride(score, seed);
    }
}
