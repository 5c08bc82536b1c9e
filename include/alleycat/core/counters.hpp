#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/core/recent_rejects.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace alleycat {

/// What one door has seen, ever. Written by the door's thread, read by any.
struct DoorCounters {
    static constexpr std::size_t kCodes = static_cast<std::size_t>(Errc::CorruptFile) + 1;

    DoorCounters() = default;
    /// What the door refuses is told to `recent`, too, which outlives this.
    DoorCounters(std::string door, RecentRejects& recent) : door_(std::move(door)), recent_(&recent) {}

    std::atomic<std::uint64_t> accepted{0};                     ///< records, durable or not yet
    std::atomic<std::uint64_t> accepted_bytes{0};               ///< of their text
    std::array<std::atomic<std::uint64_t>, kCodes> rejected{};  ///< records by Errc
    std::atomic<std::uint64_t> stalls{0};  ///< times the door stopped reading because a ring was full

    /// A record was refused. `message`: UTF-8, for who looks at the latest ones.
    void reject(Errc code, std::string_view message);
    /// A call was refused before it came to records: it is told among the latest, and counted nowhere.
    void tell(std::string_view code, std::string_view message) const;

private:
    std::string door_;
    RecentRejects* recent_{nullptr};  // null: nobody wants to know
};

}  // namespace alleycat
