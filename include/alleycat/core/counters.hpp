#pragma once

#include <alleycat/core/error.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace alleycat {

/// What one door has seen, ever. Written by the door's thread, read by any.
struct DoorCounters {
    static constexpr std::size_t kCodes = static_cast<std::size_t>(Errc::CorruptFile) + 1;

    std::atomic<std::uint64_t> accepted{0};                     ///< records, durable or not yet
    std::atomic<std::uint64_t> accepted_bytes{0};               ///< of their text
    std::array<std::atomic<std::uint64_t>, kCodes> rejected{};  ///< records by Errc
    std::atomic<std::uint64_t> stalls{0};  ///< times the door stopped reading because a ring was full
};

}  // namespace alleycat
