#pragma once

#include <alleycat/core/erased_racers.hpp>
#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/delivery/delivery_thread.hpp>
#include <alleycat/delivery/stop_signal.hpp>
#include <alleycat/delivery/transform.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace alleycat::delivery {

/// What the pool has done, ever. Any thread may read.
struct PoolCounters {
    std::atomic<std::uint64_t> windows{0};       ///< handed on
    std::atomic<std::uint64_t> objects{0};       ///< written
    std::atomic<std::uint64_t> object_bytes{0};  ///< compressed
    std::atomic<std::uint64_t> object_records{0};
    std::array<std::atomic<std::uint64_t>, kFailureCodes.size()> failed{};  ///< records, by place in kFailureCodes
    std::atomic<std::uint64_t> dropped{0};                                  ///< records
    std::atomic<std::uint64_t> disk_failures{0};                            ///< attempts to store that failed
    std::atomic<std::uint64_t> expired_files{0};                            ///< removed
    std::atomic<std::uint64_t> expired_bytes{0};
};

/// The workers between the shards and the delivery thread. For each window: transform it, have kept what is held, store
/// what failed, store the object, hand it on.
///
/// Order:   windows of one shard stay in theirs; other shards' are worked on beside them.
/// Full:    of each shard one window is in work and one waits; the next stays with the shard and grows.
/// Failure: a disk that takes no file is tried again until it does, and the window waits; nothing is lost.
/// Memory:  of a window in work, the failed records' base64 and the compressed object.
class DeliveryPool {
public:
    using HandOn = std::function<void(Delivered)>;  ///< on a worker; may block

    struct Options {
        std::uint32_t shards{4};  ///< retired ones too
        /// Threads, and so transforms that are called at once. With one a shard, a transform that hangs with some
        /// shard's records never makes another shard wait.
        std::size_t workers{4};
        std::filesystem::path directory;  ///< data/delivery
        bool objects{true};               ///< false: only what failed is stored
        std::string stem{"alleycat-1"};   ///< what objects' names begin with
        /// Of the objects, and once more of what failed.
        HourlyFolder::Limits retention{std::chrono::hours(30 * 24), std::uint64_t{16} << 30};
        /// What delivered_positions() says: replayed records up to there are not stored again. Empty: there are none.
        std::vector<std::uint64_t> delivered;
        /// Whether the log has every record. If not, those that could not be stored until the stop are handed on all
        /// the same.
        bool log{true};
        /// Records of these are dropped, whatever the transform makes of them: neither stored nor handed on. Likewise
        /// those that are no valid records and name one of them. Asked behind the transform; outlives the pool; null:
        /// there are none.
        const ErasedRacers* erased{nullptr};
        /// Makes the window's held records durable, where it has some, before anything of it is stored; tried again
        /// until it succeeds. The same ones may come again behind a crash. On any worker. Empty: none are held.
        std::function<Result<void>(const Window&)> keep;
        std::function<std::unique_ptr<Transform>()> make_transform;  ///< called once a worker; empty: built in
        Wait wait;  ///< before a file is tried again; empty: real time, ended by the stop
    };
    /// At one moment.
    struct State {
        std::size_t waiting{0};            ///< windows
        std::size_t in_work{0};            ///< windows
        std::optional<SteadyTime> oldest;  ///< when the first record came of those windows' oldest
        bool disk_failing{false};          ///< a window waits for the disk
    };

    DeliveryPool(Options options, HandOn hand_on);
    ~DeliveryPool();

    void start();
    /// Takes the window, which is not empty, or leaves it alone and returns false where one of its shard waits. Any
    /// thread; before start() too.
    [[nodiscard]] bool try_deliver(Window& window);
    /// Takes a shard's last window, also where one waits already: whoever stops cannot wait for a transform or a disk
    /// that hangs. Any thread; before stop().
    void deliver_last(Window window);
    /// Works on what it has until `deadline`, or as long as each time of that length ends a window, then cancels. What
    /// is not stored by then is not handed on (the log has it), or, without a log, handed on as it came. Ends the
    /// threads; try_deliver() takes nothing any more. Returns how many records were left to the log.
    std::uint64_t stop(SteadyTime deadline);

    [[nodiscard]] const PoolCounters& counters() const { return counters_; }
    [[nodiscard]] State state() const;

private:
    class Worker;
    struct Shard {
        std::deque<Window> waiting;         // one, and at the stop the last
        std::optional<SteadyTime> in_work;  // when that window's first record came
    };

    void enqueue(Window window);
    void run(Worker& worker);
    [[nodiscard]] bool next(std::optional<Window>& window);
    void work(Worker& worker, const Window& window);
    [[nodiscard]] bool store(Worker& worker);
    void leave(const Window& window);
    void finished(ShardId shard);
    [[nodiscard]] bool idle() const;
    void disk_fails(const boost::system::error_code& error);
    void disk_is_well();
    void remove_expired_if_due();
    [[nodiscard]] bool wait(std::chrono::milliseconds time);

    const Options options_;
    const HandOn hand_on_;
    PoolCounters counters_;
    StopSignal cancelled_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    // All guarded by mutex_:
    std::vector<Shard> shards_;
    std::deque<ShardId> ready_;  // shards with a window that waits and none in work
    bool closed_{false};
    std::size_t failing_{0};  // workers whose window waits for the disk
    SteadyTime next_expiry_{SteadyTime::min()};
    std::uint64_t finished_{0};  // windows; guarded by mutex_
    std::uint64_t left_{0};      // records
};

}  // namespace alleycat::delivery
