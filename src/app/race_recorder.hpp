#pragma once

#include "checkpoints.hpp"

#include <alleycat/ranking/ranking_thread.hpp>
#include <alleycat/results/result_store.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace alleycat::app {

/// Brings what the races end with into the database, and with it how far they are in the log: in one transaction, so
/// that a crash neither loses a result nor brings one twice.
///
/// Thread: one of its own, which alone writes the database. What it is asked to do runs there too.
/// Full:   what could not be written waits, a race at a time; while kMaxWaiting races do, may_close() says no.
class RaceRecorder {
public:
    static constexpr std::size_t kMaxWaiting = 1'024;

    using RaceKey = std::pair<ClassId, RaceId>;

    struct Way {
        ranking::RankingThread& ranking;
        results::ResultStore& store;
        Checkpoints* checkpoints;  ///< null: there is no log to go on in
        /// Told of class records, on the recorder's thread.
        std::function<void(std::vector<ranking::RecordEvent>)> tell;
        /// Told of closed races whose stored result has changed, likewise; empty: nobody wants to know.
        std::function<void(const std::set<RaceKey>&)> amended{};
    };
    using Task = std::function<void(results::ResultStore&)>;

    explicit RaceRecorder(Way way);
    ~RaceRecorder();

    void start();
    /// Some race has ended: write it soon. Any thread.
    void hurry();
    /// Runs `task` on the recorder's thread, soon, where it has not been stopped, and behind the races as they are
    /// then. At most a few at once. Any thread.
    void ask(Task task);
    /// Writes what there is, everything included, and ends the thread; the ranking thread has ended before.
    void stop();

    /// Any thread.
    [[nodiscard]] bool may_close() const { return !full_; }
    /// What the database said to the last attempt to write it; none: it was well. Any thread.
    [[nodiscard]] boost::system::error_code failure() const;

private:
    using Clock = std::chrono::steady_clock;

    void end();
    void run();
    [[nodiscard]] bool wait(std::vector<Task>& tasks);
    void save(ranking::RankingThread::Save what);
    void write(std::optional<results::Checkpoint> checkpoint);
    void tell_amended();
    void note(const boost::system::error_code& outcome);

    const Way way_;
    // The recorder's thread:
    std::map<RaceKey, std::shared_ptr<const ranking::RaceResult>> waiting_;  // results that are not written yet
    std::vector<ranking::Amendment> amendments_;                             // likewise
    Checkpoints::Positions saved_;
    Clock::time_point next_save_{Clock::now()};
    Clock::time_point next_checkpoint_{Clock::time_point::min()};

    std::atomic<bool> full_{false};
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Task> tasks_;            // guarded by mutex_
    bool hurry_{false};                  // guarded by mutex_
    boost::system::error_code failure_;  // guarded by mutex_
    bool stopping_{false};               // guarded by mutex_
    std::thread thread_;
};

}  // namespace alleycat::app
