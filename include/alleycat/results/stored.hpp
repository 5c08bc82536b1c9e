#pragma once

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace alleycat::results {

/// How far the races have come in the log, and what goes on from there.
struct Checkpoint {
    std::vector<std::uint64_t> applied;  ///< by shard: the last sequence number that `races` holds
    std::string races;                   ///< the open races, ranking::Races::save()
};

/// What was erased of a person, and when it was asked for.
struct Erasure {
    RacerId racer_id{};
    std::int64_t asked_ms{0};  ///< ms since the epoch: what arrived up to then is to go
    bool done{false};
    std::string report;  ///< a JSON object, for who asked; empty until there is one
};

}  // namespace alleycat::results
