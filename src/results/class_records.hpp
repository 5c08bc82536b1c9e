#pragma once

#include "sqlite.hpp"

#include <alleycat/ranking/score.hpp>
#include <alleycat/results/leaderboard.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace alleycat::results {

/// Whether `a` is the better result: the higher score, of equal ones that of the race that ended first, then that of
/// the lower race id.
[[nodiscard]] bool is_better(const ClassRecord& a, const ClassRecord& b);

/// The score that the class records are of; empty in a new database. Errors: the connection's.
[[nodiscard]] std::string stored_score(Connection& connection);

/// Puts the best result of each racer and class under `score` into `table`, which is empty and like class_records.
void collect_class_records(Connection& connection, ranking::Score score, const std::string& table);

/// The class records of one transaction, as they were before it and as they are.
struct RecordChange {
    std::optional<ClassRecord> before;
    std::optional<ClassRecord> after;
};
using RecordChanges = std::map<std::pair<ClassId, RacerId>, RecordChange>;

/// The table class_records: of each racer and class the best of all stored results.
///
/// Errors: the connection's.
class ClassRecords {
public:
    ClassRecords(Connection& connection, ranking::Score score);

    void visit(const std::function<void(ClassId, const ClassRecord&)>& visit);

    /// A result has been stored or changed.
    void take(ClassId class_id, const ClassRecord& result, RecordChanges& changes);
    /// Results of the racer have been deleted.
    void choose_again(ClassId class_id, RacerId racer, RecordChanges& changes);

private:
    [[nodiscard]] std::optional<ClassRecord> find(ClassId class_id, RacerId racer);
    [[nodiscard]] std::optional<ClassRecord> best_result(ClassId class_id, RacerId racer);
    void replace(ClassId class_id, const std::optional<ClassRecord>& before, const std::optional<ClassRecord>& after,
                 RacerId racer, RecordChanges& changes);

    Statement all_;
    Statement find_;
    Statement best_;
    Statement put_;
    Statement erase_;
};

}  // namespace alleycat::results
