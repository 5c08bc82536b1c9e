#pragma once

#include <alleycat/ranking/board.hpp>
#include <alleycat/results/result_reader.hpp>

#include <optional>
#include <string>
#include <vector>

namespace alleycat::serve {

/// A race without its racers, as ranking published it or as the database has it.
struct RaceHead {
    ClassId class_id{};
    RaceId race_id{};
    ranking::RaceState state{};
    std::int64_t start_ms{0};            ///< ms since the epoch
    std::optional<std::int64_t> end_ms;  ///< none while it is running
    std::size_t racers{0};
};
[[nodiscard]] RaceHead race_head(const ranking::RaceSnapshot& race);
[[nodiscard]] RaceHead race_head(const results::RaceInfo& race);
[[nodiscard]] RaceHead race_head(const ranking::RaceResult& race);

/// "running", "finished" or "closed".
[[nodiscard]] std::string_view state_name(ranking::RaceState state);

/// `"raceId":…,"start":…,"end":…,"state":…`
void add_race(std::string& out, const RaceHead& race);

/// Newer races first: by start, then by id, then by class, the highest first. Whether `a` comes before `b`, and `race`
/// behind `place`.
[[nodiscard]] bool is_newer(const RaceHead& a, const RaceHead& b);
[[nodiscard]] bool is_behind(const RaceHead& race, const std::optional<results::RacePlace>& place);

/// The rows of a stored race as a board shows them.
[[nodiscard]] std::vector<ranking::Entry> ranked_rows(const ranking::RaceResult& race, ranking::Score score,
                                                      ranking::Ties ties);

}  // namespace alleycat::serve
