#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <string_view>

namespace alleycat::telemetry {

enum class Event : std::uint8_t {
    Update,
    Final,  ///< the racer's last second
};

/// One second of one racer, checked: every field is inside the configured limits.
///
/// The views point into the decoder or the payload, and live as long as that says.
struct Record {
    Event event{Event::Update};
    std::int64_t device_timestamp_ms{0};  ///< the bike's clock, ms since the epoch
    std::uint32_t second{0};              ///< 1 … race length
    RaceId race_id{};
    RacerId racer_id{};
    ClassId class_id{};
    double cadence{0};     ///< rpm
    double resistance{0};  ///< %
    std::string_view name;
    std::string_view uuid;  ///< empty where the record has none
};

/// What the racer earns in this second, by the formula of the system this one replaces, in IEEE double precision.
/// A parked bike (0 rpm, 0 %) earns 22.75.
[[nodiscard]] constexpr double output(double cadence, double resistance)
{
    return ((cadence + 35) * (resistance + 65)) / 100;
}

/// What the history keeps of a record.
struct Sample {
    ClassId class_id{};
    std::uint32_t second{0};  ///< 1 … race length
    RacerId racer_id{};
    double output{0};
};

}  // namespace alleycat::telemetry
