#include "race_writer.hpp"

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
                               arrival, first_ms, last_ms)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (class_id, race_id, racer_id) DO UPDATE
          SET start_ms = excluded.start_ms, name = excluded.name, second = excluded.second,
              finished = excluded.finished, output = excluded.output, best = excluded.best, mean = excluded.mean,
              total = excluded.total, arrival = excluded.arrival, first_ms = excluded.first_ms,
              last_ms = excluded.last_ms
          WHERE (start_ms, name, second, finished, output, best, mean, total, arrival, first_ms, last_ms) IS NOT
              (excluded.start_ms, excluded.name, excluded.second, excluded.finished, excluded.output, excluded.best,
               excluded.mean, excluded.total, excluded.arrival, excluded.first_ms, excluded.last_ms))"),
      put_racer_(connection, R"(
          INSERT INTO racers (racer_id, name, first_ms, last_ms) VALUES (?, ?, ?, ?)
          ON CONFLICT (racer_id) DO UPDATE
          SET name = iif(excluded.last_ms > last_ms, excluded.name, name),
              first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)
          WHERE excluded.last_ms > last_ms OR excluded.first_ms < first_ms)")
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
                    row.output, row.best, row.mean, row.total, row.order, row.first_ms, row.last_ms);
    put_racer_.run(row.racer_id, row.name, row.first_ms, row.last_ms);
    records_.take(race.class_id, {row.racer_id, row.score(score_), race.race_id, race.end_ms}, changes);
}

}  // namespace alleycat::results
