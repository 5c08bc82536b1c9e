#pragma once

#include "written_board.hpp"

#include <alleycat/ranking/races.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace alleycat::ranking {

/// Races as anyone would write them down first: the answer that the real ones are held against.
class NaiveRaces {
public:
    using Key = std::pair<ClassId, RaceId>;

    explicit NaiveRaces(Races::Options options) : options_(std::move(options)) {}

    void apply(const Update& update, const std::string& name)
    {
        const Key key{update.class_id, update.race_id};
        if (closed_.contains(key)) {
            return;
        }
        if (!open_.contains(key)) {
            make_room(update.class_id);
            open_[key].before = options_.bests(update.class_id);
        }
        auto& race = open_.at(key);
        race.changed |= update.arrival_order < race.opened_order || update.arrival_ms < race.start_ms;
        race.opened_order = std::min(race.opened_order, update.arrival_order);
        race.start_ms = std::min(race.start_ms, update.arrival_ms);
        if (update.arrival_ms <= deadline_ms(race)) {
            count(key, race, update, name);
        }
    }

    void pass_time(std::int64_t now_ms)
    {
        const auto open = open_;  // closing takes them out
        for (const auto& [key, unused] : open) {
            auto& race = open_.at(key);
            const bool over = now_ms > deadline_ms(race);
            for (auto& [id, racer] : race.racers) {
                const bool silent = now_ms >= length_end_ms(race) && racer.last_ms + options_.silence.count() <= now_ms;
                if (!racer.finished && (over || silent)) {
                    racer.finished = true;
                    race.changed = race.result_changed = true;
                }
            }
            const auto grace = std::max<std::int64_t>(options_.grace.count(), 1'000);
            if (over || (state(key, race) == RaceState::Finished && now_ms > race.last_ms + grace)) {
                close(key);
            }
        }
    }

    void erase(RacerId id)
    {
        for (auto& [key, race] : open_) {
            if (race.racers.contains(id)) {
                race.changed = race.result_changed = true;
            }
            tell(race);  // so far; what the others do then is told beside it
            race.racers.erase(id);
        }
        std::erase_if(records_, [id](const auto& record) { return record.racer_id == id; });
        for (auto& [key, result] : results_) {
            std::erase_if(result.rows, [id](const auto& row) { return row.racer_id == id; });
        }
        std::erase_if(results_, [](const auto& result) { return result.second.rows.empty(); });
    }

    [[nodiscard]] std::map<Key, WrittenBoard> take_changed()
    {
        auto boards = std::exchange(boards_, {});
        for (auto& [key, race] : open_) {
            if (std::exchange(race.changed, false)) {
                boards[key] = board(key, race);
            }
        }
        return boards;
    }
    /// By class, race, racer and second.
    [[nodiscard]] std::vector<RecordEvent> take_records()
    {
        for (auto& [key, race] : open_) {
            tell(race);
        }
        sort_records(records_);
        return std::exchange(records_, {});
    }
    [[nodiscard]] std::map<Key, RaceResult> take_results()
    {
        for (auto& [key, race] : open_) {
            end(key, race, false);
        }
        return std::exchange(results_, {});
    }
    static void sort_records(std::vector<RecordEvent>& records)
    {
        std::ranges::sort(records, {}, [](const auto& record) {
            return std::tuple(record.class_id, record.race_id, record.racer_id, record.second);
        });
    }

private:
    struct Racer {
        std::string name;
        std::map<std::uint32_t, double> outputs;  // by second, also those behind the final one
        double score{0};
        std::uint64_t score_order{0};
        std::uint32_t final{UINT32_MAX};
        bool finished{false};
        std::int64_t first_ms{INT64_MAX};
        std::int64_t last_ms{0};
        std::uint32_t told{0};              // second of the last record told
        std::optional<RecordEvent> record;  // to be told
    };
    struct Race {
        Bests before;
        std::uint64_t opened_order{UINT64_MAX};
        std::uint64_t last_order{0};
        std::int64_t start_ms{INT64_MAX};
        std::int64_t last_ms{0};
        std::map<RacerId, Racer> racers;
        std::vector<RacerId> with_record;  // in the order of the first
        bool changed{false};
        bool result_changed{false};
    };

    [[nodiscard]] std::int64_t length_end_ms(const Race& race) const
    {
        return race.start_ms + 1'000 * static_cast<std::int64_t>(options_.seconds);
    }
    [[nodiscard]] std::int64_t deadline_ms(const Race& race) const
    {
        return length_end_ms(race) + options_.grace.count();
    }
    [[nodiscard]] RaceState state(const Key& key, const Race& race) const
    {
        const bool riding = std::ranges::any_of(race.racers, [](const auto& racer) { return !racer.second.finished; });
        return closed_.contains(key) ? RaceState::Closed : riding ? RaceState::Running : RaceState::Finished;
    }

    void count(const Key& key, Race& race, const Update& update, const std::string& name)
    {
        auto& racer = race.racers[update.racer_id];
        const bool joined = racer.outputs.empty();
        const auto before = joined ? Shown() : shown(race, update.racer_id);
        const auto [second, added] = racer.outputs.try_emplace(update.second, update.output);
        second->second = added ? update.output : std::max(second->second, update.output);
        if (update.event == telemetry::Event::Final) {
            racer.final = racer.final == UINT32_MAX ? update.second : std::max(racer.final, update.second);
        }
        if (update.second > racer.final) {
            return;
        }
        const auto moved = update.arrival_ms > race.last_ms;
        const bool latest = update.second == counted(racer).rbegin()->first;
        racer.name = latest ? name : racer.name;
        racer.finished = racer.final != UINT32_MAX;
        racer.first_ms = std::min(racer.first_ms, update.arrival_ms);
        racer.last_ms = std::max(racer.last_ms, update.arrival_ms);
        const auto score = row(update.racer_id, racer).score(options_.score);
        if (joined || score != racer.score) {
            racer.score = score;
            racer.score_order = update.arrival_order;
        }
        race.last_order = std::max(race.last_order, update.arrival_order);
        race.last_ms = std::max(race.last_ms, update.arrival_ms);
        race.changed |= shown(race, update.racer_id) != before || (moved && state(key, race) != RaceState::Running);
        race.result_changed = true;
        const auto best = race.before->best(update.racer_id, update.second);
        if (latest && racer.told < update.second && best && second->second > *best) {
            if (!racer.record) {
                race.with_record.push_back(update.racer_id);
            }
            racer.record = RecordEvent{RecordEvent::Kind::Second,
                                       key.first,
                                       key.second,
                                       update.racer_id,
                                       racer.name,
                                       update.second,
                                       second->second,
                                       best};
        }
    }

    /// The seconds that count.
    [[nodiscard]] static std::map<std::uint32_t, double> counted(const Racer& racer)
    {
        return {racer.outputs.begin(), racer.outputs.upper_bound(racer.final)};
    }
    /// A racer's row without the rank, and the arrival of the score.
    using Shown = std::pair<std::uint64_t, Entry>;
    [[nodiscard]] static Shown shown(const Race& race, RacerId id)
    {
        const auto& racer = race.racers.at(id);
        const auto [second, output] = *counted(racer).rbegin();
        const auto best = race.before->best(id, second);
        return {racer.score_order,
                Entry{0, id, racer.name, second, racer.score, output, !best || output > *best, racer.finished}};
    }

    [[nodiscard]] static ResultRow row(RacerId id, const Racer& racer)
    {
        const auto outputs = counted(racer);
        ResultRow made{id, racer.name,        outputs.rbegin()->first, racer.finished, outputs.rbegin()->second, 0, 0,
                       0,  racer.score_order, racer.first_ms,          racer.last_ms};
        for (const auto& [second, output] : outputs) {
            made.best = std::max(made.best, output);
            made.total += output;
        }
        made.mean = made.total / static_cast<double>(outputs.size());
        return made;
    }

    [[nodiscard]] WrittenBoard board(const Key& key, const Race& race) const
    {
        WrittenBoard made{key.first, key.second, state(key, race), race.start_ms, race.last_ms, race.opened_order,
                          0,         {}};
        std::vector<Shown> rows;
        for (const auto& [id, racer] : race.racers) {  // ascending ids, which a stable sort leaves so
            rows.push_back(shown(race, id));
            made.leading_second = std::max(made.leading_second, rows.back().second.second);
        }
        std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
            return a.second.output != b.second.output ? a.second.output > b.second.output : a.first < b.first;
        });
        for (const auto& [order, entry] : rows) {
            made.entries.push_back(entry);
        }
        rank_entries(made.entries, options_.ties);
        return made;
    }

    void make_room(ClassId class_id)
    {
        std::vector<std::pair<std::uint64_t, Key>> silent;
        for (const auto& [key, race] : open_) {
            if (key.first == class_id) {
                silent.emplace_back(race.last_order, key);
            }
        }
        if (silent.size() >= options_.open_races) {
            close(std::min_element(silent.begin(), silent.end())->second);
        }
    }
    void close(const Key& key)
    {
        closed_.insert(key);
        auto& race = open_.at(key);
        tell(race);
        boards_[key] = board(key, race);
        race.result_changed = true;
        end(key, race, true);
        open_.erase(key);
    }
    void tell(Race& race)
    {
        std::size_t told = 0;
        for (const auto id : std::exchange(race.with_record, {})) {
            auto& racer = race.racers.at(id);
            auto record = *std::exchange(racer.record, std::nullopt);
            if (told++ < Races::kMaxRecords) {
                racer.told = record.second;
                record.name = racer.name;
                records_.push_back(record);
            }
        }
    }
    void end(const Key& key, Race& race, bool closed)
    {
        if (race.result_changed && state(key, race) != RaceState::Running && !race.racers.empty()) {
            race.result_changed = false;
            auto& result = results_[key] = {key.first, key.second, race.start_ms, race.last_ms, closed, {}};
            for (const auto& [id, racer] : race.racers) {
                result.rows.push_back(row(id, racer));
            }
        }
    }

    const Races::Options options_;
    std::map<Key, Race> open_;
    std::set<Key> closed_;
    std::map<Key, WrittenBoard> boards_;  // of closed races, not yet taken
    std::map<Key, RaceResult> results_;   // likewise
    std::vector<RecordEvent> records_;
};

}  // namespace alleycat::ranking
