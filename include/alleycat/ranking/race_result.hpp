#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/ranking/score.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace alleycat::ranking {

/// What one racer brought home from one race, in every meaning of score.
struct ResultRow {
    RacerId racer_id{};
    std::string name;
    std::uint32_t second{0};  ///< the last one ridden
    bool finished{false};     ///< by `final`, or by silence past the end
    double output{0};         ///< at that second
    double best{0};
    double mean{0};
    double total{0};
    std::uint64_t order{0};    ///< arrival of what brought the configured score: who got there first
    std::int64_t first_ms{0};  ///< arrival of the racer's first record, ms since the epoch
    std::int64_t last_ms{0};   ///< and of the latest

    [[nodiscard]] double score(Score meaning) const;

    bool operator==(const ResultRow&) const = default;
};

/// A race that has ended. Until it is closed, late records may still change it: then it is told again, as a whole.
struct RaceResult {
    ClassId class_id{};
    RaceId race_id{};
    std::int64_t start_ms{0};     ///< arrival of its first record, ms since the epoch
    std::int64_t end_ms{0};       ///< and of the last that counted
    bool closed{false};           ///< final: no record changes it any more
    std::vector<ResultRow> rows;  ///< by ascending racer id

    bool operator==(const RaceResult&) const = default;
};

}  // namespace alleycat::ranking
