#include "api.hpp"
#include "class_ids.hpp"
#include "json_members.hpp"
#include "race_views.hpp"

#include <algorithm>

namespace alleycat::serve {

namespace {

using results::RacePlace;

constexpr std::size_t kMaxRows = 1'000;
constexpr std::size_t kUsualRows = 100;
constexpr std::size_t kUsualNeighbours = 11;
constexpr std::size_t kMaxRaces = 100;
constexpr std::size_t kUsualRaces = 20;
constexpr std::size_t kMaxOffset = 1'000'000'000;

ApiAnswer classes_answer(const Api& api, const net::Request& request)
{
    std::string text = "[";
    for (const auto& info : api.classes()) {
        const auto races = api.live.races(info.id);
        const auto active = std::find_if(races.begin(), races.end(),
                                         [](const auto& race) { return race->state != ranking::RaceState::Closed; });
        text.append(text.size() > 1 ? ",{" : "{");
        add_number(text, "id", std::uint64_t{raw(info.id)});
        add_text(text, "name", info.name);
        add_number(text, "raceLength", std::uint64_t{info.race_length});
        const bool any = active != races.end();
        add_number(text, "activeRace", any ? std::optional(raw((*active)->race_id)) : std::nullopt);
        add_number(text, "racersNow", std::uint64_t{any ? (*active)->size() : 0});
        add_text(text, "score", ranking::name(api.score));
        text.append("}");
    }
    return Asked(request).json(text.append("]"));
}

/// At most `limit` rows with the racer's in the middle; one more before than behind where they are even.
std::optional<results::Leaderboards::Page> neighbours(const results::Leaderboards& boards, ClassId class_id,
                                                      RacerId racer, std::size_t limit)
{
    auto page = boards.around(class_id, racer, limit / 2);
    if (page && limit % 2 == 0) {
        const auto& rows = page->rows;
        const auto own =
            std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.record.racer_id == racer; });
        if (static_cast<std::size_t>(rows.end() - own) > limit / 2) {
            page->rows.pop_back();
        }
    }
    return page;
}

ApiAnswer leaderboard_answer(const Api& api, const net::Request& request)
{
    const Asked asked(request);
    Parameters parameters(request);
    const auto class_id = parameters.class_in_path(0, class_ids(api));
    const auto limit = parameters.whole("limit", 1, kMaxRows);
    const auto offset = parameters.whole("offset", 0, kMaxOffset);
    const auto around = parameters.racer("around");
    if (around && offset) {
        parameters.refuse("offset", "must not stand beside around");
    }
    if (parameters.wrong()) {
        return asked.problem(*parameters.wrong());
    }
    const auto page = around ? neighbours(api.leaderboards, class_id, *around, limit.value_or(kUsualNeighbours))
                             : api.leaderboards.page(class_id, offset.value_or(0), limit.value_or(kUsualRows));
    if (!page) {
        return asked.problem({404, "around", "this racer has no record in the class"});
    }
    std::string text = "{";
    add_number(text, "classId", std::uint64_t{raw(class_id)});
    add_text(text, "score", ranking::name(api.score));
    add_number(text, "total", std::uint64_t{page->total});
    add_list(text, "entries", page->rows, [&](std::string& out, const results::Ranked& row) {
        add_number(out.append("{"), "rank", std::uint64_t{row.rank});
        add_number(out, "racerId", raw(row.record.racer_id));
        add_text(out, "name", api.name_of(row.record.racer_id));
        add_number(out, "output", row.record.score);
        add_number(out, "raceId", raw(row.record.race_id));
        add_number(out, "achievedAt", row.record.achieved_ms);
        out.append("}");
    });
    return asked.json(text.append("}"));
}

/// What a client asked of a class's races, and those that are remembered.
struct RacesQuestion {
    Asked asked;
    ClassId class_id;
    std::size_t limit;
    std::optional<RaceId> before;
    std::vector<RaceHead> live;
};

/// Where the race stands that the client has seen last; an empty optional inside: it is not known.
Result<std::optional<RacePlace>> place_of(const RacesQuestion& question, const results::ResultReader& reader)
{
    for (const auto& race : question.live) {
        if (race.race_id == *question.before) {
            return std::optional(RacePlace{race.start_ms, race.race_id});
        }
    }
    const auto stored = reader.race(question.class_id, *question.before);
    if (!stored) {
        return stored.error();
    }
    return *stored ? std::optional(RacePlace{(*stored)->start_ms, (*stored)->race_id}) : std::nullopt;
}

std::string races_text(const RacesQuestion& question, std::vector<RaceHead> races)
{
    const bool more = races.size() > question.limit;
    races.resize(std::min(races.size(), question.limit));
    std::string text = "{";
    add_number(text, "classId", std::uint64_t{raw(question.class_id)});
    add_list(text, "races", races, [](std::string& out, const RaceHead& race) {
        add_race(out.append("{"), race);
        add_number(out, "racers", std::uint64_t{race.racers});
        out.append("}");
    });
    if (more) {
        add_text(text, "next",
                 "/api/v1/classes/" + std::to_string(raw(question.class_id)) + "/races?limit=" +
                     std::to_string(question.limit) + "&before=" + std::to_string(raw(races.back().race_id)));
    } else {
        add_name(text, "next").append("null");
    }
    return text.append("}");
}

/// The remembered races stand for what the database says of them, since that is written a moment later.
net::Response races_from(const RacesQuestion& question, const results::ResultReader& reader)
{
    std::optional<RacePlace> behind;
    if (question.before) {
        const auto place = place_of(question, reader);
        if (!place) {
            return database_failed(question.asked, place.error());
        }
        if (!*place) {
            return question.asked.problem({400, "before", "must be a race of this class"});
        }
        behind = *place;
    }
    const auto stored = reader.races(question.class_id, behind, question.limit + 1 + question.live.size());
    if (!stored) {
        return database_failed(question.asked, stored.error());
    }
    std::vector<RaceHead> races;
    std::copy_if(question.live.begin(), question.live.end(), std::back_inserter(races),
                 [&](const RaceHead& race) { return is_behind(race, behind); });
    for (const auto& info : *stored) {
        if (std::none_of(question.live.begin(), question.live.end(),
                         [&](const RaceHead& race) { return race.race_id == info.race_id; })) {
            races.push_back(race_head(info));
        }
    }
    std::sort(races.begin(), races.end(), is_newer);
    return question.asked.json(races_text(question, std::move(races)));
}

ApiAnswer races_answer(const Api& api, const net::Request& request)
{
    Parameters parameters(request);
    const auto class_id = parameters.class_in_path(0, class_ids(api));
    const auto limit = parameters.whole("limit", 1, kMaxRaces).value_or(kUsualRaces);
    RacesQuestion question{Asked(request), class_id, limit, parameters.race("before"), {}};
    if (parameters.wrong()) {
        return question.asked.problem(*parameters.wrong());
    }
    for (const auto& race : api.live.races(class_id)) {
        question.live.push_back(race_head(*race));
    }
    return
        [question = std::move(question)](const results::ResultReader& reader) { return races_from(question, reader); };
}

}  // namespace

void add_class_routes(ApiRouter& router)
{
    router.get("/api/v1/classes", classes_answer);
    router.get("/api/v1/classes/{}/leaderboard", leaderboard_answer);
    router.get("/api/v1/classes/{}/races", races_answer);
}

}  // namespace alleycat::serve
