#include "class_records.hpp"

#include <fmt/format.h>

namespace alleycat::results {

namespace {

/// Columns from `first` on: score, race, when it was achieved.
ClassRecord record_of(const Rows& rows, int first, RacerId racer)
{
    return {racer, rows.real(first), rows.id<RaceId>(first + 1), rows.integer(first + 2)};
}

}  // namespace

bool is_better(const ClassRecord& a, const ClassRecord& b)
{
    if (a.score != b.score) {
        return a.score > b.score;
    }
    return a.achieved_ms != b.achieved_ms ? a.achieved_ms < b.achieved_ms : a.race_id < b.race_id;
}

std::string stored_score(Connection& connection)
{
    Statement select(connection, "SELECT value FROM meta WHERE key = 'score'");
    auto rows = select.query();
    return rows.next() ? std::string(rows.text(0)) : std::string();
}

void collect_class_records(Connection& connection, ranking::Score score, const std::string& table)
{
    // is_better(), where SQLite goes through the results once, in their own order.
    connection.execute(fmt::format(R"(
        INSERT INTO {table} (class_id, racer_id, score, race_id, achieved_ms)
        SELECT races.class_id, racer_id, {score}, races.race_id, end_ms
        FROM races CROSS JOIN results ON results.class_id = races.class_id AND results.race_id = races.race_id
        WHERE true
        ON CONFLICT (class_id, racer_id) DO UPDATE
        SET score = excluded.score, race_id = excluded.race_id, achieved_ms = excluded.achieved_ms
        WHERE excluded.score > score
            OR (excluded.score = score AND (excluded.achieved_ms, excluded.race_id) < (achieved_ms, race_id)))",
                                   fmt::arg("table", table), fmt::arg("score", name(score))));
}

ClassRecords::ClassRecords(Connection& connection, ranking::Score score)
    : all_(connection, "SELECT class_id, racer_id, score, race_id, achieved_ms FROM class_records"),
      find_(connection, "SELECT score, race_id, achieved_ms FROM class_records WHERE class_id = ? AND racer_id = ?"),
      best_(connection, fmt::format(R"(
          SELECT {score}, races.race_id, end_ms
          FROM results INDEXED BY results_by_racer CROSS JOIN races
              ON races.class_id = results.class_id AND races.race_id = results.race_id
          WHERE results.racer_id = ? AND results.class_id = ?
          ORDER BY {score} DESC, end_ms, races.race_id LIMIT 1)",
                                    fmt::arg("score", name(score)))),
      put_(connection, R"(
          INSERT INTO class_records (class_id, racer_id, score, race_id, achieved_ms) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (class_id, racer_id) DO UPDATE
          SET score = excluded.score, race_id = excluded.race_id, achieved_ms = excluded.achieved_ms)"),
      erase_(connection, "DELETE FROM class_records WHERE class_id = ? AND racer_id = ?")
{
}

void ClassRecords::visit(const std::function<void(ClassId, const ClassRecord&)>& visit)
{
    auto rows = all_.query();
    while (rows.next()) {
        visit(rows.id<ClassId>(0), record_of(rows, 2, rows.id<RacerId>(1)));
    }
}

void ClassRecords::take(ClassId class_id, const ClassRecord& result, RecordChanges& changes)
{
    const auto before = find(class_id, result.racer_id);
    if (!before || is_better(result, *before)) {
        replace(class_id, before, result, result.racer_id, changes);
    } else if (before->race_id == result.race_id && *before != result) {
        // The record itself is less than it was, so that another result may be ahead of it now.
        replace(class_id, before, best_result(class_id, result.racer_id), result.racer_id, changes);
    }
}

void ClassRecords::choose_again(ClassId class_id, RacerId racer, RecordChanges& changes)
{
    replace(class_id, find(class_id, racer), best_result(class_id, racer), racer, changes);
}

std::optional<ClassRecord> ClassRecords::find(ClassId class_id, RacerId racer)
{
    auto rows = find_.query(class_id, racer);
    return rows.next() ? std::optional(record_of(rows, 0, racer)) : std::nullopt;
}

std::optional<ClassRecord> ClassRecords::best_result(ClassId class_id, RacerId racer)
{
    auto rows = best_.query(racer, class_id);
    return rows.next() ? std::optional(record_of(rows, 0, racer)) : std::nullopt;
}

void ClassRecords::replace(ClassId class_id, const std::optional<ClassRecord>& before,
                           const std::optional<ClassRecord>& after, RacerId racer, RecordChanges& changes)
{
    if (before == after) {
        return;
    }
    if (after) {
        put_.run(class_id, racer, after->score, after->race_id, after->achieved_ms);
    } else {
        erase_.run(class_id, racer);
    }
    changes.try_emplace({class_id, racer}, RecordChange{before, {}}).first->second.after = after;
}

}  // namespace alleycat::results
