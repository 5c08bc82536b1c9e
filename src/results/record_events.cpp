#include "record_events.hpp"

#include <algorithm>

namespace alleycat::results {

namespace {

using ranking::RaceResult;
using ranking::ResultRow;

bool rose(const RecordChange& change)
{
    return change.after && (!change.before || change.after->score > change.before->score);
}

/// The row that brought the record; the last telling of a race counts. A record rises only by a row of the batch.
const ResultRow* row_of(const ClassRecord& record, ClassId class_id, const std::vector<const RaceResult*>& told)
{
    const auto race = std::find_if(told.rbegin(), told.rend(), [&](const RaceResult* each) {
        return each->class_id == class_id && each->race_id == record.race_id;
    });
    if (race == told.rend()) {
        return nullptr;
    }
    const auto& rows = (*race)->rows;
    const auto row = std::lower_bound(rows.begin(), rows.end(), record.racer_id,
                                      [](const ResultRow& a, RacerId racer) { return a.racer_id < racer; });
    return row != rows.end() && row->racer_id == record.racer_id ? &*row : nullptr;
}

/// What the class is raced for in one batch.
class ClassBest {
public:
    ClassBest(ClassId class_id, const RecordChanges& changes, const Leaderboards& before)
    {
        if (const auto page = before.page(class_id, 0, 1); !page.rows.empty()) {
            previous_ = page.rows.front().record.score;
            return;
        }
        for (const auto& [key, change] : changes) {
            if (key.first == class_id && change.after && (!first_ || comes_first(*change.after, *first_))) {
                first_ = change.after;
            }
        }
    }

    [[nodiscard]] const std::optional<double>& previous() const { return previous_; }
    /// Beats all that was there; where nothing was, the best of the batch does.
    [[nodiscard]] bool beaten_by(const ClassRecord& record) const
    {
        return previous_ ? record.score > *previous_ : record == *first_;
    }

private:
    /// Equal ones come by racer id, as the changes do.
    [[nodiscard]] static bool comes_first(const ClassRecord& a, const ClassRecord& b)
    {
        return a.score != b.score ? a.score > b.score : a.achieved_ms < b.achieved_ms;
    }

    std::optional<double> previous_;
    std::optional<ClassRecord> first_;
};

}  // namespace

std::vector<RecordEvent> record_events(const RecordChanges& changes, const std::vector<const RaceResult*>& told,
                                       const Leaderboards& before)
{
    std::vector<RecordEvent> events;
    std::map<ClassId, ClassBest> bests;
    for (const auto& [key, change] : changes) {
        const auto class_id = key.first;
        const auto* row = rose(change) ? row_of(*change.after, class_id, told) : nullptr;
        if (row == nullptr) {
            continue;
        }
        const auto& best = bests.try_emplace(class_id, class_id, changes, before).first->second;
        RecordEvent event{
            RecordEvent::Kind::Personal, class_id,    change.after->race_id, key.second, row->name, row->second,
            change.after->score,         std::nullopt};
        if (best.beaten_by(*change.after)) {
            event.kind = RecordEvent::Kind::Class;
            event.previous = best.previous();
        } else if (change.before) {
            event.previous = change.before->score;
        }
        events.push_back(std::move(event));
    }
    return events;
}

}  // namespace alleycat::results
