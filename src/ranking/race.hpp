#pragma once

#include <alleycat/core/slot_map.hpp>
#include <alleycat/ranking/races.hpp>

namespace alleycat::ranking {

/// One race and its racers.
class Race {
public:
    Race(const Races::Options& options, ClassId class_id, RaceId race_id, std::uint64_t arrival_order);

    void apply(const Update& update, std::string_view name);

    [[nodiscard]] bool changed() const { return changed_; }
    [[nodiscard]] std::uint64_t last_order() const { return last_order_; }
    [[nodiscard]] std::shared_ptr<const RaceSnapshot> take_snapshot();

private:
    struct Racer {
        Entry entry;                   // without its rank
        std::uint64_t score_order{0};  // arrival of the update that brought the score: who got there first
        std::vector<double> outputs;   // [second - 1], NaN where not ridden; for Score::Mean and Score::Total
    };

    [[nodiscard]] Racer* racer_of(const Update& update);
    void set_name(Racer& racer, std::string_view name);
    void take_output(Racer& racer, const Update& update) const;
    [[nodiscard]] double score(const Racer& racer, double output) const;
    [[nodiscard]] bool beats_history(const Racer& racer) const;

    const Races::Options& options_;
    const ClassId class_id_;
    const RaceId race_id_;
    const std::shared_ptr<const history::ClassBests> before_;  // the history as it was when the race opened
    std::uint64_t opened_order_;
    std::uint64_t last_order_;
    std::uint32_t leading_second_{0};
    std::vector<Racer> racers_;
    SlotMap slots_;  // racer → position in racers_
    bool changed_{false};
};

}  // namespace alleycat::ranking
