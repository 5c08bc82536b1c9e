#pragma once

#include <alleycat/history/best_table.hpp>
#include <alleycat/ranking/races.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace alleycat::ranking {

using Bests = std::shared_ptr<const history::ClassBests>;

/// Races as anyone would write them down first: the answer that the real ones are held against.
class NaiveRaces {
public:
    using Key = std::pair<ClassId, RaceId>;

    explicit NaiveRaces(Score score) : score_(score) {}

    /// `before`: the class's history now; it counts where this update opens the race.
    void apply(const Update& update, const std::string& name, const Bests& before)
    {
        const auto [at, opened] = races_.try_emplace({update.class_id, update.race_id});
        auto& race = at->second;
        if (opened) {
            race.before = before;
            race.opened_order = update.arrival_order;
        }
        race.opened_order = std::min(race.opened_order, update.arrival_order);
        auto& racer = race.racers[update.racer_id];
        const bool joined = racer.outputs.empty();
        if (joined || update.second >= racer.outputs.rbegin()->first) {
            racer.name = name;
        }
        const auto [second, added] = racer.outputs.try_emplace(update.second, update.output);
        second->second = added ? update.output : std::max(second->second, update.output);
        const auto score = score_of(racer);
        if (joined || score != racer.score) {
            racer.score = score;
            racer.score_order = update.arrival_order;
        }
    }

    [[nodiscard]] RaceSnapshot snapshot(const Key& key) const
    {
        const auto& race = races_.at(key);
        RaceSnapshot made{key.first, key.second, race.opened_order, 0, {}};
        std::vector<std::pair<std::uint64_t, Entry>> rows;  // arrival of the score, and the row
        for (const auto& [id, racer] : race.racers) {       // ascending ids, which a stable sort leaves so
            const auto [second, output] = *racer.outputs.rbegin();
            const auto best = race.before->best(id, second);
            rows.push_back(
                {racer.score_order, Entry{0, id, racer.name, second, racer.score, output, !best || output > *best}});
            made.leading_second = std::max(made.leading_second, second);
        }
        std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
            return a.second.output != b.second.output ? a.second.output > b.second.output : a.first < b.first;
        });
        for (auto& [order, entry] : rows) {
            entry.rank = 1 + static_cast<std::uint32_t>(std::count_if(
                                 rows.begin(), rows.end(),
                                 [&row = entry](const auto& other) { return other.second.output > row.output; }));
            made.entries.push_back(entry);
        }
        return made;
    }

private:
    struct Racer {
        std::string name;
        std::map<std::uint32_t, double> outputs;  // by second
        double score{0};
        std::uint64_t score_order{0};
    };
    struct Race {
        Bests before;
        std::uint64_t opened_order{0};
        std::map<RacerId, Racer> racers;
    };

    [[nodiscard]] double score_of(const Racer& racer) const
    {
        double total = 0;
        double best = 0;
        for (const auto& [second, output] : racer.outputs) {
            total += output;
            best = std::max(best, output);
        }
        switch (score_) {
            case Score::Output:
                return racer.outputs.rbegin()->second;
            case Score::Best:
                return best;
            case Score::Mean:
                return total / static_cast<double>(racer.outputs.size());
            case Score::Total:
                return total;
        }
        return 0;
    }

    const Score score_;
    std::map<Key, Race> races_;
};

inline Update update(std::uint64_t order, std::uint64_t racer, std::uint32_t second, double output,
                     std::int64_t race = 5400802, std::uint32_t class_id = 1)
{
    Update made;
    made.arrival_order = order;
    made.race_id = RaceId{race};
    made.racer_id = RacerId{racer};
    made.output = output;
    made.class_id = ClassId{class_id};
    made.second = second;
    return made;
}

inline void same_snapshot(const RaceSnapshot& got, const RaceSnapshot& expected)
{
    CHECK(got.class_id == expected.class_id);
    CHECK(got.race_id == expected.race_id);
    CHECK(got.opened_order == expected.opened_order);
    CHECK(got.leading_second == expected.leading_second);
    REQUIRE(got.entries.size() == expected.entries.size());
    for (std::size_t at = 0; at < got.entries.size(); ++at) {
        const auto& entry = got.entries[at];
        const auto& wanted = expected.entries[at];
        if (!(entry == wanted)) {
            CAPTURE(at, raw(entry.racer_id), raw(wanted.racer_id), entry.output, wanted.output, entry.rank, wanted.rank,
                    entry.second, wanted.second, entry.current_output, wanted.current_output, entry.record,
                    wanted.record, entry.name, wanted.name);
            REQUIRE(entry == wanted);
        }
    }
}

}  // namespace alleycat::ranking
