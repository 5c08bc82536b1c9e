#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace alleycat::archive {

/// One second of a ride, as its record says it.
struct RideSecond {
    std::uint32_t second{0};                 ///< 1 … race length
    std::int64_t device_timestamp_ms{0};     ///< the bike's clock, ms since the epoch
    std::optional<std::int64_t> arrival_ms;  ///< where it is known: delivery objects do not say it
    double cadence{0};                       ///< rpm
    double resistance{0};                    ///< %
    double output{0};
    std::optional<double> watts;  ///< what the record's own member `watts` holds, where it is a number

    bool operator==(const RideSecond&) const = default;
};

/// What is stored of one racer in one race. Where a second was sent more than once, the higher output counts.
struct Ride {
    RacerId racer_id{};
    ClassId class_id{};
    RaceId race_id{};
    std::string name;                 ///< the racer's, at the last second; UTF-8
    std::vector<RideSecond> seconds;  ///< ascending
    bool partial{false};              ///< something that may hold more of it could not be read

    bool operator==(const Ride&) const = default;
};

/// Which ride, and when its race was.
struct RideQuery {
    RacerId racer_id{};
    ClassId class_id{};
    RaceId race_id{};
    std::int64_t start_ms{0};  ///< arrival of the race's first record, ms since the epoch
    std::int64_t end_ms{0};    ///< and of its last
};

}  // namespace alleycat::archive
