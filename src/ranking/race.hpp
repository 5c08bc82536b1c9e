#pragma once

#include <alleycat/core/slot_map.hpp>
#include <alleycat/ranking/races.hpp>

#include <optional>

namespace alleycat::ranking {

class StateReader;
class StateWriter;

/// One race and its racers.
class Race {
public:
    Race(const Races::Options& options, ClassId class_id, RaceId race_id, std::uint64_t arrival_order);

    void apply(const Update& update, std::string_view name);

    void save(StateWriter& state) const;
    /// The race that was saved, changed; nullptr where `state` does not hold exactly one.
    [[nodiscard]] static std::unique_ptr<Race> load(const Races::Options& options, ClassId class_id, RaceId race_id,
                                                    StateReader& state);
    void tell_names() const;

    [[nodiscard]] bool changed() const { return changed_; }
    [[nodiscard]] std::uint64_t last_order() const { return last_order_; }
    [[nodiscard]] std::shared_ptr<const RaceSnapshot> take_snapshot();

private:
    struct Racer {
        Entry entry;                   // without its rank
        std::uint64_t score_order{0};  // arrival of the update that brought the score: who got there first
        std::vector<double> outputs;   // [second - 1], NaN where not ridden; for Score::Mean and Score::Total

        // The latest second before a restart, and the best before the race there: by now the history may hold what this
        // race brought.
        std::uint32_t resumed_second{0};
        std::optional<double> resumed_best;
    };

    [[nodiscard]] Racer* racer_of(const Update& update);
    void set_name(Racer& racer, std::string_view name);
    void take_output(Racer& racer, const Update& update) const;
    [[nodiscard]] double score(const Racer& racer, double output) const;
    /// The history's best at the racer's latest second before the race.
    [[nodiscard]] std::optional<double> best_before(const Racer& racer) const;
    [[nodiscard]] bool beats_history(const Racer& racer) const;
    /// The score needs the outputs of all seconds.
    [[nodiscard]] bool sums() const { return options_.score == Score::Mean || options_.score == Score::Total; }
    [[nodiscard]] bool load_racer(Racer& racer, StateReader& state) const;

    const Races::Options& options_;
    const ClassId class_id_;
    const RaceId race_id_;
    const std::shared_ptr<const history::ClassBests> before_;  // the history when the race opened, or was loaded
    std::uint64_t opened_order_;
    std::uint64_t last_order_;
    std::uint32_t leading_second_{0};
    std::vector<Racer> racers_;
    SlotMap slots_;  // racer → position in racers_
    bool changed_{false};
};

}  // namespace alleycat::ranking
