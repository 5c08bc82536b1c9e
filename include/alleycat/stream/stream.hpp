#pragma once

#include <alleycat/commitlog/disk.hpp>
#include <alleycat/commitlog/log_record.hpp>
#include <alleycat/core/durations.hpp>
#include <alleycat/core/ids.hpp>
#include <alleycat/core/verdict.hpp>
#include <alleycat/stream/hash_key.hpp>
#include <alleycat/stream/ledger.hpp>
#include <alleycat/stream/partition_key.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace alleycat::stream {

using SteadyTime = std::chrono::steady_clock::time_point;
using commitlog::SequenceNumber;

/// One durable record, as a shard hands it on. Its views are valid during the call that does.
struct Entry {
    SequenceNumber sequence{0};  ///< increases within the shard; over the whole stream in the order of acceptance
    std::int64_t arrival_ms{0};  ///< ms since the epoch
    bool replayed{false};        ///< read from the log, which an earlier process wrote
    std::string_view partition_key;
    std::string_view data;
    // What the data says, where it is a valid record:
    telemetry::Event event{};
    std::uint32_t second{0};
    RaceId race_id{};
    RacerId racer_id{};
    ClassId class_id{};
    double output{0};
    std::string_view name;
    Verdict verdict{};
};

/// What a shard does with its records.
///
/// Thread: the shard's, from start() to the end of stop(); position() and seen() before start().
class ShardConsumer {
public:
    virtual ~ShardConsumer() = default;

    /// The log is read from behind this record at the start: up to it every effect has survived. 0: from the beginning.
    [[nodiscard]] virtual SequenceNumber position() const { return 0; }
    /// Some effect of records up to this one may have survived: new records get higher numbers, also where the log is
    /// gone.
    [[nodiscard]] virtual SequenceNumber seen() const { return position(); }
    /// Records up to this one may be removed from the log; grows.
    [[nodiscard]] virtual SequenceNumber checkpoint() const { return 0; }

    /// False while the consumer's own room is used up: the shard keeps its records and asks again soon.
    [[nodiscard]] virtual bool ready(SteadyTime now) = 0;
    virtual void consume(const Entry& entry, SteadyTime now) = 0;
    /// A record whose data is not valid: a client of the stream API may send anything, and limits may have changed
    /// since the log was written.
    virtual void refuse(const Entry& entry, const telemetry::Rejection& why, SteadyTime now) = 0;
    /// Behind each batch, and whenever the time that the last call returned has come. Returns when to call again.
    virtual SteadyTime end_batch(SteadyTime now) = 0;
    /// Everything that the log held is consumed; what follows is new.
    virtual void end_replay() {}
    /// The last call: everything is consumed.
    virtual void finish() = 0;
};

/// What a shard takes in a second, all doors together; a burst may bring as much at once.
struct ShardLimits {
    std::uint32_t records{1'000};
    std::uint32_t bytes{1U << 20};  ///< of data and partition keys
};

/// Where and how records become durable.
struct LogSettings {
    std::filesystem::path directory;               ///< holds a folder a shard
    std::chrono::milliseconds commit_interval{5};  ///< a shard commits at most once in this time …
    std::uint64_t commit_bytes{256 * 1024};        ///< … unless this much waits
    std::uint64_t segment_bytes{std::uint64_t{64} << 20};
    std::chrono::milliseconds retention{24 * 3600 * 1'000};
    std::uint64_t retention_bytes{std::uint64_t{16} << 30};  ///< of all shards together
    telemetry::RecordLimits limits;                          ///< for the records read at the start
    commitlog::Disk* disk{&commitlog::system_disk()};
};

/// Where the log of one shard stands.
[[nodiscard]] std::filesystem::path log_directory(const std::filesystem::path& logs, ShardId shard);

class Shard;
struct Waiter;

/// A place in a producer's row of records; see Producer::flush().
using Ticket = std::uint64_t;

/// A record on its way in.
struct NewRecord {
    std::string_view partition_key;         ///< 1 … 256 characters
    std::optional<HashKey> hash_key{};      ///< decides instead of the partition key's
    std::string_view data;                  ///< at most kMaxRecordBytes together with the partition key
    const telemetry::Record* record{};      ///< what the data says, or …
    const telemetry::Rejection* refusal{};  ///< … why it is no valid record: then the consumer gets to know that
    Verdict verdict{};                      ///< of a valid one; the log keeps it, so that a replay need not judge
};

inline constexpr std::size_t kMaxRecordBytes = commitlog::kMaxDataBytes;

/// What became of an append.
struct Appended {
    enum class Outcome : std::uint8_t {
        Taken,
        Full,         ///< no room in the shard's ring, or too much waits for a shard that cannot commit
        RateExceeded  ///< the shard's limits
    };
    Outcome outcome{Outcome::Full};
    ShardId shard{};
    SequenceNumber sequence{0};  ///< where it was taken

    explicit operator bool() const { return outcome == Outcome::Taken; }
};

/// One door's way into the stream.
///
/// Thread: the door's only. Each door has one of its own, so that routing needs no lock.
class Producer {
public:
    Producer(Producer&&) noexcept;
    ~Producer();

    /// Routes the record to the shard of its hash key and copies it there. One that was not taken may come again after
    /// the door's on_progress. Records of one partition key stay in order. A record that is in a ring is not durable
    /// yet.
    [[nodiscard]] Appended try_append(const NewRecord& record);

    /// When the next record will have arrived, in ms since the epoch: one time for all between two flushes.
    [[nodiscard]] std::int64_t arrival_ms();

    /// Hands over what was appended, and returns the ticket of everything appended so far: the same as before where
    /// nothing was. Belongs behind each round of appends: until then, other producers' records wait behind these.
    Ticket flush();

    /// Every record up to this ticket is durable: in the log, and synced. THE place where "accepted" becomes "durable".
    /// As long as it is behind the latest ticket, on_progress follows. (Without a log, "durable" means in the ring: a
    /// daemon that is stopped properly brings it into the history.)
    [[nodiscard]] Ticket durable();

private:
    friend class Stream;
    class Impl;
    explicit Producer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The stream: partition key → MD5 → shard → ring → log → the shard's consumer, on a thread a shard.
///
/// A record stays in its ring until it is both durable and consumed, so that whatever goes wrong with a commit, it is
/// there to be written again.
///
/// Memory: shards × (ring_capacity_bytes + 512 KiB).
class Stream {
public:
    struct Options {
        std::uint32_t shards{4};  ///< 1 … 256
        /// Further shards, whose logs are from a time when there were more: what they hold is consumed, nothing comes
        /// in.
        std::uint32_t retired_shards{0};
        std::size_t ring_capacity_bytes{8 * 1024 * 1024};  ///< a shard; rounded up to a power of two
        std::optional<ShardLimits> limits{};
        std::optional<LogSettings> log{};  ///< none: nothing survives the process
    };
    /// One shard at one moment.
    struct ShardState {
        std::uint64_t appended{0};  ///< records ever accepted
        std::uint64_t consumed{0};  ///< of them, ever handed to the consumer
        std::size_t ring_bytes{0};  ///< in use
        std::size_t ring_capacity{0};
        bool replaying{false};  ///< the consumer is still at what the log held at the start
        std::uint64_t log_bytes{0};
        std::uint64_t log_segments{0};
        std::chrono::milliseconds oldest{0};  ///< age of the oldest record that the consumer has not got; 0: none
        Durations::Counts commit_times;       ///< of the commits that succeeded, ever
        std::uint64_t committed{0};           ///< records in them
        std::uint64_t failed_commits{0};      ///< ever
        std::uint64_t damaged_regions{0};     ///< found in the log
        boost::system::error_code failure;    ///< why nothing can be committed, or read from the log, now
    };

    /// Opens the logs. One consumer a shard, retired ones too. Throws std::runtime_error with one line for a log that
    /// cannot be opened.
    Stream(Options options, std::vector<std::unique_ptr<ShardConsumer>> consumers, Ledger& ledger);
    ~Stream();

    /// `on_progress` is called on a shard's thread when a ring that refused a record has room again, or records of this
    /// producer that it has a ticket for became durable; it must only post. `door` names it in the ledger.
    /// All producers are made before start().
    [[nodiscard]] Producer make_producer(std::string door, std::function<void()> on_progress);

    void start();

    /// From here on each shard commits as soon as there is something: for the stop, where clients wait for their last
    /// acknowledgements.
    void hurry();

    /// Commits and consumes everything accepted, finishes the consumers and ends the threads. No producer may append
    /// any more. Gives up at `deadline`, but for as long as each time of that length brings something further. Returns
    /// how many records could not be committed: none of them was acknowledged.
    [[nodiscard]] std::uint64_t stop(SteadyTime deadline);

    [[nodiscard]] ShardState state(ShardId shard) const;  ///< any thread
    [[nodiscard]] std::uint32_t shards() const;           ///< retired ones too

    /// What of the shard's log can be read now; nothing where there is no log. Any thread.
    [[nodiscard]] std::vector<commitlog::Segment> segments(ShardId shard) const;
    /// Of the latest durable record of the shard; 0: there never was one. Any thread.
    [[nodiscard]] SequenceNumber last_sequence(ShardId shard) const;

private:
    const Options options_;
    Ledger& ledger_;
    std::vector<std::shared_ptr<Waiter>> waiters_;  // one a producer; fixed once started
    std::atomic<std::uint64_t> sequence_{0};        // the latest given out
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace alleycat::stream
