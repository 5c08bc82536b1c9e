#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <string>

namespace alleycat::sim {

/// A made-up handle such as "Swift Heron 12": always the same for one seed and racer, and no two racers of a seed share
/// one. ASCII; at most 20 characters for racer ids below 300,000, never more than 40.
[[nodiscard]] std::string rider_name(std::uint64_t seed, RacerId racer);

}  // namespace alleycat::sim
