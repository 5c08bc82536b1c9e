#pragma once

#include <alleycat/ranking/board.hpp>
#include <alleycat/ranking/update.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace alleycat::ranking {

class Race;

/// The races that are being ridden, ranked.
///
/// Thread: one owner (the ranking thread). Snapshots may go anywhere.
/// Memory: about 200 bytes a racer of an open race (8 bytes a second of the race more where the score is mean or
/// total);
///         at most open_races × kMaxRacers of them a class.
/// Order:  updates of one racer in the order of their arrival; else any order, and any repetition, ends in the same
///         boards. A second that is reported twice counts with its higher output, as in the history.
class Races {
public:
    /// A race takes no more racers than this; their seconds still reach the history.
    static constexpr std::size_t kMaxRacers = 200'000;

    struct Options {
        Score score{Score::Output};
        std::vector<ClassId> classes;
        std::uint32_t seconds{300};  ///< race length
        std::size_t open_races{16};  ///< a class; the one that was silent longest makes room for a new one
        /// The class's history, read when a race opens, for `Entry::record`.
        std::function<std::shared_ptr<const history::ClassBests>(ClassId)> bests;
        /// Told of each name that is new or changed.
        std::function<void(RacerId, std::string_view)> on_name;
    };

    explicit Races(Options options);
    ~Races();

    void apply(const UpdateBatch& batch);

    /// Snapshots of the races that changed since the last call.
    [[nodiscard]] std::vector<std::shared_ptr<const RaceSnapshot>> take_changed();

private:
    using Key = std::pair<ClassId, RaceId>;

    [[nodiscard]] Race& race_of(const Update& update);
    void make_room(ClassId class_id);

    Options options_;
    std::map<Key, std::unique_ptr<Race>> races_;
    Race* latest_{nullptr};  // the race of the latest update, since its neighbours are mostly of the same
    Key latest_key_{};
};

}  // namespace alleycat::ranking
