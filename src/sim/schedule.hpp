#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace alleycat::sim {

/// When a race's messages are due at real speed, as a list in order of time that needs no timers.
///
/// Riders are dealt round robin over the connections. Up to `batch` riders of one connection share a message each
/// second; the messages of a second are spread evenly over it, so that nothing bursts at the tick.
class Schedule {
public:
    /// riders >= connections >= 1; batch, seconds >= 1; speed > 0 (race seconds a second).
    Schedule(std::uint32_t riders, std::uint32_t connections, std::uint32_t batch, std::uint32_t seconds, double speed);

    /// The riders first_rider, first_rider + connections, … : `riders` of them.
    struct Message {
        std::uint32_t connection;
        std::uint32_t first_rider;
        std::uint32_t riders;
        std::uint32_t second;                   ///< 1 … seconds
        std::chrono::milliseconds since_start;  ///< when it is due
    };

    [[nodiscard]] std::uint64_t messages() const { return groups_.size() * seconds_; }

    /// Message `index` (< messages()) in order of time.
    [[nodiscard]] Message at(std::uint64_t index) const;

    /// How many messages are due by then, so the first index that is not.
    [[nodiscard]] std::uint64_t due(std::chrono::nanoseconds since_start) const;

    [[nodiscard]] std::chrono::milliseconds length() const;

private:
    struct Group {
        std::uint32_t connection;
        std::uint32_t first_rider;
        std::uint32_t riders;
    };
    std::vector<Group> groups_;  // in the order in which they are due within a second
    std::uint32_t seconds_;
    double speed_;
};

}  // namespace alleycat::sim
