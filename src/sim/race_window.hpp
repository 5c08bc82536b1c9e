#pragma once

#include <alleycat/core/ids.hpp>

#include <chrono>
#include <cstdint>

namespace alleycat::sim {

// Races start every `window`, around the clock, and are numbered by their window since the epoch.

/// The race of the window that holds `epoch_ms` (>= 0).
[[nodiscard]] constexpr RaceId race_at(std::int64_t epoch_ms, std::chrono::milliseconds window)
{
    return RaceId{epoch_ms / window.count()};
}

/// The start of the window that holds `epoch_ms` (>= 0), in ms since the epoch.
[[nodiscard]] constexpr std::int64_t race_start(std::int64_t epoch_ms, std::chrono::milliseconds window)
{
    return epoch_ms / window.count() * window.count();
}

/// The first start of a window at or after `epoch_ms` (>= 0), in ms since the epoch.
[[nodiscard]] constexpr std::int64_t next_race_start(std::int64_t epoch_ms, std::chrono::milliseconds window)
{
    return (epoch_ms + window.count() - 1) / window.count() * window.count();
}

}  // namespace alleycat::sim
