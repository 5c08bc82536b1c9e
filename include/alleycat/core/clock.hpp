#pragma once

#include <chrono>
#include <cstdint>

namespace alleycat {

/// A time of the system's clock in ms since the epoch, as records and results carry it.
[[nodiscard]] inline std::int64_t epoch_ms(
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now())
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace alleycat
