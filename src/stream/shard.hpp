#pragma once

#include "byte_ring.hpp"
#include "entry_frame.hpp"
#include "replay.hpp"

#include <alleycat/commitlog/commit_log.hpp>
#include <alleycat/core/backoff.hpp>
#include <alleycat/core/token_bucket.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace alleycat::stream {

/// One shard: a ring, the log behind it, and the thread that brings what is in the one into the other, and then to the
/// consumer.
///
/// Thread: try_push(), publish(), durable() and state() on any; start() and the stop on the owner's; the rest of the
/// work
///         is on its own.
class Shard {
public:
    struct Options {
        ShardId shard{};
        std::size_t ring_capacity_bytes{0};
        std::optional<LogSettings> log;
        std::uint64_t log_bytes{0};  // this shard's part of the log's retention_bytes
        std::optional<ShardLimits> limits{};
    };
    struct Callbacks {
        std::function<void()> on_space;    // a ring that refused a record has room
        std::function<void()> on_durable;  // durable() has grown
    };

    Shard(const Options& options, std::unique_ptr<ShardConsumer> consumer, Callbacks callbacks);
    ~Shard();

    /// Of the log at the start, or what the consumer had already seen in it.
    [[nodiscard]] SequenceNumber first_seen() const { return first_seen_; }

    void start();
    /// Commits without waiting for more, from here on.
    void hurry();
    /// Has it commit and consume what it has, until `deadline` or as long as it gets on; a second call changes nothing.
    void begin_stop(SteadyTime deadline);
    /// Waits for that. Returns how many records could not be committed.
    [[nodiscard]] std::uint64_t end_stop();

    /// What became of a push; `place`: in the ring, where it was taken.
    struct Pushed {
        Appended::Outcome outcome{Appended::Outcome::Full};
        std::size_t place{0};
    };
    /// Draws the record's number from `sequence`, so that numbers grow along the ring.
    [[nodiscard]] Pushed try_push(Framed& record, std::atomic<std::uint64_t>& sequence);
    /// on_space follows. Room may have come before the shard could see that it is wanted: so try once more.
    void want_space();
    /// on_space follows when the limits let something pass again.
    void want_tokens();
    /// `entries` were pushed since this producer's last call: wakes the shard if it waits for them.
    void publish(std::uint64_t entries);
    /// Every record whose place is not above this one is durable.
    [[nodiscard]] std::size_t durable() const { return durable_.load(std::memory_order_seq_cst); }

    [[nodiscard]] Stream::ShardState state() const;
    [[nodiscard]] const commitlog::CommitLog* log() const { return log_.get(); }

private:
    enum class Sleep : std::uint8_t { Awake, Idle, Gathering };

    void run();
    void extend_stop(bool progress);
    [[nodiscard]] bool replay();
    [[nodiscard]] bool commit_due(std::uint64_t announced, SteadyTime now) const;
    void commit(std::uint64_t announced, SteadyTime now);
    void note_success(std::uint64_t records, std::chrono::nanoseconds took);
    void note_failure(boost::system::error_code error, SteadyTime now);
    /// Hands committed entries to the consumer; false where it has no room for all of them. `anyway`: without asking.
    [[nodiscard]] bool consume(SteadyTime now, bool anyway);
    /// For state(): when the first entry arrived that the consumer has not got.
    void note_oldest();
    void remove_expired(SteadyTime now);
    /// Tells those who wait for tokens, a moment after they began to. Returns when to call again.
    [[nodiscard]] SteadyTime tell_of_tokens(SteadyTime now);
    /// No further record should be waited for.
    [[nodiscard]] bool gathered() const
    {
        return ring_.tail() - durable() >= commit_bytes_ || space_wanted_.load() || hurried_.load();
    }
    /// Unless a producer announced more than `announced` entries, or begin_stop() was called after `stopping` was read.
    void sleep(SteadyTime deadline, std::uint64_t announced, bool stopping);
    void wake();

    const Options options_;
    const std::chrono::nanoseconds commit_interval_;
    const std::size_t commit_bytes_;
    ByteRing ring_;
    std::mutex push_mutex_;                          // makes a number and a place in the ring one step
    std::optional<TokenBucket> record_tokens_;       // guarded by push_mutex_; none: no limits
    std::optional<TokenBucket> byte_tokens_;         // likewise
    std::unique_ptr<commitlog::CommitLog> log_;      // null: none
    const std::unique_ptr<ShardConsumer> consumer_;  // the shard's thread
    const Callbacks callbacks_;

    // The shard's thread.
    SequenceNumber first_seen_{0};
    std::uint64_t committed_{0};  // entries; never above what producers announced
    SteadyTime next_commit_{SteadyTime::min()};
    SteadyTime retry_at_{SteadyTime::min()};  // no commit before it, for the last one failed
    SteadyTime next_expiry_{SteadyTime::min()};
    SteadyTime tokens_due_{SteadyTime::max()};
    Backoff backoff_;

    // Two pairs of flag and counter, each written and read in one total order, so that neither side misses the other:
    std::atomic<bool> space_wanted_{false};    // with the ring's head: a producer was refused
    std::atomic<Sleep> sleep_{Sleep::Awake};   // with published_: the shard waits for work
    std::atomic<std::uint64_t> published_{0};  // entries announced by producers
    std::atomic<std::uint64_t> consumed_{0};   // entries handed to the consumer; never above committed_
    std::atomic<std::size_t> durable_{0};      // a position of the ring
    std::atomic<std::int64_t> oldest_ms_{0};   // arrival of what the consumer gets next; 0: nothing is there
    Durations commit_times_;
    std::atomic<bool> tokens_wanted_{false};
    std::atomic<bool> unusable_{false};  // nothing will ever leave the ring
    std::atomic<bool> hurried_{false};
    std::atomic<bool> stopping_{false};
    SteadyTime stop_deadline_{};       // written before stopping_; then the shard's thread only
    SteadyTime::duration patience_{};  // likewise

    mutable std::mutex state_mutex_;
    Stream::ShardState state_;  // guarded by state_mutex_: what is not counted elsewhere

    std::mutex mutex_;  // guards nothing but the sleep itself
    std::condition_variable wake_;
    std::thread thread_;
};

}  // namespace alleycat::stream
