#pragma once

#include "class_records.hpp"
#include "erasures.hpp"
#include "sqlite.hpp"

#include <alleycat/ranking/race_result.hpp>

#include <optional>

namespace alleycat::results {

/// Stores races with their results, and brings racers and class records on.
///
/// Errors: the connection's.
class RaceWriter {
public:
    RaceWriter(Connection& connection, ranking::Score score, ClassRecords& records, const Erasures& erasures);

    /// Puts the race in place of what is stored of it. False, and nothing changes, where it is stored as closed.
    bool write(const ranking::RaceResult& race, RecordChanges& changes);
    /// Counts a released record in a race that is stored as closed. False, and nothing changes, where it was counted
    /// before, or its racer has asked since to be erased.
    bool amend(const ranking::Amendment& amendment, RecordChanges& changes);

private:
    [[nodiscard]] bool is_closed(const ranking::RaceResult& race);
    [[nodiscard]] std::optional<double> known_release(const ranking::Amendment& amendment);
    [[nodiscard]] ranking::RaceResult race_of(const ranking::Amendment& amendment);
    [[nodiscard]] ranking::ResultRow row_of(const ranking::Amendment& amendment);
    static void count_in(const ranking::Amendment& amendment, const std::optional<double>& known,
                         ranking::ResultRow& row);
    void write_released(const ranking::RaceResult& race, RacerId racer);
    void write_row(const ranking::RaceResult& race, const ranking::ResultRow& row, RecordChanges& changes);

    const ranking::Score score_;
    ClassRecords& records_;
    const Erasures& erasures_;
    Statement closed_;
    Statement put_race_;
    Statement count_racers_;
    Statement delete_empty_;
    Statement put_result_;
    Statement put_racer_;
    Statement find_race_;
    Statement find_result_;
    Statement find_released_;
    Statement put_released_;
};

}  // namespace alleycat::results
