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
    bool unverified{false};    ///< some record of theirs was suspect

    [[nodiscard]] double score(Score meaning) const;

    bool operator==(const ResultRow&) const = default;
};

/// A second of a race that was held and released, and counts.
struct ReleasedSecond {
    RacerId racer_id{};
    std::uint32_t second{0};
    double output{0};

    bool operator==(const ReleasedSecond&) const = default;
};

/// A record that was released when its race was closed: it changes the stored result.
struct Amendment {
    ClassId class_id{};
    RaceId race_id{};
    RacerId racer_id{};
    std::string name;
    std::uint32_t second{0};
    bool final{false};
    double output{0};
    std::uint64_t order{0};      ///< arrival order, of the release
    std::int64_t arrival_ms{0};  ///< likewise, ms since the epoch

    bool operator==(const Amendment&) const = default;
};

/// A race that has ended. Until it is closed, late records may still change it: then it is told again, as a whole.
struct RaceResult {
    ClassId class_id{};
    RaceId race_id{};
    std::int64_t start_ms{0};     ///< arrival of its first record, ms since the epoch
    std::int64_t end_ms{0};       ///< and of the last that counted
    bool closed{false};           ///< final: no record changes it any more
    std::vector<ResultRow> rows;  ///< by ascending racer id
    /// What is in the rows of released seconds, by racer id and second: it is not to come in once more.
    std::vector<ReleasedSecond> released{};

    bool operator==(const RaceResult&) const = default;
};

}  // namespace alleycat::ranking
