#pragma once

#include "race_recorder.hpp"

#include <alleycat/archive/file_eraser.hpp>
#include <alleycat/core/bounded_queue.hpp>
#include <alleycat/core/erased_racers.hpp>
#include <alleycat/delivery/delivery_pool.hpp>
#include <alleycat/history/history_store.hpp>
#include <alleycat/stream/stream.hpp>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace alleycat::app {

/// Erases people: what is stored of a racer goes from the database, open races, histories and delivered files. The log
/// forgets by its retention, and until then nothing of theirs comes back out of it.
///
/// First it is noted in the database that somebody is to go: a start finishes what a crash left undone. Files that are
/// still being written are looked at again later; the report says how many.
///
/// Thread: one of its own, one erasure at a time; ask() on any.
/// Full:   at most kCapacity wait.
class Eraser {
public:
    static constexpr std::size_t kCapacity = 64;

    struct Way {
        ErasedRacers& erased;  ///< asked by all that records come by
        RaceRecorder& recorder;
        ranking::RankingThread& ranking;
        delivery::DeliveryThread& merging;
        delivery::DeliveryPool& delivery;
        history::HistoryStore& history;
        const stream::Stream& stream;
        archive::FileEraser files;
        std::chrono::milliseconds retention;  ///< of the log
        std::function<void(RacerId)> forget;  ///< what else knows the racer: names, live boards
        /// Takes what is held of theirs out of the quarantine, behind the windows that may bring some.
        std::function<Result<std::uint64_t>(RacerId, std::int64_t asked_ms)> erase_held{};
    };
    using Outcome = std::variant<std::string, boost::system::error_code>;  ///< the report, a JSON object; or why not
    using Done = std::function<void(Outcome)>;                             ///< on the eraser's thread

    explicit Eraser(Way way);
    ~Eraser();

    /// `unfinished`: what an earlier process did not come to.
    void start(std::vector<results::Erasure> unfinished);
    /// Gives up what is under way: the next start goes on. Before all that it asks is stopped.
    void stop();

    /// False, and `done` is not called, where too many wait.
    [[nodiscard]] bool try_ask(RacerId racer, Done done);

private:
    using Clock = std::chrono::steady_clock;
    struct Job {
        RacerId racer{};
        std::int64_t asked_ms{0};
        Done done;
        Clock::time_point due{};  // of one that could not be finished
        // Once everything but files is done, which is done once, since what they ride later is theirs again:
        std::optional<archive::FileEraser::Request> files{};
        results::ResultStore::Erased results{};
        std::uint64_t outputs{0};
        std::uint64_t held{0};
    };

    void run();
    [[nodiscard]] std::optional<Job> next();
    void perform(Job job);
    /// Everything but files.
    [[nodiscard]] Result<void> clear(Job& job);
    /// False where files are left for later.
    [[nodiscard]] bool clear_files(const Job& job, std::string& report);
    void repeat(Job job);
    [[nodiscard]] Result<results::ResultStore::Erased> erase_results(const Job& job);
    [[nodiscard]] Result<void> finish(const Job& job, const std::string& report);
    [[nodiscard]] Result<std::uint64_t> erase_history(RacerId racer);
    /// Until the windows that had left their shards have been stored. Errors: operation_canceled, timed_out.
    [[nodiscard]] Result<void> wait_for_windows() const;
    template <class T>
    [[nodiscard]] Result<T> await(std::future<Result<T>> answer) const;

    const Way way_;
    std::vector<Job> unfinished_;  // the eraser's thread
    BoundedQueue<Job> queue_{kCapacity};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace alleycat::app
