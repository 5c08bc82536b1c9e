#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace alleycat::sim {

/// Where a run stands.
struct Progress {
    enum class Phase { Connecting, Waiting, Racing, Settling, Done };
    Phase phase{Phase::Connecting};
    std::int64_t race_id{0};
    std::uint32_t race{0};                ///< from 0
    double share{0};                      ///< of this race, 0 … 1
    std::chrono::seconds until_start{0};  ///< while Waiting
    std::uint64_t sent{0};
    std::uint64_t acked{0};
    std::uint64_t rejected{0};
    std::chrono::steady_clock::time_point now;
};

/// A line for a terminal that is written over and over. Knows the rate from one render() to the next.
class ProgressBar {
public:
    /// Begins with a carriage return and clears the rest of the line; at most `columns` wide (>= 20).
    [[nodiscard]] std::string render(const Progress& progress, std::size_t columns);

private:
    std::uint64_t last_done_{0};
    std::chrono::steady_clock::time_point last_time_;
    double rate_{0};
};

/// Leaves an empty line behind.
inline constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace alleycat::sim
