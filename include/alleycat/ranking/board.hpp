#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/history/best_table.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace alleycat::ranking {

/// One meaning of score for all boards, all results and all tables.
enum class Score : std::uint8_t {
    Output,  ///< the output at the racer's latest second
    Best,    ///< the highest output so far
    Mean,    ///< the mean of the outputs of all seconds ridden
    Total,   ///< their sum
};

/// One row of a board.
struct Entry {
    std::uint32_t rank{0};  ///< standard competition rank: 1, 2, 2, 4
    RacerId racer_id{};
    std::string name;
    std::uint32_t second{0};   ///< the racer's latest
    double output{0};          ///< the score, in its configured meaning
    double current_output{0};  ///< at `second`, whatever the score means
    bool record{false};        ///< the output at `second` beats the racer's own history as it was before the race

    bool operator==(const Entry&) const = default;
};

/// One race at one moment. Immutable, safe on any thread.
struct RaceSnapshot {
    ClassId class_id{};
    RaceId race_id{};
    std::uint64_t opened_order{0};    ///< arrival order of the race's first record: the newest race has the highest
    std::uint32_t leading_second{0};  ///< the highest that any racer has reached
    std::vector<Entry> entries;       ///< best first; equal scores by who got there first, then by racer id

    /// The racer's entry, nullptr where it does not ride in this race. Linear.
    [[nodiscard]] const Entry* find(RacerId racer) const;
};

/// The racers of a class by their personal bests at one second: best first, equal ones by racer id. Immutable once
/// made, so that all boards of that second share one.
struct BestsOfSecond {
    struct Row {
        double output{0};
        RacerId racer_id{};
    };
    std::uint32_t second{0};
    std::vector<Row> rows;
};
[[nodiscard]] std::shared_ptr<const BestsOfSecond> rank_second(const history::ClassBests& bests, std::uint32_t second);

/// The all-time ranking at one second, as one viewer sees it. Entries come without names.
class AlltimeBoard {
public:
    /// `rider`: the viewer, where riding: the current output takes the place of `rider_best`, the best there.
    AlltimeBoard(std::shared_ptr<const BestsOfSecond> bests, const Entry* rider, std::optional<double> rider_best);

    [[nodiscard]] std::size_t size() const;
    /// Rows from the best on, at most `count`.
    [[nodiscard]] std::vector<Entry> top(std::size_t count) const;
    /// The output that counts for a racer on this board. Linear.
    [[nodiscard]] std::optional<double> best_of(RacerId racer) const;
    /// The entry of a racer whose output on this board is `output`.
    [[nodiscard]] Entry entry(RacerId racer, double output) const;

private:
    [[nodiscard]] bool is_rider(RacerId racer) const { return rider_ && rider_->racer_id == racer; }

    std::shared_ptr<const BestsOfSecond> bests_;
    std::optional<BestsOfSecond::Row> rider_;
    std::optional<double> rider_best_;
    bool record_{false};
};

}  // namespace alleycat::ranking
