#pragma once

#include <alleycat/core/ids.hpp>

#include <chrono>
#include <cstdint>

namespace alleycat::sim {

// Races start every five minutes, around the clock, and are numbered by their window since the epoch.

inline constexpr std::chrono::milliseconds kRaceWindow = std::chrono::minutes(5);

/// The race of the window that holds `epoch_ms` (>= 0).
[[nodiscard]] constexpr RaceId race_at(std::int64_t epoch_ms)
{
    return RaceId{epoch_ms / kRaceWindow.count()};
}

/// The first start of a window at or after `epoch_ms` (>= 0), in ms since the epoch.
[[nodiscard]] constexpr std::int64_t next_race_start(std::int64_t epoch_ms)
{
    return (epoch_ms + kRaceWindow.count() - 1) / kRaceWindow.count() * kRaceWindow.count();
}

}  // namespace alleycat::sim
