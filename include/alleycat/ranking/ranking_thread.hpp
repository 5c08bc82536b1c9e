#pragma once

#include <alleycat/ranking/races.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace alleycat::ranking {

/// Applies what the shards leave in their outboxes, and publishes what changed once a tick.
class RankingThread {
public:
    /// What changed since the tick before.
    struct Changes {
        std::vector<std::shared_ptr<const RaceSnapshot>> races;
        std::vector<ClassId> histories;  ///< classes whose personal bests changed
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

    void start();
    /// Applies and publishes what waits, and ends the thread.
    void stop();

private:
    void run();
    void apply_waiting();
    [[nodiscard]] std::vector<ClassId> take_changed_histories();

    const std::vector<ClassId> classes_;
    const std::function<std::shared_ptr<const history::ClassBests>(ClassId)> bests_;
    std::map<ClassId, std::shared_ptr<const history::ClassBests>> published_bests_;  // the ranking thread
    Races races_;                                                                    // the ranking thread
    const std::chrono::milliseconds tick_;
    std::vector<Outbox> outboxes_;
    const Publish publish_;
    UpdateBatch batch_;  // the ranking thread: being applied

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable caught_up_;
    bool hurry_{false};          // guarded by mutex_
    std::uint64_t asked_{0};     // catch_up() calls; guarded by mutex_
    std::uint64_t answered_{0};  // of them; guarded by mutex_
    bool stopping_{false};       // guarded by mutex_
    std::thread thread_;
};

}  // namespace alleycat::ranking
