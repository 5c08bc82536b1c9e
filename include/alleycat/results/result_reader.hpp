#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/ranking/race_result.hpp>
#include <alleycat/results/stored.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::results {

/// A stored race without its rows.
struct RaceInfo {
    ClassId class_id{};
    RaceId race_id{};
    std::int64_t start_ms{0};
    std::int64_t end_ms{0};
    bool closed{false};
    std::uint32_t racers{0};
};

/// A place between two races, newest first.
struct RacePlace {
    std::int64_t start_ms{0};
    RaceId race_id{};
    ClassId class_id{};  ///< for races_of() only, since races of several classes may have all else in common
};

struct RacerInfo {
    RacerId racer_id{};
    std::string name;          ///< the latest
    std::int64_t first_ms{0};  ///< arrival of the first record in any stored race, ms since the epoch
    std::int64_t last_ms{0};
};

/// A racer's part in one race.
struct RacerRace {
    RaceInfo race;
    ranking::ResultRow row;
};

/// Reads the database beside its writer, each call one consistent moment.
///
/// Thread: one owner; several readers may live side by side.
/// Errors: as ResultStore's.
class ResultReader {
public:
    /// The database is there: a ResultStore has opened it before.
    explicit ResultReader(const std::filesystem::path& path);
    ~ResultReader();
    ResultReader(ResultReader&&) noexcept;

    /// Races of a class, newest first: by start, then by race id. `behind`: only those that come after it.
    [[nodiscard]] Result<std::vector<RaceInfo>> races(ClassId class_id, std::optional<RacePlace> behind,
                                                      std::size_t count) const;
    [[nodiscard]] Result<std::optional<RaceInfo>> race(ClassId class_id, RaceId race_id) const;
    /// The race with its rows by ascending racer id.
    [[nodiscard]] Result<std::optional<ranking::RaceResult>> result(ClassId class_id, RaceId race_id) const;
    /// Whether the race is stored as closed: nothing counts for it any more.
    [[nodiscard]] Result<bool> closed(ClassId class_id, RaceId race_id) const;
    [[nodiscard]] Result<std::optional<RacerInfo>> racer(RacerId racer) const;
    /// At most `count` racers whose name holds `text`, upper or lower case the same in ASCII, or, where it is digits
    /// only, whose id begins with it. The racer of exactly this id comes first, then who was seen last.
    [[nodiscard]] Result<std::vector<RacerInfo>> find_racers(std::string_view text, std::size_t count) const;
    /// The racer's races in all classes, newest first: by start, then by race id, then by class, the highest first.
    [[nodiscard]] Result<std::vector<RacerRace>> races_of(RacerId racer, std::optional<RacePlace> behind,
                                                          std::size_t count) const;
    /// Where the races are in the log, as ResultStore::checkpoint().
    [[nodiscard]] Result<Checkpoint> checkpoint(std::size_t shards) const;
    [[nodiscard]] Result<std::vector<Erasure>> erasures() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::results
