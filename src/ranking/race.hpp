#pragma once

#include <alleycat/ranking/races.hpp>

#include <limits>
#include <map>
#include <optional>
#include <unordered_map>

namespace alleycat::ranking {

class StateReader;
class StateWriter;

/// One race and its racers.
class Race {
public:
    Race(const Races::Options& options, ClassId class_id, RaceId race_id);

    /// Passes over what comes too late.
    void apply(const Update& update, std::string_view name);
    /// Something of the racer is held: whoever has a row is unverified.
    void mark(RacerId racer);
    /// Racers finish by silence.
    void pass_time(std::int64_t now_ms);
    [[nodiscard]] bool due_to_close(std::int64_t now_ms) const;
    void close();
    void erase(RacerId racer);

    void save(StateWriter& state) const;
    /// The race that was saved, changed; nullptr where `state` does not hold exactly one.
    /// `version`: of the state.
    [[nodiscard]] static std::unique_ptr<Race> load(const Races::Options& options, ClassId class_id, RaceId race_id,
                                                    StateReader& state, std::uint8_t version);
    void tell_names() const;

    [[nodiscard]] bool changed() const { return changed_; }
    [[nodiscard]] std::uint64_t last_order() const { return last_order_; }
    [[nodiscard]] std::shared_ptr<const RaceSnapshot> take_snapshot();
    void take_records(std::vector<RecordEvent>& records);
    /// nullptr while it is running, where nothing has changed since the last call, and where nobody is left in it.
    [[nodiscard]] std::shared_ptr<const RaceResult> take_result();

private:
    /// What is known of a racer beside the row, which readers share.
    struct Ride {
        std::vector<double> outputs;   // [second - 1], NaN where not ridden
        std::uint32_t final{0};        // the highest second that was said to be the final one, 0: none was
        std::uint32_t told_record{0};  // the latest second whose record was taken
        std::uint32_t noted{0};        // one more than the place among records_; 0: not there

        /// The latest second that counts. What was ridden behind the final one is kept only because that may become a
        /// later one.
        [[nodiscard]] std::uint32_t last() const
        {
            return final != 0 ? final : static_cast<std::uint32_t>(outputs.size());
        }
    };
    /// What readers see of a racer, and the place in the order.
    struct Shown {
        RankKey key;
        double current_output;
        std::uint32_t second;
        bool record;
        bool finished;
        bool unverified;
        const std::string* name;

        bool operator==(const Shown&) const = default;
    };
    /// A record that waits to be taken.
    struct Noted {
        std::uint32_t slot{0};
        std::uint32_t second{0};
        double output{0};
        double previous{0};  // NaN: none
    };

    /// A record that is of no later second than the final one.
    void count(std::uint32_t slot, const Update& update, std::int64_t at_ms, std::string_view name);
    [[nodiscard]] Shown shown(std::uint32_t slot) const;
    void note_row_changed();
    [[nodiscard]] std::optional<std::uint32_t> slot_of(const Update& update, std::int64_t at_ms);
    /// When it happened, as far as the race's times go.
    [[nodiscard]] std::int64_t time_of(const Update& update) const;
    void note_released(const Update& update);
    void save_released(StateWriter& state) const;
    [[nodiscard]] bool load_released(StateReader& state);
    void set_name(RacerRow& row, std::string_view name) const;
    /// The output of `second` is this now, or higher.
    void take_output(std::uint32_t slot, std::uint32_t second, double output);
    void set_second(RacerRow& row, std::uint32_t second);
    void count_second(std::uint32_t second);
    [[nodiscard]] std::uint32_t leading_second() const;
    void take_score(std::uint32_t slot, double output, std::uint64_t order);
    void place(std::uint32_t slot, const RankKey& key, bool joins);
    void count_score(double score, bool more);
    void set_finished(RacerRow& row, bool finished);
    void note_record(std::uint32_t slot);
    [[nodiscard]] static ResultRow scores(const Ride& ride);
    [[nodiscard]] RaceState state() const;
    [[nodiscard]] std::int64_t length_end_ms() const;
    [[nodiscard]] std::int64_t deadline_ms() const;
    void save_racer(StateWriter& state, std::uint32_t slot) const;
    [[nodiscard]] bool load_racer(StateReader& state, std::uint8_t version);
    /// Outputs of so many seconds, behind `ride.final`.
    [[nodiscard]] bool load_outputs(StateReader& state, std::uint32_t seconds, Ride& ride) const;
    void add(RacerRow row, Ride ride);

    const Races::Options& options_;
    const ClassId class_id_;
    const RaceId race_id_;
    const std::shared_ptr<const history::ClassBests> before_;  // the history when the race opened, or was loaded
    std::uint64_t opened_order_{std::numeric_limits<std::uint64_t>::max()};
    std::uint64_t last_order_{0};
    std::int64_t start_ms_{std::numeric_limits<std::int64_t>::max()};
    std::int64_t last_ms_{std::numeric_limits<std::int64_t>::min()};
    RacerRows rows_;
    std::vector<Ride> rides_;  // by slot
    RankTree order_;
    RankTree scores_;                                               // each once, where ranks are dense
    std::unordered_map<double, std::uint32_t> sharing_;             // racers by score, likewise
    std::size_t riding_{0};                                         // racers who have not finished
    std::vector<std::uint32_t> racers_at_;                          // [second]: whose latest it is
    std::vector<Noted> records_;                                    // the latest of each racer who has one
    std::map<std::pair<RacerId, std::uint32_t>, double> released_;  // outputs by racer and second, as released
    bool closed_{false};
    bool changed_{false};      // what a snapshot says
    bool rows_changed_{true};  // what it says of the racers
    bool result_changed_{false};
};

}  // namespace alleycat::ranking
