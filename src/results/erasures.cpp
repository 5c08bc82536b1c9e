#include "erasures.hpp"

#include <algorithm>

namespace alleycat::results {

Erasures::Erasures(Connection& connection)
    : connection_(connection),
      all_(connection, "SELECT racer_id, asked_ms, done, report FROM erasures ORDER BY asked_ms, racer_id"),
      note_(connection, R"(
          INSERT INTO erasures (racer_id, asked_ms, done, report) VALUES (?, ?, false, '')
          ON CONFLICT (racer_id) DO UPDATE SET asked_ms = excluded.asked_ms, done = false, report = ''
          WHERE excluded.asked_ms > asked_ms)"),
      classes_(connection, "SELECT DISTINCT class_id FROM results WHERE racer_id = ?1 AND last_ms <= ?2"),
      leave_races_(connection, R"(
          UPDATE races SET racers = racers - 1 WHERE (class_id, race_id) IN
              (SELECT class_id, race_id FROM results WHERE racer_id = ?1 AND last_ms <= ?2))"),
      delete_races_(connection, R"(
          DELETE FROM races WHERE racers = 0 AND (class_id, race_id) IN
              (SELECT class_id, race_id FROM results WHERE racer_id = ?1 AND last_ms <= ?2))"),
      delete_results_(connection, "DELETE FROM results WHERE racer_id = ?1 AND last_ms <= ?2"),
      delete_released_(connection, R"(
          DELETE FROM released WHERE racer_id = ?1 AND NOT EXISTS
              (SELECT 1 FROM results
               WHERE (results.class_id, results.race_id, results.racer_id)
                   = (released.class_id, released.race_id, ?1)))"),
      delete_racer_(connection, R"(
          DELETE FROM racers WHERE racer_id = ?1 AND NOT EXISTS (SELECT 1 FROM results WHERE racer_id = ?1))"),
      correct_racer_(connection, R"(
          UPDATE racers SET first_ms = (SELECT min(first_ms) FROM results WHERE racer_id = ?1) WHERE racer_id = ?1)"),
      finish_(connection, "UPDATE erasures SET done = true, report = ?2 WHERE racer_id = ?1"),
      forget_(connection, "DELETE FROM erasures WHERE done AND asked_ms < ?")
{
}

void Erasures::load()
{
    std::unordered_map<RacerId, std::int64_t> asked_ms;
    for (const auto& erasure : all()) {
        asked_ms[erasure.racer_id] = erasure.asked_ms;
    }
    if (!connection_.failed()) {
        asked_ms_ = std::move(asked_ms);
    }
}

void Erasures::keep_out(RacerId racer, std::int64_t asked_ms)
{
    auto& known = asked_ms_.try_emplace(racer, asked_ms).first->second;
    known = std::max(known, asked_ms);
}

bool Erasures::covers(RacerId racer, std::int64_t arrival_ms) const
{
    const auto found = asked_ms_.find(racer);
    return found != asked_ms_.end() && arrival_ms <= found->second;
}

std::vector<Erasure> Erasures::all()
{
    std::vector<Erasure> erasures;
    auto rows = all_.query();
    while (rows.next()) {
        erasures.push_back({rows.id<RacerId>(0), rows.integer(1), rows.integer(2) != 0, std::string(rows.text(3))});
    }
    return erasures;
}

ResultStore::Erased Erasures::erase(RacerId racer, std::int64_t asked_ms, ClassRecords& records, RecordChanges& changes)
{
    note_.run(racer, asked_ms);
    std::vector<ClassId> classes;
    for (auto rows = classes_.query(racer, asked_ms); rows.next();) {
        classes.push_back(rows.id<ClassId>(0));
    }
    leave_races_.run(racer, asked_ms);
    delete_races_.run(racer, asked_ms);

    ResultStore::Erased erased;
    delete_results_.run(racer, asked_ms);
    erased.results = connection_.changes();
    delete_released_.run(racer);
    for (const auto class_id : classes) {
        records.choose_again(class_id, racer, changes);
    }
    erased.class_records = changes.size();
    delete_racer_.run(racer);
    erased.racer = connection_.changes() != 0;
    correct_racer_.run(racer);
    return erased;
}

void Erasures::finish(RacerId racer, std::string_view report)
{
    finish_.run(racer, report);
}

void Erasures::forget(std::int64_t before_ms)
{
    forget_.run(before_ms);
}

}  // namespace alleycat::results
