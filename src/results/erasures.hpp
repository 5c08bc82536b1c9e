#pragma once

#include "class_records.hpp"
#include "sqlite.hpp"

#include <alleycat/ranking/race_result.hpp>
#include <alleycat/results/result_store.hpp>

#include <unordered_map>

namespace alleycat::results {

/// Taking persons out of the database, and keeping them out of it: their records may still be in the log.
///
/// Errors: the connection's.
class Erasures {
public:
    explicit Erasures(Connection& connection);

    // What covers() goes by is kept in memory, and follows what is committed.
    /// Fetches it from the table. After an error it is what it was.
    void load();
    void keep_out(RacerId racer, std::int64_t asked_ms);
    /// Whether the row is of a racer who has asked since to be erased.
    [[nodiscard]] bool covers(const ranking::ResultRow& row) const { return covers(row.racer_id, row.last_ms); }
    /// Likewise, of what arrived then.
    [[nodiscard]] bool covers(RacerId racer, std::int64_t arrival_ms) const;
    [[nodiscard]] std::vector<Erasure> all();

    /// Notes the erasure, and deletes the results of before; a racer who has ridden since remains with the others.
    [[nodiscard]] ResultStore::Erased erase(RacerId racer, std::int64_t asked_ms, ClassRecords& records,
                                            RecordChanges& changes);
    void finish(RacerId racer, std::string_view report);
    void forget(std::int64_t before_ms);

private:
    Connection& connection_;
    Statement all_;
    Statement note_;
    Statement classes_;
    Statement leave_races_;
    Statement delete_races_;
    Statement delete_results_;
    Statement delete_released_;
    Statement delete_racer_;
    Statement correct_racer_;
    Statement finish_;
    Statement forget_;
    std::unordered_map<RacerId, std::int64_t> asked_ms_;
};

}  // namespace alleycat::results
