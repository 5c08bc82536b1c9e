#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/ranking/board.hpp>
#include <alleycat/ranking/update.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::ranking {

class Race;
class StateReader;

/// The races that are being ridden, ranked.
///
/// Thread: one owner (the ranking thread). Snapshots may go anywhere.
/// Memory: about 200 bytes a racer of an open race (8 bytes a second of the race more where the score is mean or
/// total);
///         at most open_races × kMaxRacers of them a class.
/// Order:  updates of one racer in the order of their arrival; else any order, and any repetition, ends in the same
///         boards. A second that is reported twice counts with its higher output, as in the history.
/// State:  save() and load() carry the open races over a restart. A second that the durable history holds and the
///         durable state does not is no `record` when it is replayed: make the state of some records durable first.
class Races {
public:
    /// A race takes no more racers than this; their seconds still reach the history.
    static constexpr std::size_t kMaxRacers = 200'000;

    struct Options {
        Score score{Score::Output};
        std::vector<ClassId> classes;
        std::uint32_t seconds{300};  ///< race length
        std::size_t open_races{16};  ///< a class, at least 1; the one silent longest makes room for a new one
        /// The class's history, read when a race opens or is loaded, for `Entry::record`.
        std::function<std::shared_ptr<const history::ClassBests>(ClassId)> bests;
        /// Told of each name that is new or changed.
        std::function<void(RacerId, std::string_view)> on_name;
    };

    explicit Races(Options options);
    ~Races();

    /// A replayed log may hold what another configuration let in: other classes and later seconds are passed over.
    void apply(const UpdateBatch& batch);
    /// From here on updates of this class count too.
    void add_class(ClassId id);

    /// Snapshots of the races that changed since the last call; those of races that made room come first.
    [[nodiscard]] std::vector<std::shared_ptr<const RaceSnapshot>> take_changed();

    /// All open races, as load() takes them. A racer takes 46 bytes and the name, and 8 bytes a second of the race so
    /// far more where the score is mean or total. What a race that made room has not published yet is not in it.
    [[nodiscard]] std::string save() const;

    /// Puts the saved races in the place of all open ones, as changed, and tells their names. Races of classes that are
    /// not configured are left out, and where there are more than `open_races`, those silent longest make room.
    /// Errors: CorruptFile: no such bytes (they are not trusted, but only a checksum of the caller's detects every
    ///         change). OutOfRange: saved under another score, whose outputs are not there, or under a longer race.
    ///         After an error no race is open.
    [[nodiscard]] Result<void> load(std::string_view state);

private:
    using Key = std::pair<ClassId, RaceId>;

    /// nullptr where the class is not configured.
    [[nodiscard]] Race* race_of(const Update& update);
    [[nodiscard]] bool configured(ClassId class_id) const;
    /// Leaves at most so many races of the class open.
    void make_room(ClassId class_id, std::size_t most);
    [[nodiscard]] bool load_races(StateReader& state);
    /// Those of the latest race last, since that is the name that stays.
    void tell_names() const;
    void clear();

    Options options_;
    std::map<Key, std::unique_ptr<Race>> races_;
    std::map<Key, std::shared_ptr<const RaceSnapshot>> evicted_;  // races that made room, with a change not yet taken
    Race* latest_{nullptr};  // the race of the latest update, since its neighbours are mostly of the same
    Key latest_key_{};
};

}  // namespace alleycat::ranking
