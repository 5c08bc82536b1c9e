#pragma once

#include <alleycat/commitlog/disk.hpp>
#include <alleycat/commitlog/log_record.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace alleycat::commitlog {

/// What opening a log found behind the last whole record of its last segment.
struct TornTail {
    std::filesystem::path path;
    std::uint64_t offset{0};
    std::uint64_t bytes{0};  ///< 0: nothing
};

struct LogOptions {
    std::filesystem::path directory;  ///< of this shard alone
    ShardId shard{};
    std::uint64_t segment_bytes{std::uint64_t{64} << 20};    ///< a segment ends with the commit that reaches this size
    std::chrono::milliseconds retention{24 * 3600 * 1'000};  ///< age at which a segment is removed …
    std::uint64_t retention_bytes{std::uint64_t{4} << 30};   ///< … or the size of the whole log
};

/// Reads the headers of a shard's segments and finds where the last one ends. Changes nothing.
///
/// Throws std::runtime_error with one line that names the file: a directory or segment that cannot be read, a missing
/// segment, a foreign one, another version.
struct LogContents {
    std::vector<Segment> segments;
    SequenceNumber last_sequence{0};  ///< 0: no record was ever written
    TornTail torn;
    std::vector<DamagedRegion> damaged;  ///< in the last segment, before its last whole record
    std::uint64_t end_of_bytes{0};       ///< of the last segment: behind this are only zeros
};
[[nodiscard]] LogContents read_contents(const Disk& disk, const std::filesystem::path& directory, ShardId shard);

/// The log of one shard: records are appended to segments, and committed in groups.
///
/// Thread:     the shard's; segments(), bytes() and last_sequence() on any.
/// Durability: append() fixes the order; what commit() covers survives power loss.
/// Failure:    a group that cannot be committed is forgotten: the caller appends it again. Where the disk is full the
///             same place is tried again; after any other error, so after each failed sync, that segment is given up
///             and a new one begins, since nobody knows what of it the disk has.
/// Recovery:   a log never changes what an earlier process wrote (but for cutting zeros off): it goes on in a new
///             segment, whose header says how far the old one counts.
class CommitLog {
public:
    using Clock = std::chrono::system_clock;

    /// Throws std::runtime_error as read_contents() does, where the directory cannot be made, and where what an earlier
    /// process left cannot be synced.
    CommitLog(Disk& disk, LogOptions options);
    ~CommitLog();

    /// What opening found.
    [[nodiscard]] const TornTail& torn_tail() const { return torn_; }
    [[nodiscard]] const std::vector<DamagedRegion>& damaged() const { return damaged_; }

    /// Adds a record to the group. `record.sequence`: above those of all before it. What goes wrong is told by
    /// commit().
    void append(const LogRecord& record, Clock::time_point now);
    /// Writes the group and waits for the disk.
    [[nodiscard]] Result<void> commit();

    /// Removes the oldest segments that are too old, or too many, and of which every record has a sequence up to
    /// `through`. Errors: the system's.
    [[nodiscard]] Result<void> remove_expired(SequenceNumber through, Clock::time_point now);

    /// All segments, oldest first, as far as they are committed.
    [[nodiscard]] std::vector<Segment> segments() const;
    [[nodiscard]] std::uint64_t bytes() const;
    /// Of the latest committed record, of this process or an earlier one; 0: there never was one.
    [[nodiscard]] SequenceNumber last_sequence() const;

private:
    void continue_after(const LogContents& contents);
    [[nodiscard]] Result<void> begin_segment(SequenceNumber first_sequence, Clock::time_point now);
    [[nodiscard]] bool must_begin_segment(Clock::time_point now) const;
    [[nodiscard]] Result<void> write_group();
    void allocate();
    void forget_group(boost::system::error_code error);
    void seal();

    Disk& disk_;
    const LogOptions options_;
    TornTail torn_;
    std::vector<DamagedRegion> damaged_;

    // The shard's thread.
    std::unique_ptr<File> file_;         // of the last segment; null: it takes no more
    std::uint64_t written_{0};           // of it; behind what is committed stands the group
    std::uint64_t allocated_{0};         // of it
    std::vector<std::byte> group_;       // not written yet
    SequenceNumber group_last_{0};       // 0: the group is empty
    boost::system::error_code failure_;  // why the group cannot be committed

    mutable std::mutex mutex_;
    std::vector<Segment> segments_;    // guarded by mutex_; changed by the shard's thread only
    SequenceNumber last_sequence_{0};  // likewise
};

}  // namespace alleycat::commitlog
