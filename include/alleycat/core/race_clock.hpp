#pragma once

#include <cstdint>

namespace alleycat {

/// Where a moment lies in the races, which begin every `window` seconds, counted from the epoch.
struct RaceMoment {
    std::int64_t now_ms{0};   ///< ms since the epoch
    std::int64_t race{0};     ///< the number of the window, which is its race's id
    std::uint32_t second{0};  ///< 1 … window; above `length` where the race is over and the next has not begun
    std::uint32_t length{0};  ///< of a race, seconds
    std::uint32_t window{0};  ///< from one start to the next, seconds

    /// False between two races.
    [[nodiscard]] constexpr bool runs() const { return second <= length; }
    /// When the window began, and when the next one does; ms since the epoch.
    [[nodiscard]] constexpr std::int64_t start_ms() const { return race * window * 1'000; }
    [[nodiscard]] constexpr std::int64_t next_ms() const { return start_ms() + std::int64_t{window} * 1'000; }
};

/// `now_ms`: at or after the epoch. `window_seconds`: at least 1.
[[nodiscard]] constexpr RaceMoment race_moment(std::int64_t now_ms, std::uint32_t window_seconds,
                                               std::uint32_t length_seconds)
{
    const auto window_ms = std::int64_t{window_seconds} * 1'000;
    return {now_ms, now_ms / window_ms, static_cast<std::uint32_t>(now_ms % window_ms / 1'000 + 1), length_seconds,
            window_seconds};
}

}  // namespace alleycat
