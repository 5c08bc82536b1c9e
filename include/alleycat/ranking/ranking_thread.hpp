#pragma once

#include <alleycat/ranking/races.hpp>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
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
        std::vector<ClassId> histories;  ///< classes whose personal bests changed
    };
    /// The races and how far they are, at one moment.
    struct Saved {
        std::vector<std::uint64_t> applied;  ///< by shard: the highest arrival order that is in `races`, 0 for none
        std::string races;                   ///< Races::save()
    };
    /// Called on the ranking thread at a tick at which something changed.
    using Publish = std::function<void(Changes)>;

    RankingThread(Races::Options options, std::chrono::milliseconds tick, std::size_t shards, Publish publish);
    ~RankingThread();

    [[nodiscard]] Outbox& outbox(ShardId shard) { return outboxes_[raw(shard)]; }
    /// Asks for the outboxes to be read before the next tick. Any thread.
    void hurry();

    /// Returns when everything put into the outboxes before the call has been applied. Any thread but this one; while
    /// the thread runs.
    void catch_up();

    /// What has been applied, including what was put into the outboxes before the call while the thread runs. Any
    /// thread but this one; while the thread runs it does the work.
    [[nodiscard]] Saved save();
    /// Goes on from `saved`: the next tick publishes its races. Before start(). Shards that `saved` does not know start
    /// at 0, and what it knows of others is ignored. After an error (those of Races::load) nothing has been applied:
    /// begin_behind() other positions.
    [[nodiscard]] Result<void> restore(const Saved& saved);
    /// Begins without races, behind these positions by shard. Before start().
    void begin_behind(const std::vector<std::uint64_t>& applied);

    /// From here on updates of this class count too. Any thread.
    void add_class(ClassId id);

    void start();
    /// Applies and publishes what waits, and ends the thread.
    void stop();

private:
    void run();
    void apply_waiting();
    void take_classes(const std::vector<ClassId>& added);
    [[nodiscard]] Saved state() const;
    void answer(std::vector<std::promise<Saved>> savers) const;
    [[nodiscard]] std::vector<ClassId> take_changed_histories();

    std::vector<ClassId> classes_;  // the ranking thread
    const std::function<std::shared_ptr<const history::ClassBests>(ClassId)> bests_;
    std::map<ClassId, std::shared_ptr<const history::ClassBests>> published_bests_;  // the ranking thread
    Races races_;                                                                    // the ranking thread
    std::vector<std::uint64_t> applied_;  // by shard: the highest arrival order in races_; the ranking thread
    const std::chrono::milliseconds tick_;
    std::vector<Outbox> outboxes_;
    const Publish publish_;
    UpdateBatch batch_;  // the ranking thread: being applied

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable caught_up_;
    bool hurry_{false};                        // guarded by mutex_
    std::uint64_t asked_{0};                   // catch_up() calls; guarded by mutex_
    std::uint64_t answered_{0};                // of them; guarded by mutex_
    bool stopping_{false};                     // guarded by mutex_
    bool running_{false};                      // the thread owns races_ and applied_; guarded by mutex_
    std::vector<ClassId> new_classes_;         // guarded by mutex_
    std::vector<std::promise<Saved>> savers_;  // who waits in save(); guarded by mutex_
    std::thread thread_;
};

}  // namespace alleycat::ranking
