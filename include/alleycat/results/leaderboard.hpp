#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/ranking/score.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace alleycat::results {

/// A racer's best result in a class.
struct ClassRecord {
    RacerId racer_id{};
    double score{0};
    RaceId race_id{};             ///< in which it was ridden
    std::int64_t achieved_ms{0};  ///< when that race ended, ms since the epoch

    bool operator==(const ClassRecord&) const = default;
};

/// One row of a leaderboard.
struct Ranked {
    std::uint32_t rank{0};
    ClassRecord record;

    bool operator==(const Ranked&) const = default;
};

/// The class records of every class, ranked: equal scores by who got there first, then by racer id.
///
/// Thread: any; a call holds a lock for O(log n + rows).
/// Memory: about 120 bytes a racer and class.
class Leaderboards {
public:
    struct Page {
        std::size_t total{0};  ///< racers on the board
        std::vector<Ranked> rows;
    };

    explicit Leaderboards(ranking::Ties ties = ranking::Ties::Competition);
    ~Leaderboards();

    [[nodiscard]] Page page(ClassId class_id, std::size_t first, std::size_t count) const;
    /// The rows up to `each` before and behind the racer's; nullopt where the racer has none.
    [[nodiscard]] std::optional<Page> around(ClassId class_id, RacerId racer, std::size_t each) const;
    [[nodiscard]] std::optional<Ranked> find(ClassId class_id, RacerId racer) const;
    /// Grows with each change of the class's board.
    [[nodiscard]] std::uint64_t version(ClassId class_id) const;

    /// Puts the racer's record in place of the one there is.
    void set(ClassId class_id, const ClassRecord& record);
    void erase(ClassId class_id, RacerId racer);

private:
    class Board;

    /// nullptr where the class has none.
    [[nodiscard]] const Board* board(ClassId class_id) const;

    const ranking::Ties ties_;
    mutable std::mutex mutex_;
    std::map<ClassId, std::unique_ptr<Board>> boards_;  // guarded by mutex_
};

}  // namespace alleycat::results
