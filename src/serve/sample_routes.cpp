#include "api.hpp"
#include "class_ids.hpp"
#include "json_members.hpp"
#include "race_views.hpp"
#include "results_text.hpp"

#include <algorithm>
#include <cmath>

namespace alleycat::serve {

namespace {

using Snapshot = std::shared_ptr<const ranking::RaceSnapshot>;

constexpr std::size_t kSampleRecords = 1'000;
constexpr std::size_t kSampleRaces = 100;
constexpr std::size_t kEnoughBytes = 16 * 1024 * 1024;  // the race that brings the text over this is its last

double rounded_to_4_decimals(double value)
{
    return std::round(value * 1e4) / 1e4;
}

ApiAnswer sample_leaderboard(const Api& api, const net::Request& request)
{
    const Asked asked(request);
    Parameters parameters(request);
    const auto class_id = parameters.class_id(class_ids(api));
    if (parameters.wrong()) {
        return asked.problem(*parameters.wrong());
    }
    std::string text = "[";
    for (const auto& [rank, record] : api.leaderboards.page(class_id, 0, kSampleRecords).rows) {
        text.append(text.size() > 1 ? ",{" : "{");
        add_text(text, "PK", "class-" + std::to_string(raw(class_id)));
        add_text(text, "SK", "racer-" + std::to_string(raw(record.racer_id)));
        add_number(text, "GSI", rounded_to_4_decimals(record.score));
        add_number(text, "raceId", raw(record.race_id));
        add_number(text, "ts", record.achieved_ms);
        text.append("}");
    }
    return asked.json(text.append("]"));
}

/// A race with its rows, remembered or stored.
struct SampleRace {
    RaceHead head;
    Snapshot live;  // null: stored
};

void append_sample_race(std::string& out, const RaceHead& race, std::int64_t last_ms,
                        std::span<const ranking::Entry> rows)
{
    add_text(out.append(out.size() > 1 ? ",{" : "{"), "PK", "race-" + std::to_string(raw(race.race_id)));
    add_text(out, "SK", "results");
    add_number(out, "GSI", std::uint64_t{raw(race.class_id)});
    append_results(add_name(out, "results"), rows);
    add_number(out, "ts", last_ms);
    out.append("}");
}

/// Remembered races, and those that the database has beside them, newest first.
Result<std::vector<SampleRace>> sample_races(ClassId class_id, const std::vector<Snapshot>& live,
                                             const results::ResultReader& reader)
{
    std::vector<SampleRace> races;
    for (const auto& race : live) {
        races.push_back({race_head(*race), race});
    }
    const auto stored = reader.races(class_id, std::nullopt, kSampleRaces + live.size());
    if (!stored) {
        return stored.error();
    }
    for (const auto& info : *stored) {
        if (std::none_of(live.begin(), live.end(), [&](const auto& race) { return race->race_id == info.race_id; })) {
            races.push_back({race_head(info), nullptr});
        }
    }
    std::sort(races.begin(), races.end(), [](const auto& a, const auto& b) { return is_newer(a.head, b.head); });
    races.resize(std::min(races.size(), kSampleRaces));
    return races;
}

ApiAnswer sample_get_races(const Api& api, const net::Request& request)
{
    const Asked asked(request);
    Parameters parameters(request);
    const auto class_id = parameters.class_id(class_ids(api));
    if (parameters.wrong()) {
        return asked.problem(*parameters.wrong());
    }
    return [asked, class_id, live = api.live.races(class_id), score = api.score,
            ties = api.ties](const results::ResultReader& reader) {
        const auto races = sample_races(class_id, live, reader);
        if (!races) {
            return database_failed(asked, races.error());
        }
        std::string text = "[";
        for (auto race = races->begin(); race != races->end() && text.size() < kEnoughBytes; ++race) {
            if (race->live != nullptr) {
                append_sample_race(text, race->head, race->live->last_ms, race->live->entries());
                continue;
            }
            const auto stored = reader.result(class_id, race->head.race_id);
            if (!stored) {
                return database_failed(asked, stored.error());
            }
            if (*stored) {  // not erased meanwhile
                append_sample_race(text, race->head, (*stored)->end_ms, ranked_rows(**stored, score, ties));
            }
        }
        return asked.json(text.append("]"));
    };
}

}  // namespace

void add_sample_routes(ApiRouter& router)
{
    router.get("/leaderboard", sample_leaderboard);
    router.get("/getRaces", sample_get_races);
}

}  // namespace alleycat::serve
