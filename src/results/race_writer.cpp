#include "race_writer.hpp"

#include "reader_sql.hpp"
#include "result_columns.hpp"

#include <algorithm>
#include <cmath>

namespace alleycat::results {

RaceWriter::RaceWriter(Connection& connection, ranking::Score score, ClassRecords& records, const Erasures& erasures)
    : score_(score),
      records_(records),
      erasures_(erasures),
      closed_(connection, "SELECT closed FROM races WHERE class_id = ? AND race_id = ?"),
      put_race_(connection, R"(
          INSERT INTO races (class_id, race_id, start_ms, end_ms, closed, racers) VALUES (?, ?, ?, ?, ?, 0)
          ON CONFLICT (class_id, race_id) DO UPDATE
          SET start_ms = excluded.start_ms, end_ms = excluded.end_ms, closed = excluded.closed)"),
      count_racers_(connection, R"(
          UPDATE races
          SET racers = (SELECT count(*) FROM results
                        WHERE results.class_id = races.class_id AND results.race_id = races.race_id)
          WHERE class_id = ? AND race_id = ?)"),
      delete_empty_(connection, "DELETE FROM races WHERE class_id = ? AND race_id = ? AND racers = 0"),
      // A race that is told again has mostly the same rows: they are left alone.
      put_result_(connection, R"(
          INSERT INTO results (class_id, race_id, racer_id, start_ms, name, second, finished, output, best, mean, total,
                               arrival, first_ms, last_ms, unverified)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (class_id, race_id, racer_id) DO UPDATE
          SET start_ms = excluded.start_ms, name = excluded.name, second = excluded.second,
              finished = excluded.finished, output = excluded.output, best = excluded.best, mean = excluded.mean,
              total = excluded.total, arrival = excluded.arrival, first_ms = excluded.first_ms,
              last_ms = excluded.last_ms, unverified = excluded.unverified
          WHERE (start_ms, name, second, finished, output, best, mean, total, arrival, first_ms, last_ms,
                 unverified) IS NOT
              (excluded.start_ms, excluded.name, excluded.second, excluded.finished, excluded.output, excluded.best,
               excluded.mean, excluded.total, excluded.arrival, excluded.first_ms, excluded.last_ms,
               excluded.unverified))"),
      put_racer_(connection, R"(
          INSERT INTO racers (racer_id, name, first_ms, last_ms) VALUES (?, ?, ?, ?)
          ON CONFLICT (racer_id) DO UPDATE
          SET name = iif(excluded.last_ms > last_ms, excluded.name, name),
              first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)
          WHERE excluded.last_ms > last_ms OR excluded.first_ms < first_ms)"),
      find_race_(connection, kSelectRace),
      find_result_(connection, R"(
          SELECT racer_id, name, second, finished, output, best, mean, total, arrival, first_ms, last_ms, unverified
          FROM results WHERE class_id = ? AND race_id = ? AND racer_id = ?)"),
      find_released_(connection, R"(
          SELECT output FROM released WHERE class_id = ? AND race_id = ? AND racer_id = ? AND second = ?)"),
      put_released_(connection, R"(
          INSERT INTO released (class_id, race_id, racer_id, second, output) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (class_id, race_id, racer_id, second) DO UPDATE SET output = max(output, excluded.output))")
{
}

bool RaceWriter::write(const ranking::RaceResult& race, RecordChanges& changes)
{
    if (is_closed(race)) {
        return false;
    }
    put_race_.run(race.class_id, race.race_id, race.start_ms, race.end_ms, race.closed);
    for (const auto& row : race.rows) {
        if (!erasures_.covers(row)) {
            write_row(race, row, changes);
            write_released(race, row.racer_id);
        }
    }
    count_racers_.run(race.class_id, race.race_id);
    delete_empty_.run(race.class_id, race.race_id);
    return true;
}

bool RaceWriter::is_closed(const ranking::RaceResult& race)
{
    auto rows = closed_.query(race.class_id, race.race_id);
    return rows.next() && rows.integer(0) != 0;
}

void RaceWriter::write_row(const ranking::RaceResult& race, const ranking::ResultRow& row, RecordChanges& changes)
{
    put_result_.run(race.class_id, race.race_id, row.racer_id, race.start_ms, row.name, row.second, row.finished,
                    row.output, row.best, row.mean, row.total, row.order, row.first_ms, row.last_ms, row.unverified);
    put_racer_.run(row.racer_id, row.name, row.first_ms, row.last_ms);
    records_.take(race.class_id, {row.racer_id, row.score(score_), race.race_id, race.end_ms}, changes);
}

void RaceWriter::write_released(const ranking::RaceResult& race, RacerId racer)
{
    for (const auto& each : std::ranges::equal_range(race.released, racer, {}, &ranking::ReleasedSecond::racer_id)) {
        put_released_.run(race.class_id, race.race_id, racer, each.second, each.output);
    }
}

bool RaceWriter::amend(const ranking::Amendment& amendment, RecordChanges& changes)
{
    if (erasures_.covers(amendment.racer_id, amendment.arrival_ms)) {
        return false;
    }
    const auto known = known_release(amendment);
    if (known && amendment.output <= *known) {
        return false;
    }
    const auto race = race_of(amendment);
    auto row = row_of(amendment);
    const auto before = row.score(score_);
    count_in(amendment, known, row);
    if (row.score(score_) != before) {
        row.order = amendment.order;
    }
    put_released_.run(amendment.class_id, amendment.race_id, amendment.racer_id, amendment.second, amendment.output);
    write_row(race, row, changes);
    count_racers_.run(amendment.class_id, amendment.race_id);
    return true;
}

std::optional<double> RaceWriter::known_release(const ranking::Amendment& amendment)
{
    auto rows = find_released_.query(amendment.class_id, amendment.race_id, amendment.racer_id, amendment.second);
    return rows.next() ? std::optional(rows.real(0)) : std::nullopt;
}

/// Its head. A closed race that nobody had a row in is not stored, and begins and ends with the release.
ranking::RaceResult RaceWriter::race_of(const ranking::Amendment& amendment)
{
    ranking::RaceResult race;
    race.class_id = amendment.class_id;
    race.race_id = amendment.race_id;
    race.closed = true;
    {
        auto rows = find_race_.query(amendment.class_id, amendment.race_id);
        const bool stored = rows.next();
        race.start_ms = stored ? rows.integer(2) : amendment.arrival_ms;
        race.end_ms = stored ? rows.integer(3) : amendment.arrival_ms;
    }
    put_race_.run(race.class_id, race.race_id, race.start_ms, race.end_ms, race.closed);
    return race;
}

/// The racer's row; an empty one, with second 0, where all of theirs was held.
ranking::ResultRow RaceWriter::row_of(const ranking::Amendment& amendment)
{
    auto rows = find_result_.query(amendment.class_id, amendment.race_id, amendment.racer_id);
    if (rows.next()) {
        return result_of(rows, 0);
    }
    ranking::ResultRow row;
    row.racer_id = amendment.racer_id;
    row.name = amendment.name;
    row.finished = true;
    row.best = amendment.output;
    row.order = amendment.order;
    row.first_ms = amendment.arrival_ms;
    row.last_ms = amendment.arrival_ms;
    return row;
}

/// As an open race takes a record: a second that is reported twice counts with its higher output. Which seconds a
/// stored row has is not known, but how many: where it has all of them, this is such a one.
void RaceWriter::count_in(const ranking::Amendment& amendment, const std::optional<double>& known,
                          ranking::ResultRow& row)
{
    auto seconds = row.second == 0 ? 0.0 : std::round(row.total / row.mean);
    if (known && row.second != 0) {
        row.total += amendment.output - *known;
    } else if (amendment.second > row.second || seconds < row.second) {
        row.total += amendment.output;
        seconds += 1;
    }
    row.mean = row.total / seconds;
    row.best = std::max(row.best, amendment.output);
    row.finished = row.finished || amendment.final;
    if (amendment.second > row.second) {
        row.second = amendment.second;
        row.output = amendment.output;
    } else if (amendment.second == row.second) {
        row.output = std::max(row.output, amendment.output);
    }
}

}  // namespace alleycat::results
