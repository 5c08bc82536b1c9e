#include "riders.hpp"

#include <set>

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

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
