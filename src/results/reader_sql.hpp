#pragma once

#include <string_view>

namespace alleycat::results {

// What is read again and again, in words of its own so that a test can ask SQLite how it goes about it.

inline constexpr std::string_view kSelectRaces = R"(
    SELECT class_id, race_id, start_ms, end_ms, closed, racers FROM races
    WHERE class_id = ?1 AND (start_ms, race_id) < (?2, ?3)
    ORDER BY start_ms DESC, race_id DESC LIMIT ?4)";

inline constexpr std::string_view kSelectRace = R"(
    SELECT class_id, race_id, start_ms, end_ms, closed, racers FROM races WHERE class_id = ? AND race_id = ?)";

inline constexpr std::string_view kSelectRows = R"(
    SELECT racer_id, name, second, finished, output, best, mean, total, arrival, first_ms, last_ms,
           unverified
    FROM results
    WHERE class_id = ? AND race_id = ? ORDER BY racer_id)";

inline constexpr std::string_view kSelectRacer =
    "SELECT racer_id, name, first_ms, last_ms FROM racers WHERE racer_id = ?";

// Reads all racers: there is no index to find a part of a name with, and 40,000 rows are a few milliseconds.
inline constexpr std::string_view kFindRacers = R"(
    SELECT racer_id, name, first_ms, last_ms FROM racers
    WHERE ?1 = '%%' OR name LIKE ?1 ESCAPE '\' OR (?2 <> '' AND CAST(racer_id AS TEXT) LIKE ?2)
    ORDER BY racer_id = ?3 DESC, last_ms DESC, racer_id LIMIT ?4)";

inline constexpr std::string_view kSelectRacesOf = R"(
    SELECT races.class_id, races.race_id, races.start_ms, end_ms, closed, racers,
           racer_id, name, second, finished, output, best, mean, total, arrival, first_ms, last_ms, unverified
    FROM results INDEXED BY results_by_racer CROSS JOIN races
        ON races.class_id = results.class_id AND races.race_id = results.race_id
    WHERE racer_id = ?1 AND (results.start_ms, results.race_id, results.class_id) < (?2, ?3, ?4)
    ORDER BY results.start_ms DESC, results.race_id DESC, results.class_id DESC LIMIT ?5)";

}  // namespace alleycat::results
