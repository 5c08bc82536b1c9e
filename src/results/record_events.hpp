#pragma once

#include "class_records.hpp"

#include <alleycat/ranking/race_result.hpp>
#include <alleycat/results/leaderboard.hpp>
#include <alleycat/results/result_store.hpp>

#include <memory>
#include <vector>

namespace alleycat::results {

/// What the changes of a batch are worth telling, by class and racer. `told`: the races of the batch that were written,
/// in their order. `before`: the boards as they were before it.
[[nodiscard]] std::vector<RecordEvent> record_events(const RecordChanges& changes,
                                                     const std::vector<const ranking::RaceResult*>& told,
                                                     const Leaderboards& before);

}  // namespace alleycat::results
