#include "api.hpp"
#include "class_ids.hpp"
#include "csv_text.hpp"
#include "json_members.hpp"
#include "race_views.hpp"

#include <algorithm>

namespace alleycat::serve {

namespace {

constexpr std::size_t kMaxResults = 1'000;
constexpr std::size_t kMaxResultOffset = 1'000'000'000;

/// Which rows of which race are asked for.
struct ResultsQuestion {
    Asked asked;
    RaceId race_id;
    ClassId class_id;
    std::size_t offset;
    std::size_t limit;
};

/// `live`: of a race that is remembered, whose rows say whether they are records.
std::string results_text(const RaceHead& race, std::span<const ranking::Entry> rows, ranking::Score score, bool live)
{
    std::string text = "{";
    add_number(text, "classId", std::uint64_t{raw(race.class_id)});
    add_race(text, race);
    add_text(text, "score", ranking::name(score));
    add_number(text, "total", std::uint64_t{race.racers});
    add_list(text, "results", rows, [live](std::string& out, const ranking::Entry& row) {
        add_number(out.append("{"), "rank", std::uint64_t{row.rank});
        add_number(out, "racerId", raw(row.racer_id));
        add_text(out, "name", row.name);
        add_number(out, "output", row.output);
        add_number(out, "second", std::uint64_t{row.second});
        add_flag(out, "finished", row.finished);
        if (live) {
            add_flag(out, "record", row.record);
        }
        if (row.unverified) {
            add_flag(out, "unverified", true);
        }
        out.append("}");
    });
    return text.append("}");
}

std::string results_csv(std::span<const ranking::Entry> rows)
{
    std::string text = "rank,racerId,name,output,second,finished,unverified\r\n";
    for (const auto& row : rows) {
        append_number(text, std::uint64_t{row.rank});
        append_number(text.append(","), raw(row.racer_id));
        append_csv_text(text.append(","), row.name);
        append_number(text.append(","), row.output);
        append_number(text.append(","), std::uint64_t{row.second});
        text.append(row.finished ? ",true" : ",false");
        text.append(row.unverified ? ",true\r\n" : ",false\r\n");
    }
    return text;
}

net::Response csv_file(const ResultsQuestion& question, std::span<const ranking::Entry> rows)
{
    const auto name =
        "race-" + std::to_string(raw(question.race_id)) + "-class-" + std::to_string(raw(question.class_id)) + ".csv";
    return question.asked.file("text/csv; charset=utf-8", name, results_csv(rows));
}

net::Response no_race(const Asked& asked)
{
    return asked.problem({404, "raceId", "there is no such race in this class"});
}

std::span<const ranking::Entry> page_of(const std::vector<ranking::Entry>& rows, std::size_t offset, std::size_t limit)
{
    const auto first = std::min(offset, rows.size());
    return std::span(rows).subspan(first, std::min(limit, rows.size() - first));
}

/// Calls `answer(race, rows)` for the stored race, with all its rows as boards show them.
template <class MakeAnswer>
net::Response from_stored_race(const ResultsQuestion& question, const results::ResultReader& reader,
                               ranking::Score score, ranking::Ties ties, MakeAnswer answer)
{
    const auto stored = reader.result(question.class_id, question.race_id);
    if (!stored) {
        return database_failed(question.asked, stored.error());
    }
    return *stored ? answer(race_head(**stored), ranked_rows(**stored, score, ties)) : no_race(question.asked);
}

ApiAnswer results_answer(const Api& api, const net::Request& request)
{
    Parameters parameters(request);
    const auto race_id = parameters.race_in_path(0);
    const auto class_id = parameters.class_id(class_ids(api));
    const auto offset = parameters.whole("offset", 0, kMaxResultOffset).value_or(0);
    const auto limit = parameters.whole("limit", 1, kMaxResults).value_or(kMaxResults);
    ResultsQuestion question{Asked(request), race_id, class_id, offset, limit};
    if (parameters.wrong()) {
        return question.asked.problem(*parameters.wrong());
    }
    if (const auto race = api.live.race(class_id, race_id)) {
        return question.asked.json(results_text(race_head(*race), race->entries(offset, limit), api.score, true));
    }
    return [question = std::move(question), score = api.score, ties = api.ties](const results::ResultReader& reader) {
        return from_stored_race(question, reader, score, ties, [&](const RaceHead& race, const auto& rows) {
            return question.asked.json(
                results_text(race, page_of(rows, question.offset, question.limit), score, false));
        });
    };
}

/// A whole race may be long: its text is made on the database's thread, remembered or not.
ApiAnswer results_csv_answer(const Api& api, const net::Request& request)
{
    Parameters parameters(request);
    const auto race_id = parameters.race_in_path(0);
    const auto class_id = parameters.class_id(class_ids(api));
    ResultsQuestion question{Asked(request), race_id, class_id, 0, 0};
    if (parameters.wrong()) {
        return question.asked.problem(*parameters.wrong());
    }
    return [question = std::move(question), race = api.live.race(class_id, race_id), score = api.score,
            ties = api.ties](const results::ResultReader& reader) {
        if (race != nullptr) {
            return csv_file(question, race->entries());
        }
        return from_stored_race(question, reader, score, ties,
                                [&](const RaceHead&, const auto& rows) { return csv_file(question, rows); });
    };
}

}  // namespace

void add_race_routes(ApiRouter& router)
{
    router.get("/api/v1/races/{}/results", results_answer);
    router.get("/api/v1/races/{}/results.csv", results_csv_answer);
}

}  // namespace alleycat::serve
