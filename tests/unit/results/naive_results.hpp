#pragma once

#include "results_fixture.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace alleycat::results {

/// The database as anyone would write it down first: all races in memory, everything else looked up anew each time.
class NaiveResults {
public:
    using Records = std::map<std::pair<ClassId, RacerId>, ClassRecord>;

    explicit NaiveResults(ranking::Score score) : score_(score) {}

    std::vector<RecordEvent> write(const Batch& batch)
    {
        const auto before = records();
        for (const auto& told : batch.results) {
            const std::pair key(told->class_id, told->race_id);
            if (const auto stored = races_.find(key); stored != races_.end() && stored->second.closed) {
                continue;
            }
            auto kept = without_erased(*told);
            if (kept.rows.empty()) {
                races_.erase(key);
            } else {
                races_[key] = std::move(kept);
            }
        }
        return events(before, records());
    }

    void erase(RacerId racer, std::int64_t asked_ms)
    {
        asked_ms_[racer] = asked_ms;
        for (auto at = races_.begin(); at != races_.end();) {
            at->second = without_erased(at->second);
            at = at->second.rows.empty() ? races_.erase(at) : std::next(at);
        }
    }

    void set_score(ranking::Score score) { score_ = score; }

    [[nodiscard]] const std::map<std::pair<ClassId, RaceId>, RaceResult>& races() const { return races_; }

    [[nodiscard]] Records records() const
    {
        Records best;
        for (const auto& [key, race] : races_) {
            for (const auto& row : race.rows) {
                const ClassRecord result{row.racer_id, row.score(score_), race.race_id, race.end_ms};
                const auto order = [](const ClassRecord& record) {
                    return std::tuple(-record.score, record.achieved_ms, record.race_id);
                };
                const auto [at, added] = best.try_emplace({race.class_id, row.racer_id}, result);
                if (!added && order(result) < order(at->second)) {
                    at->second = result;
                }
            }
        }
        return best;
    }

    [[nodiscard]] std::vector<Ranked> board(ClassId class_id, ranking::Ties ties) const
    {
        std::vector<Ranked> rows;
        for (const auto& [key, record] : records()) {
            if (key.first == class_id) {
                rows.push_back({0, record});
            }
        }
        std::sort(rows.begin(), rows.end(), [](const Ranked& a, const Ranked& b) {
            return std::tuple(-a.record.score, a.record.achieved_ms, a.record.racer_id) <
                   std::tuple(-b.record.score, b.record.achieved_ms, b.record.racer_id);
        });
        for (auto& row : rows) {
            std::set<double> scores;
            std::uint32_t better = 0;
            for (const auto& other : rows) {
                if (other.record.score > row.record.score) {
                    ++better;
                    scores.insert(other.record.score);
                }
            }
            row.rank = 1 + (ties == ranking::Ties::Dense ? static_cast<std::uint32_t>(scores.size()) : better);
        }
        return rows;
    }

    [[nodiscard]] std::map<RacerId, RacerInfo> racers() const
    {
        std::map<RacerId, RacerInfo> racers;
        for (const auto& [key, race] : races_) {
            for (const auto& row : race.rows) {
                auto& racer =
                    racers.try_emplace(row.racer_id, RacerInfo{row.racer_id, row.name, row.first_ms, 0}).first->second;
                racer.first_ms = std::min(racer.first_ms, row.first_ms);
                if (row.last_ms > racer.last_ms) {
                    racer.name = row.name;
                    racer.last_ms = row.last_ms;
                }
            }
        }
        return racers;
    }

private:
    [[nodiscard]] RaceResult without_erased(RaceResult race) const
    {
        std::erase_if(race.rows, [this](const ResultRow& row) {
            const auto asked = asked_ms_.find(row.racer_id);
            return asked != asked_ms_.end() && row.last_ms <= asked->second;
        });
        return race;
    }

    [[nodiscard]] std::vector<RecordEvent> events(const Records& before, const Records& after) const
    {
        std::vector<RecordEvent> events;
        for (const auto& [key, record] : after) {
            const auto own = before.find(key);
            if (own != before.end() && record.score <= own->second.score) {
                continue;
            }
            const auto& rows = races_.at({key.first, record.race_id}).rows;
            const auto row = std::find_if(rows.begin(), rows.end(),
                                          [&](const ResultRow& each) { return each.racer_id == key.second; });
            RecordEvent event{RecordEvent::Kind::Personal,
                              key.first,
                              record.race_id,
                              key.second,
                              row->name,
                              row->second,
                              record.score,
                              std::nullopt};
            const auto previous = best_score(before, key.first);
            if (previous ? record.score > *previous : is_first(after, key)) {
                event.kind = RecordEvent::Kind::Class;
                event.previous = previous;
            } else if (own != before.end()) {
                event.previous = own->second.score;
            }
            events.push_back(std::move(event));
        }
        return events;
    }

    [[nodiscard]] static std::optional<double> best_score(const Records& records, ClassId class_id)
    {
        std::optional<double> best;
        for (const auto& [key, record] : records) {
            if (key.first == class_id) {
                best = std::max(best.value_or(record.score), record.score);
            }
        }
        return best;
    }

    /// Whether it is the first of its class's board.
    [[nodiscard]] bool is_first(const Records& records, std::pair<ClassId, RacerId> key) const
    {
        const auto& own = records.at(key);
        return std::none_of(records.begin(), records.end(), [&](const auto& other) {
            return other.first.first == key.first &&
                   std::tuple(-other.second.score, other.second.achieved_ms, other.first.second) <
                       std::tuple(-own.score, own.achieved_ms, key.second);
        });
    }

    ranking::Score score_;
    std::map<std::pair<ClassId, RaceId>, RaceResult> races_;
    std::map<RacerId, std::int64_t> asked_ms_;
};

}  // namespace alleycat::results
