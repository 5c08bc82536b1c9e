#include "race_views.hpp"

#include "json_members.hpp"

#include <algorithm>
#include <tuple>

namespace alleycat::serve {

using ranking::RaceState;

RaceHead race_head(const ranking::RaceSnapshot& race)
{
    const bool running = race.state == RaceState::Running;
    return {
        race.class_id, race.race_id, race.state, race.start_ms, running ? std::nullopt : std::optional(race.last_ms),
        race.size()};
}

RaceHead race_head(const results::RaceInfo& race)
{
    return {race.class_id, race.race_id, race.closed ? RaceState::Closed : RaceState::Finished,
            race.start_ms, race.end_ms,  race.racers};
}

RaceHead race_head(const ranking::RaceResult& race)
{
    return {race.class_id, race.race_id, race.closed ? RaceState::Closed : RaceState::Finished,
            race.start_ms, race.end_ms,  race.rows.size()};
}

std::string_view state_name(RaceState state)
{
    return state == RaceState::Running ? "running" : state == RaceState::Finished ? "finished" : "closed";
}

void add_race(std::string& out, const RaceHead& race)
{
    add_number(out, "raceId", raw(race.race_id));
    add_number(out, "start", race.start_ms);
    add_number(out, "end", race.end_ms);
    add_text(out, "state", state_name(race.state));
}

bool is_newer(const RaceHead& a, const RaceHead& b)
{
    return std::tuple(a.start_ms, a.race_id, a.class_id) > std::tuple(b.start_ms, b.race_id, b.class_id);
}

bool is_behind(const RaceHead& race, const std::optional<results::RacePlace>& place)
{
    return !place || std::tuple(race.start_ms, race.race_id, race.class_id) <
                         std::tuple(place->start_ms, place->race_id, place->class_id);
}

std::vector<ranking::Entry> ranked_rows(const ranking::RaceResult& race, ranking::Score score, ranking::Ties ties)
{
    std::vector<const ranking::ResultRow*> rows;
    for (const auto& row : race.rows) {
        rows.push_back(&row);
    }
    std::sort(rows.begin(), rows.end(), [score](const auto* a, const auto* b) {
        return std::tuple(b->score(score), a->order, a->racer_id) < std::tuple(a->score(score), b->order, b->racer_id);
    });
    std::vector<ranking::Entry> entries;
    for (const auto* row : rows) {
        ranking::Entry entry;
        entry.racer_id = row->racer_id;
        entry.name = row->name;
        entry.second = row->second;
        entry.output = row->score(score);
        entry.current_output = row->output;
        entry.finished = row->finished;
        entry.unverified = row->unverified;
        if (entries.empty()) {
            entry.rank = 1;
        } else if (const auto& last = entries.back(); last.output == entry.output) {
            entry.rank = last.rank;
        } else {
            entry.rank = ties == ranking::Ties::Dense ? last.rank + 1 : static_cast<std::uint32_t>(entries.size()) + 1;
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace alleycat::serve
