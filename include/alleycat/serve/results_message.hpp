#pragma once

#include <alleycat/ranking/board.hpp>

#include <chrono>
#include <string>

namespace alleycat::serve {

/// The results message of the system this one replaces, as its clients read it from the results topic: `classId`, `ts`
/// and `raceId` are strings, and `results` is a string that holds JSON, racer → score.
[[nodiscard]] std::string results_message(const ranking::RaceSnapshot& race, std::chrono::system_clock::time_point now);

}  // namespace alleycat::serve
