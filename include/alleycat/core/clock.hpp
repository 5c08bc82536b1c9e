#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace alleycat {

/// A time of the system's clock in ms since the epoch, as records and results carry it.
[[nodiscard]] inline std::int64_t epoch_ms(
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now())
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// How long it is until `deadline`: 0 where that has passed, and never more than a day, so that it can be added to any
/// time.
[[nodiscard]] inline std::chrono::steady_clock::duration time_until(std::chrono::steady_clock::time_point deadline)
{
    using Duration = std::chrono::steady_clock::duration;
    const auto now = std::chrono::steady_clock::now();
    return deadline <= now ? Duration::zero() : std::min<Duration>(deadline - now, std::chrono::hours(24));
}

}  // namespace alleycat
