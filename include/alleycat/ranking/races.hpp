#pragma once

#include <alleycat/core/erased_racers.hpp>
#include <alleycat/core/error.hpp>
#include <alleycat/ranking/board.hpp>
#include <alleycat/ranking/race_result.hpp>
#include <alleycat/ranking/record_event.hpp>
#include <alleycat/ranking/update.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alleycat::ranking {

class Race;
class StateReader;

/// The races that are being ridden, ranked.
///
/// A race opens with its first record. A racer finishes by `final`, or by silence past the race's length; the race has
/// finished when all its racers have. Late records, and racers who join, still count until it is closed: `grace` (at
/// least a second) behind its latest record where all have finished, in any case `grace` behind its length, or when it
/// makes room for another one. A closed race never opens again.
///
/// Thread: one owner (the ranking thread). Snapshots may go anywhere.
/// Memory: about 200 bytes a racer of an open race and 8 bytes for each second ridden; at most open_races × kMaxRacers
///         of them a class. Of closed races, the ids of the latest kRemembered.
/// Suspect: a racer with a suspect record is `unverified` in that race from there on, and counts as ever. One that is
///         held counts nowhere, and marks its racer where there is one. One that was released counts however late it
///         comes; where its race is closed, it is an amendment.
/// Order:  updates of one racer in the order of their arrival; else any order, and any repetition, ends in the same
///         boards. A second that is reported twice counts with its higher output, as in the history.
/// Final:  seconds behind the racer's final one do not count. Of several that were said to be final, the highest is.
/// State:  save() and load() carry the open races over a restart. A second that the durable history holds and the
///         durable state does not is no `record` when it is replayed: make the state of some records durable first.
class Races {
public:
    /// A race takes no more racers than this; their seconds still reach the history.
    static constexpr std::size_t kMaxRacers = 200'000;
    static constexpr std::size_t kRemembered = 4'096;
    /// So many times as many races are open while a log is replayed, since some shards are read ahead of others.
    static constexpr std::size_t kReplayRoom = 4;
    /// Of a race, between two calls of take_records().
    static constexpr std::size_t kMaxRecords = 100;

    struct Options {
        Score score{Score::Output};
        Ties ties{Ties::Competition};
        std::vector<ClassId> classes;
        std::uint32_t seconds{300};                ///< race length
        std::chrono::milliseconds grace{30'000};   ///< in which late records count
        std::chrono::milliseconds silence{5'000};  ///< past the race's length, after which a racer has finished
        std::size_t open_races{16};  ///< a class, at least 1; the one silent longest makes room for a new one
        /// The class's history, read when a race opens or is loaded, for `Entry::record`.
        std::function<std::shared_ptr<const history::ClassBests>(ClassId)> bests;
        /// Told of each name that is new or changed.
        std::function<void(RacerId, std::string_view)> on_name;
        /// Whether the race is known as closed from before; asked once for each race that opens. Empty: none is.
        std::function<bool(ClassId, RaceId)> closed;
        /// What of theirs arrived before they were erased is passed over. Outlives the races; null: there are none.
        const ErasedRacers* erased{nullptr};
    };

    explicit Races(Options options);
    ~Races();

    /// A replayed log may hold what another configuration let in: other classes and later seconds are passed over.
    void apply(const UpdateBatch& batch);
    /// From here on updates of this class count too.
    void add_class(ClassId id);

    /// Whether what comes is read from a log. Takes effect with the next race that opens.
    void set_replaying(bool replaying) { replaying_ = replaying; }

    /// Lets time pass: racers finish by silence, and races close. `now_ms`: the clock of the records' arrival, ms since
    /// the epoch. Only while no record is still on its way that arrived long before.
    void pass_time(std::int64_t now_ms);

    /// Snapshots of the races that changed since the last call; those of races that were closed come first.
    [[nodiscard]] std::vector<std::shared_ptr<const RaceSnapshot>> take_changed();
    /// Outputs since the last call that beat their racer's history; of several of a racer the latest.
    [[nodiscard]] std::vector<RecordEvent> take_records();
    /// The races that have finished or were closed since the last call, or changed behind that.
    [[nodiscard]] std::vector<std::shared_ptr<const RaceResult>> take_results();

    /// What was released for closed races since the last call.
    [[nodiscard]] std::vector<Amendment> take_amendments() { return std::exchange(amendments_, {}); }

    /// Takes the racer out of every open race, and out of results and records that were not taken.
    void erase(RacerId racer);

    /// All open races, as load() takes them, whatever the score. A racer takes 67 bytes, the name, and 8 bytes a second
    /// of the race so far. Results and amendments that were not taken, and what a closed race has not published yet,
    /// are not in it.
    [[nodiscard]] std::string save() const;

    /// Puts the saved races in the place of all open ones, as changed, and tells their names. Races of classes that are
    /// not configured, and those known as closed, are left out, and where there are more than `open_races`, those
    /// silent longest make room. The bytes are not trusted.
    /// Errors: CorruptFile: no such bytes. OutOfRange: saved under a longer race. After an error no race is open.
    [[nodiscard]] Result<void> load(std::string_view state);

private:
    using Key = std::pair<ClassId, RaceId>;
    using OpenRaces = std::map<Key, std::unique_ptr<Race>>;

    void apply(const Update& update, std::string_view name);
    /// nullptr where the class is not configured, or the race is closed.
    [[nodiscard]] Race* race_of(const Update& update);
    [[nodiscard]] bool configured(ClassId class_id) const;
    [[nodiscard]] bool is_closed(const Key& key);
    /// Leaves at most so many races of the class open.
    void make_room(ClassId class_id, std::size_t most);
    OpenRaces::iterator close(OpenRaces::iterator race);
    void remember_closed(const Key& key);
    [[nodiscard]] bool load_races(StateReader& state, std::uint8_t version);
    /// Those of the latest race last, since that is the name that stays.
    void tell_names() const;
    void clear();

    Options options_;
    OpenRaces races_;
    std::vector<std::shared_ptr<const RaceSnapshot>> closed_;  // not yet taken
    std::vector<std::shared_ptr<const RaceResult>> results_;   // of closed races, not yet taken
    std::vector<RecordEvent> records_;                         // likewise
    std::vector<Amendment> amendments_;                        // not yet taken
    std::set<Key> remembered_;                                 // closed races …
    std::deque<Key> remembered_order_;                         // … from the oldest on
    bool replaying_{false};
    Race* latest_{nullptr};  // the race of the latest update, since its neighbours are mostly of the same
    Key latest_key_{};
};

}  // namespace alleycat::ranking
