#include "api.hpp"
#include "class_ids.hpp"
#include "json_members.hpp"
#include "race_views.hpp"

#include <algorithm>
#include <tuple>

namespace alleycat::serve {

namespace {

using results::RacePlace;

constexpr std::size_t kMaxRides = 100;
constexpr std::size_t kUsualRides = 20;

/// A racer's part in a race.
struct Ride {
    RaceHead race;
    double output{0};  // the score
    std::uint32_t second{0};
    bool finished{false};
    bool unverified{false};
};

struct PersonalBest {
    ClassId class_id{};
    results::Ranked ranked;
};

struct RacerQuestion {
    Asked asked;
    RacerId racer;
    std::size_t limit;
    std::optional<RacePlace> behind;
    ranking::Score score;
    std::string name;
    std::vector<PersonalBest> bests;
    std::vector<Ride> live;  // in remembered races
};

/// `<start>_<race id>_<class id>`, the place behind which a page begins; as `next` says it.
std::optional<RacePlace> parse_place(std::string_view text)
{
    const auto first = std::min(text.find('_'), text.size());
    const auto last = std::min(text.rfind('_'), text.size());
    if (first == last) {
        return std::nullopt;
    }
    const auto start = parse_whole<std::int64_t>(text.substr(0, first));
    const auto race = parse_whole<std::int64_t>(text.substr(first + 1, last - first - 1));
    const auto class_id = parse_whole<std::uint64_t>(text.substr(last + 1));
    if (!start || !race || !class_id || *class_id > UINT32_MAX) {
        return std::nullopt;
    }
    return RacePlace{*start, RaceId{*race}, ClassId{static_cast<std::uint32_t>(*class_id)}};
}

std::string place_text(const RaceHead& race)
{
    return std::to_string(race.start_ms) + "_" + std::to_string(raw(race.race_id)) + "_" +
           std::to_string(raw(race.class_id));
}

bool is_same_race(const RaceHead& a, const RaceHead& b)
{
    return a.class_id == b.class_id && a.race_id == b.race_id;
}

void append_best(std::string& out, const PersonalBest& best)
{
    const auto& record = best.ranked.record;
    add_number(out.append("{"), "classId", std::uint64_t{raw(best.class_id)});
    add_number(out, "output", record.score);
    add_number(out, "raceId", raw(record.race_id));
    add_number(out, "rank", std::uint64_t{best.ranked.rank});
    add_number(out, "achievedAt", record.achieved_ms);
    out.append("}");
}

void append_ride(std::string& out, const Ride& ride)
{
    add_number(out.append("{"), "classId", std::uint64_t{raw(ride.race.class_id)});
    add_race(out, ride.race);
    add_number(out, "output", ride.output);
    add_number(out, "second", std::uint64_t{ride.second});
    add_flag(out, "finished", ride.finished);
    if (ride.unverified) {
        add_flag(out, "unverified", true);
    }
    out.append("}");
}

/// `rides`: newest first, with those behind the page, if any.
std::string racer_text(const RacerQuestion& question, const std::optional<results::RacerInfo>& info,
                       std::span<const Ride> rides)
{
    const auto shown = std::min(question.limit, rides.size());
    std::string text = "{";
    add_number(text, "racerId", raw(question.racer));
    add_text(text, "name", question.name);
    add_number(text, "firstSeen", info ? std::optional(info->first_ms) : std::nullopt);
    add_number(text, "lastSeen", info ? std::optional(info->last_ms) : std::nullopt);
    add_list(text, "personalBests", question.bests, append_best);
    add_list(text, "races", rides.first(shown), append_ride);
    if (shown != rides.size()) {
        add_text(text, "next",
                 "/api/v1/racers/" + std::to_string(raw(question.racer)) + "?limit=" + std::to_string(question.limit) +
                     "&before=" + place_text(rides[shown - 1].race));
    } else {
        add_name(text, "next").append("null");
    }
    return text.append("}");
}

std::vector<Ride> merged_rides(const RacerQuestion& question, const std::vector<results::RacerRace>& stored)
{
    std::vector<Ride> rides;
    std::copy_if(question.live.begin(), question.live.end(), std::back_inserter(rides),
                 [&](const Ride& ride) { return is_behind(ride.race, question.behind); });
    for (const auto& [race, row] : stored) {
        const auto head = race_head(race);
        if (std::none_of(question.live.begin(), question.live.end(),
                         [&](const Ride& ride) { return is_same_race(ride.race, head); })) {
            rides.push_back({head, row.score(question.score), row.second, row.finished, row.unverified});
        }
    }
    std::sort(rides.begin(), rides.end(), [](const Ride& a, const Ride& b) { return is_newer(a.race, b.race); });
    return rides;
}

net::Response racer_from(const RacerQuestion& question, const results::ResultReader& reader)
{
    const auto info = reader.racer(question.racer);
    if (!info) {
        return database_failed(question.asked, info.error());
    }
    if (!*info && question.bests.empty() && question.live.empty()) {
        return question.asked.problem({404, "racerId", "there is no such racer"});
    }
    const auto stored = reader.races_of(question.racer, question.behind, question.limit + 1 + question.live.size());
    if (!stored) {
        return database_failed(question.asked, stored.error());
    }
    return question.asked.json(racer_text(question, *info, merged_rides(question, *stored)));
}

ApiAnswer racer_answer(const Api& api, const net::Request& request)
{
    Parameters parameters(request);
    const auto racer = parameters.racer_in_path(0);
    const auto limit = parameters.whole("limit", 1, kMaxRides).value_or(kUsualRides);
    const auto before = parameters.text("before");
    const auto behind = before ? parse_place(*before) : std::nullopt;
    if (before && !behind) {
        parameters.refuse("before", "must be as the next of a page says it");
    }
    RacerQuestion question{Asked(request), racer, limit, behind, api.score, api.name_of(racer), {}, {}};
    if (parameters.wrong()) {
        return question.asked.problem(*parameters.wrong());
    }
    for (const auto class_id : class_ids(api)) {
        if (const auto ranked = api.leaderboards.find(class_id, racer)) {
            question.bests.push_back({class_id, *ranked});
        }
        for (const auto& race : api.live.races(class_id)) {
            if (const auto row = race->find(racer)) {
                question.live.push_back({race_head(*race), row->output, row->second, row->finished, row->unverified});
            }
        }
    }
    return
        [question = std::move(question)](const results::ResultReader& reader) { return racer_from(question, reader); };
}

}  // namespace

void add_racer_routes(ApiRouter& router)
{
    router.get("/api/v1/racers/{}", racer_answer);
}

}  // namespace alleycat::serve
