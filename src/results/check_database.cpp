#include "class_records.hpp"
#include "schema.hpp"
#include "sqlite.hpp"

#include <alleycat/results/database_commands.hpp>
#include <alleycat/sqlite/check.hpp>

#include <algorithm>
#include <array>

namespace alleycat::results {

namespace {

using sqlite::Faults;
using sqlite::Rule;

constexpr std::array kRules{
    Rule{"results without their race", R"(
        SELECT format('class %d, race %d, racer %d: a result without its race', class_id, race_id, racer_id)
        FROM results LEFT JOIN races USING (class_id, race_id) WHERE races.closed IS NULL)"},
    Rule{"starts of races", R"(
        SELECT format('class %d, race %d, racer %d: the result says that the race started at %d, the race at %d',
                      class_id, race_id, racer_id, results.start_ms, races.start_ms)
        FROM results JOIN races USING (class_id, race_id) WHERE results.start_ms <> races.start_ms)"},
    Rule{"counts of racers", R"(
        SELECT format('class %d, race %d: %d racers, but %d results', class_id, race_id, racers, rows)
        FROM (SELECT class_id, race_id, racers,
                     (SELECT count(*) FROM results
                      WHERE results.class_id = races.class_id AND results.race_id = races.race_id) AS rows
              FROM races)
        WHERE racers <> rows OR racers = 0)"},
    Rule{"results without their racer", R"(
        SELECT format('racer %d: has results, but is not among the racers', racer_id)
        FROM (SELECT DISTINCT racer_id FROM results) WHERE racer_id NOT IN (SELECT racer_id FROM racers))"},
    Rule{"racers without results", R"(
        SELECT format('racer %d: is among the racers, but has no results', racer_id)
        FROM racers WHERE NOT EXISTS (SELECT 1 FROM results WHERE results.racer_id = racers.racer_id))"},
    Rule{"racers who were erased", R"(
        SELECT format('class %d, race %d, racer %d: a result from before the racer was erased', class_id, race_id,
                      racer_id)
        FROM erasures CROSS JOIN results USING (racer_id) WHERE results.last_ms <= erasures.asked_ms)"},
};

// `best`: what the class records ought to be.
constexpr std::array kRecordRules{
    Rule{"class records", R"(
        SELECT format('class %d, racer %d: the class record is %!.16g in race %d, ended at %d; '
                      || 'the results say %!.16g in race %d, ended at %d',
                      class_id, racer_id, stored.score, stored.race_id, stored.achieved_ms, best.score, best.race_id,
                      best.achieved_ms)
        FROM class_records AS stored JOIN temp.best USING (class_id, racer_id)
        WHERE (stored.score, stored.race_id, stored.achieved_ms) <> (best.score, best.race_id, best.achieved_ms))"},
    Rule{"class records that are missing", R"(
        SELECT format('class %d, racer %d: has results, but no class record', class_id, racer_id)
        FROM temp.best WHERE (class_id, racer_id) NOT IN (SELECT class_id, racer_id FROM class_records))"},
    Rule{"class records without results", R"(
        SELECT format('class %d, racer %d: has a class record, but no results', class_id, racer_id)
        FROM class_records WHERE (class_id, racer_id) NOT IN (SELECT class_id, racer_id FROM temp.best))"},
};

constexpr std::array kAllScores{ranking::Score::Output, ranking::Score::Best, ranking::Score::Mean,
                                ranking::Score::Total};

void check_class_records(Connection& connection, Faults& faults)
{
    const auto stored = stored_score(connection);
    if (note_failure(connection, "class records", faults)) {
        return;
    }
    const auto score =
        std::find_if(kAllScores.begin(), kAllScores.end(), [&](auto each) { return name(each) == stored; });
    if (score == kAllScores.end()) {
        faults.push_back("the class records are of an unknown score: '" + stored + "'");
        return;
    }
    collect_class_records(connection, *score, "temp.best");
    if (!note_failure(connection, "class records", faults)) {
        check_rules(connection, kRecordRules, faults);
    }
}

}  // namespace

std::vector<std::string> check_database(const std::filesystem::path& path)
{
    Connection connection(path, Connection::Mode::Read);
    connection.demand("PRAGMA temp_store = MEMORY");
    connection.demand(
        "CREATE TEMP TABLE best (class_id, racer_id, score, race_id, achieved_ms, "
        "PRIMARY KEY (class_id, racer_id)) WITHOUT ROWID");
    const Transaction moment(connection, Transaction::Kind::Read);
    Faults faults;
    if (sqlite::check_structure(connection, migrations(), faults)) {
        check_rules(connection, kRules, faults);
        check_class_records(connection, faults);
    }
    return faults;
}

}  // namespace alleycat::results
