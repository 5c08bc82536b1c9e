#pragma once

#include <alleycat/ranking/races.hpp>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

namespace alleycat::ranking {

/// Applies what the shards leave in their outboxes, and publishes what changed once a tick.
///
/// Each shard's updates come in ascending arrival order, and each is applied once: those not beyond what was applied of
/// the shard are skipped, so that replaying any part of its log changes nothing.
class RankingThread {
public:
    /// What changed since the tick before.
    struct Changes {
        std::vector<std::shared_ptr<const RaceSnapshot>> races;
        std::vector<RecordEvent> records;
        bool histories{false};  ///< the personal bests of some class changed
    };
    /// The races and how far they are, at one moment.
    struct Saved {
        std::vector<std::uint64_t> applied;  ///< by shard: the highest arrival order that is in `races`, 0 for none
        std::string races;                   ///< Races::save(), where asked for
        /// What ended until then and was not saved before: whoever keeps `races` has to keep these too.
        std::vector<std::shared_ptr<const RaceResult>> results;
        std::vector<Amendment> amendments{};  ///< likewise; those of a race come behind its result
    };
    struct Options {
        Races::Options races;
        std::chrono::milliseconds tick{1'000};
        std::size_t shards{1};
        /// The clock of the records' arrival, ms since the epoch; none while records may still come that arrived long
        /// ago, as when a log is replayed: then no race closes, and no record is told. Called on the ranking thread.
        std::function<std::optional<std::int64_t>()> now_ms;
    };
    /// Called on the ranking thread at a tick at which something changed; by start() with what was restored.
    using Publish = std::function<void(Changes)>;

    RankingThread(Options options, Publish publish);
    ~RankingThread();

    [[nodiscard]] Outbox& outbox(ShardId shard) { return outboxes_[raw(shard)]; }
    /// Asks for the outboxes to be read before the next tick. Any thread.
    void hurry();

    /// Returns when everything put into the outboxes before the call has been applied. Any thread but this one; while
    /// the thread runs.
    void catch_up();

    enum class Save : std::uint8_t { Results, All };
    /// What has been applied, including what was put into the outboxes before the call while the thread runs. `Results`
    /// leaves `races` empty, and costs little. Any thread but this one; while the thread runs it does the work.
    [[nodiscard]] Saved save(Save what);
    /// Goes on from `saved`: start() publishes its races. Before start(). Shards that `saved` does not know start
    /// at 0, and what it knows of others is ignored. After an error (those of Races::load) nothing has been applied:
    /// begin_behind() other positions.
    [[nodiscard]] Result<void> restore(const Saved& saved);
    /// Begins without races, behind these positions by shard. Before start().
    void begin_behind(const std::vector<std::uint64_t>& applied);

    /// Takes the racer out of every open race, and returns when that is done. Any thread but this one.
    void erase(RacerId racer);

    /// From here on updates of this class count too. Any thread.
    void add_class(ClassId id);

    /// Publishes what was restored, before it returns. While a log is replayed, races are published at each tick, and
    /// once more as soon as that has ended.
    void start();
    /// Applies and publishes what waits, and ends the thread.
    void stop();

private:
    struct Saver {
        Save what;
        std::promise<Saved> promise;
    };
    /// What others have asked of the thread; taken all at once.
    struct Asked {
        std::vector<ClassId> classes;
        std::vector<RacerId> erased;
        std::vector<Saver> savers;
        std::uint64_t tickets{0};  // catch_up() calls so far
    };

    void run();
    [[nodiscard]] std::optional<std::int64_t> clock() const;
    void apply_waiting();
    void take_classes(const std::vector<ClassId>& added);
    void publish_changes(std::optional<std::int64_t> now_ms);
    [[nodiscard]] Asked wait(std::chrono::steady_clock::time_point until, bool& stopping);
    [[nodiscard]] Saved state(Save what);
    void answer(std::vector<Saver> savers);
    [[nodiscard]] bool take_changed_histories();

    const Options options_;
    const Publish publish_;
    std::vector<Outbox> outboxes_;
    // The ranking thread:
    std::vector<ClassId> classes_;
    std::map<ClassId, std::shared_ptr<const history::ClassBests>> published_bests_;
    Races races_;
    std::vector<std::uint64_t> applied_;  // by shard: the highest arrival order in races_
    UpdateBatch batch_;                   // being applied

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable caught_up_;
    Asked asked_;                // guarded by mutex_
    bool hurry_{false};          // guarded by mutex_
    std::uint64_t answered_{0};  // tickets; guarded by mutex_
    bool stopping_{false};       // guarded by mutex_
    bool running_{false};        // the thread owns races_ and applied_; guarded by mutex_
    std::thread thread_;
};

}  // namespace alleycat::ranking
