#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/history/best_table.hpp>
#include <alleycat/ranking/race_result.hpp>
#include <alleycat/ranking/racer_rows.hpp>
#include <alleycat/ranking/rank_tree.hpp>
#include <alleycat/ranking/score.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace alleycat::ranking {

/// One row of a board.
struct Entry {
    std::uint32_t rank{0};  ///< 1 …; equal scores share one
    RacerId racer_id{};
    std::string name;
    std::uint32_t second{0};   ///< the racer's latest
    double output{0};          ///< the score, in its configured meaning
    double current_output{0};  ///< at `second`, whatever the score means
    bool record{false};        ///< the output at `second` beats the racer's own history as it was before the race
    bool finished{false};      ///< by `final`, or by silence past the end
    bool unverified{false};    ///< some record of theirs in this race was suspect

    bool operator==(const Entry&) const = default;
};

enum class RaceState : std::uint8_t {
    Running,
    Finished,  ///< all have finished, or its time is over; late records still count
    Closed,    ///< for ever
};

/// One race at one moment. Immutable, safe on any thread. Shares with other moments what has not changed between them.
class RaceSnapshot {
public:
    ClassId class_id{};
    RaceId race_id{};
    RaceState state{RaceState::Running};
    std::int64_t start_ms{0};         ///< arrival of its first record, ms since the epoch
    std::int64_t last_ms{0};          ///< and of the latest that counted: the end; told where the race is not running
    std::uint64_t opened_order{0};    ///< arrival order of the race's first record: the newest race has the highest
    std::uint32_t leading_second{0};  ///< the highest that any racer has reached
    /// What it says of its racers is not what the snapshot before said; else only the race's times or state are others.
    bool rows_changed{true};

    /// A closed race as it was stored. It opened before any other, and nobody is known to have set a record in it.
    [[nodiscard]] static std::shared_ptr<const RaceSnapshot> of(const RaceResult& stored, Score score, Ties ties);

    [[nodiscard]] std::size_t size() const { return order_.size(); }
    /// At most `count` entries from position `first` (0 …) on, best first; equal scores by who got there first, then by
    /// racer id. O(log n + count).
    [[nodiscard]] std::vector<Entry> entries(std::size_t first, std::size_t count) const;
    [[nodiscard]] std::vector<Entry> entries() const { return entries(0, size()); }
    /// The racer's entry. O(log n).
    [[nodiscard]] std::optional<Entry> find(RacerId racer) const;
    /// The racer's position among entries(). O(log n).
    [[nodiscard]] std::optional<std::size_t> position(RacerId racer) const;

private:
    friend class Race;

    [[nodiscard]] Entry entry(const RacerRow& row) const;  // without its rank
    [[nodiscard]] std::uint32_t rank(double score) const;

    RankTree order_;
    std::optional<RankTree> scores_;  // each score once, for Ties::Dense
    RacerRows rows_;
};

/// The racers of a class by their personal bests at one second: best first, equal ones by racer id. Immutable once
/// made, so that all boards of that second share one.
struct BestsOfSecond {
    struct Row {
        double output{0};
        RacerId racer_id{};
        std::uint32_t distinct{0};  ///< how many different outputs there are up to this row
    };
    std::uint32_t second{0};
    std::vector<Row> rows;
};
[[nodiscard]] std::shared_ptr<const BestsOfSecond> rank_second(const history::ClassBests& bests, std::uint32_t second);

/// The all-time ranking at one second, as one viewer sees it. Entries come without names.
class AlltimeBoard {
public:
    /// `rider`: the viewer, where riding: the current output takes the place of `rider_best`, the best there.
    AlltimeBoard(std::shared_ptr<const BestsOfSecond> bests, Ties ties, const std::optional<Entry>& rider,
                 std::optional<double> rider_best);

    [[nodiscard]] std::size_t size() const;
    /// Rows from the best on, at most `count`.
    [[nodiscard]] std::vector<Entry> top(std::size_t count) const;
    /// The entry of a racer whose best in the history at this second is `best`; none where the racer is not on the
    /// board. O(log n).
    [[nodiscard]] std::optional<Entry> find(RacerId racer, std::optional<double> best) const;

private:
    [[nodiscard]] bool is_rider(RacerId racer) const { return rider_ && rider_->racer_id == racer; }
    [[nodiscard]] Entry entry(RacerId racer, double output) const;
    [[nodiscard]] std::uint32_t rank(double output) const;
    /// Whether anybody but the rider has this output.
    [[nodiscard]] bool is_others(double output) const;

    std::shared_ptr<const BestsOfSecond> bests_;
    Ties ties_;
    std::optional<BestsOfSecond::Row> rider_;
    std::optional<double> rider_best_;
    bool record_{false};
};

}  // namespace alleycat::ranking
