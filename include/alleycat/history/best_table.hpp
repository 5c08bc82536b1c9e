#pragma once

#include <alleycat/core/slot_map.hpp>
#include <alleycat/telemetry/record.hpp>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace alleycat::history {

/// The racers of one class in ascending order of id, each with the slot that holds its outputs in every column.
/// Immutable once published.
struct RacerIndex {
    SlotMap slots;
    std::vector<std::pair<RacerId, std::uint32_t>> ascending;
};

/// One second of one class: the best output of the racer in each slot, NaN where there is none. A column may be shorter
/// than the index: absent slots have no output. Immutable once published.
using Column = std::vector<double>;

/// The personal bests of one class at one moment; cheap to copy and to keep, safe to read on any thread.
class ClassBests {
public:
    ClassBests();
    ClassBests(std::shared_ptr<const RacerIndex> racers, std::vector<std::shared_ptr<const Column>> seconds);

    [[nodiscard]] const RacerIndex& racers() const { return *racers_; }
    /// The outputs at `second` (1 …), nullptr where nobody has any.
    [[nodiscard]] const Column* at(std::uint32_t second) const { return column(second).get(); }
    /// The same, to be kept: while the outputs of a second stay as they are, snapshots share its column.
    [[nodiscard]] const std::shared_ptr<const Column>& column(std::uint32_t second) const;
    [[nodiscard]] std::optional<double> best(RacerId racer, std::uint32_t second) const;
    /// The highest second that any racer has an output at; 0 where there is none.
    [[nodiscard]] std::uint32_t last_second() const;

private:
    std::shared_ptr<const RacerIndex> racers_;            // never null
    std::vector<std::shared_ptr<const Column>> seconds_;  // [second - 1], null where empty
};

/// The personal bests of one class, growing.
///
/// Thread: one owner (the history thread). Snapshots may go anywhere.
/// Memory: 8 bytes a racer and second, plus 100 to 160 bytes a racer.
/// Cost:   O(1) a sample; the first sample that a snapshotted second keeps copies that second's column.
class BestTable {
public:
    /// `seconds`: the race length, 1 … 86,400.
    explicit BestTable(std::uint32_t seconds);

    /// Keeps each sample that is strictly greater than the best so far of its racer at its second. All samples are of
    /// this class; one with a second outside 1 … `seconds` or an output that is not finite is passed over. Returns how
    /// many were kept. Any order and any repetition of samples ends in the same table.
    std::size_t merge(std::span<const telemetry::Sample> samples);

    /// Takes the racer out, and what is known of them; snapshots from before stay as they are. Returns how many outputs
    /// went: 0 where the racer is not known. Cost: a copy of each column that held one.
    std::size_t erase(RacerId racer);

    /// The seconds changed since the last call, ascending.
    [[nodiscard]] std::vector<std::uint32_t> take_changed();

    /// The table as it is now; the same object until a sample is kept.
    [[nodiscard]] std::shared_ptr<const ClassBests> snapshot();

private:
    struct Second {
        std::shared_ptr<Column> column;  // null until a sample is kept
        double* outputs{nullptr};        // the column's data and size, one step nearer for merge()
        std::size_t size{0};
        bool shared{false};   // a snapshot holds the column: copy it before a write
        bool changed{false};  // since take_changed()
    };

    void look_up(RacerId racer);
    void keep(Second& second, double output);
    [[nodiscard]] std::uint32_t take_slot();
    void make_writable(Second& second, std::uint32_t slot);
    void clear(Second& second, std::uint32_t slot);
    void publish_racers();

    std::vector<Second> seconds_;  // [second - 1]
    SlotMap slots_;
    std::uint32_t slot_count_{0};            // slots ever given out
    std::vector<std::uint32_t> free_slots_;  // of racers that were erased: no column has an output there
    std::vector<std::pair<RacerId, std::uint32_t>> ascending_;  // those published in order, newer ones behind them
    RacerId last_racer_;                                        // the racer of the last sample, and its slot
    std::uint32_t last_slot_;
    std::shared_ptr<const RacerIndex> racers_;  // as last published
    std::shared_ptr<const ClassBests> latest_;  // as last published; null when a sample was kept since
};

}  // namespace alleycat::history
