#pragma once

#include "sqlite.hpp"

#include <alleycat/ranking/race_result.hpp>

namespace alleycat::results {

/// Of the columns of kSelectRows, from `first` on.
inline ranking::ResultRow result_of(const Rows& rows, int first)
{
    ranking::ResultRow row;
    row.racer_id = rows.id<RacerId>(first);
    row.name = rows.text(first + 1);
    row.second = static_cast<std::uint32_t>(rows.integer(first + 2));
    row.finished = rows.integer(first + 3) != 0;
    row.output = rows.real(first + 4);
    row.best = rows.real(first + 5);
    row.mean = rows.real(first + 6);
    row.total = rows.real(first + 7);
    row.order = static_cast<std::uint64_t>(rows.integer(first + 8));
    row.first_ms = rows.integer(first + 9);
    row.last_ms = rows.integer(first + 10);
    row.unverified = rows.integer(first + 11) != 0;
    return row;
}

}  // namespace alleycat::results
