#pragma once

#include <alleycat/commitlog/disk.hpp>
#include <alleycat/commitlog/log_record.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace alleycat::commitlog {

class SegmentScanner;

/// Reads the records of one shard in their order, over all of its segments.
///
/// Thread:  one owner, any thread; the log may be written meanwhile, and ends for this reader where it ended when its
///          list of segments was made.
/// Damage:  skipped to the next valid record, and told once.
/// Memory:  one chunk of a segment.
class LogReader {
public:
    using OnDamage = std::function<void(const DamagedRegion&)>;

    /// `segments`: CommitLog::segments(). Records up to and including `after` are passed over. `start`: where `after`
    /// ends, as position() of an earlier reader had it; saves the way there.
    LogReader(const Disk& disk, ShardId shard, std::vector<Segment> segments, SequenceNumber after, OnDamage on_damage,
              LogPosition start = {});
    ~LogReader();

    /// The next record, its views valid until the next call; none behind the last. Errors: the system's, where a
    /// segment cannot be read; a segment that retention has removed meanwhile is passed over.
    [[nodiscard]] Result<std::optional<LogRecord>> next();

    /// Behind what next() returned last.
    [[nodiscard]] LogPosition position() const { return position_; }

private:
    /// Sets scanner_ to the next segment that is there; leaves it null behind the last.
    [[nodiscard]] Result<void> open_next();

    const Disk& disk_;
    const ShardId shard_;
    const std::vector<Segment> segments_;
    const SequenceNumber after_;
    const OnDamage on_damage_;
    LogPosition position_;
    std::size_t next_segment_{0};
    std::unique_ptr<SegmentScanner> scanner_;  // of the segment before next_segment_
};

}  // namespace alleycat::commitlog
