#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <string>

namespace alleycat::sim {

/// Where a rider's cadence (tenths of a rpm) or resistance (tenths of a per cent) lies in every race.
struct Band {
    int low{0};
    int high{0};  ///< included, above `low`
};

/// One simulated rider. The name and the bands are fixed by the seed and the racer id, for ever.
struct Rider {
    RacerId racer_id{};
    ClassId class_id{};
    std::string name;
    Band cadence;
    Band resistance;
    std::uint64_t key{0};  ///< the source of this rider's random numbers
};

/// What the bike reads in one second, in tenths, so that its text has one decimal and nothing is rounded twice.
struct Effort {
    int cadence_tenths{0};     ///< 0 … 2500
    int resistance_tenths{0};  ///< 0 … 1000
};

[[nodiscard]] Rider make_rider(std::uint64_t seed, RacerId racer, ClassId class_id);

/// The rider's effort in a race, a pure function of its arguments. It stays inside the bands and drifts: from one
/// second to the next by at most kLargestStep of a band. `race` counts a run's races from 0, `second` from 1.
[[nodiscard]] Effort effort(const Rider& rider, std::uint32_t race, std::uint32_t second);

inline constexpr double kLargestStep = 0.12;

}  // namespace alleycat::sim
