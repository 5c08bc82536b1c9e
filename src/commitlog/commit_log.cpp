#include "segment_format.hpp"

#include <alleycat/commitlog/commit_log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <stdexcept>

namespace alleycat::commitlog {

namespace {

constexpr std::size_t kWriteBytes = 256 * 1024;            // a group leaves in pieces of this size
constexpr std::uint64_t kAllocateBytes = 4 * 1024 * 1024;  // room is reserved in steps of this size
constexpr int kSegmentsPerRetention = 8;  // at least: a quiet shard's segment ends by age, so that it can expire

std::int64_t to_ms(CommitLog::Clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

bool is_lack_of_space(const boost::system::error_code& error)
{
    return error == boost::system::errc::no_space_on_device || error.value() == EDQUOT;
}

}  // namespace

CommitLog::CommitLog(Disk& disk, LogOptions options) : disk_(disk), options_(std::move(options))
{
    if (const auto made = disk_.make_directory(options_.directory); !made) {
        throw std::runtime_error(fmt::format("{}: {}", options_.directory.string(), made.error().message()));
    }
    continue_after(read_contents(disk_, options_.directory, options_.shard));
}

CommitLog::~CommitLog()
{
    seal();
}

void CommitLog::continue_after(const LogContents& contents)
{
    segments_ = contents.segments;
    last_sequence_ = contents.last_sequence;
    torn_ = contents.torn;
    damaged_ = contents.damaged;
    if (segments_.empty()) {
        return;
    }
    auto& last = segments_.back();
    auto file = disk_.open(last.path);
    if (!file) {
        throw std::runtime_error(fmt::format("{}: {}", last.path.string(), file.error().message()));
    }
    const auto size = (*file)->size();
    if (size && *size > contents.end_of_bytes) {
        static_cast<void>((*file)->truncate(contents.end_of_bytes));  // only zeros; room for others
    }
    // What a killed process did not sync, be it records or the file's name, counts from now on and must not be lost.
    auto synced = (*file)->sync();
    synced = synced ? disk_.sync_directory(options_.directory) : synced;
    if (!synced) {
        throw std::runtime_error(fmt::format("{}: {}", last.path.string(), synced.error().message()));
    }
    if (last.end == kSegmentHeaderBytes && contents.end_of_bytes == kSegmentHeaderBytes) {
        file_ = std::move(*file);  // still without a record: a daemon that is started often leaves no row of these
        written_ = allocated_ = last.end;
    }
}

void CommitLog::append(const LogRecord& record, Clock::time_point now)
{
    if (failure_) {
        return;
    }
    if (group_last_ == 0 && must_begin_segment(now)) {
        if (const auto begun = begin_segment(last_sequence_ + 1, now); !begun) {
            failure_ = begun.error();
            return;
        }
    }
    append_frame(group_, record, segments_.back().salt);
    group_last_ = record.sequence;
    if (group_.size() >= kWriteBytes) {
        if (const auto written = write_group(); !written) {
            failure_ = written.error();
        }
    }
}

bool CommitLog::must_begin_segment(Clock::time_point now) const
{
    if (!file_ || written_ >= options_.segment_bytes) {
        return true;
    }
    const auto age = to_ms(now) - segments_.back().created_ms;
    return written_ > kSegmentHeaderBytes && age > options_.retention.count() / kSegmentsPerRetention;
}

Result<void> CommitLog::begin_segment(SequenceNumber first_sequence, Clock::time_point now)
{
    seal();
    const auto number = segments_.empty() ? 1 : segments_.back().number + 1;
    const SegmentHeader header{options_.shard, number,
                               first_sequence, segments_.empty() ? 0 : segments_.back().end,
                               to_ms(now),     std::random_device{}()};
    const auto path = options_.directory / segment_name(number);
    auto unfinished = path;
    unfinished += kUnfinished;
    auto file = disk_.create(unfinished);
    if (!file) {
        return file.error();
    }
    std::vector<std::byte> bytes;
    append_header(bytes, header);
    auto done = write_all(**file, 0, bytes);
    done = done ? (*file)->sync() : done;
    done = done ? disk_.rename(unfinished, path) : done;
    done = done ? disk_.sync_directory(options_.directory) : done;
    if (!done) {
        static_cast<void>(disk_.remove(unfinished));
        return done;
    }
    file_ = std::move(*file);
    written_ = allocated_ = bytes.size();
    const std::lock_guard lock(mutex_);
    segments_.push_back({path, number, first_sequence, header.created_ms, header.salt, written_});
    return {};
}

Result<void> CommitLog::write_group()
{
    if (written_ + group_.size() > allocated_) {
        allocate();
    }
    const auto written = write_all(*file_, written_, group_);
    if (written) {
        written_ += group_.size();
        group_.clear();
    }
    return written;
}

/// Room is reserved ahead, so that a sync need not wait for the file to grow. Where that cannot be done, the write
/// itself says whether there is room.
void CommitLog::allocate()
{
    const auto bytes = std::max<std::uint64_t>(group_.size(), kAllocateBytes);
    if (file_->allocate(written_, bytes)) {
        allocated_ = written_ + bytes;
    }
}

Result<void> CommitLog::commit()
{
    if (!failure_ && group_last_ == 0) {
        return {};
    }
    if (!failure_) {
        if (const auto written = write_group(); !written) {
            failure_ = written.error();
        } else if (const auto synced = file_->sync(); !synced) {
            failure_ = synced.error();
            file_.reset();  // whatever the error, nobody knows what of it the disk has
        }
    }
    if (failure_) {
        const auto error = failure_;
        forget_group(error);
        return error;
    }
    const std::lock_guard lock(mutex_);
    segments_.back().end = written_;
    last_sequence_ = group_last_;
    group_last_ = 0;
    return {};
}

void CommitLog::forget_group(boost::system::error_code error)
{
    group_.clear();
    group_last_ = 0;
    failure_ = {};
    if (file_) {
        written_ = segments_.back().end;
        if (!is_lack_of_space(error)) {
            file_.reset();
        }
    }
}

/// Gives the room back that was reserved and not used.
void CommitLog::seal()
{
    if (file_ && allocated_ > segments_.back().end) {
        static_cast<void>(file_->truncate(segments_.back().end));
    }
    file_.reset();
}

Result<void> CommitLog::remove_expired(SequenceNumber through, Clock::time_point now)
{
    auto bytes = this->bytes();
    while (segments_.size() > 1) {
        const auto oldest = segments_.front();
        const auto& next = segments_[1];
        const bool expired = to_ms(now) - next.created_ms > options_.retention.count();
        if ((!expired && bytes <= options_.retention_bytes) || next.first_sequence - 1 > through) {
            break;
        }
        const auto removed = disk_.remove(oldest.path);
        if (!removed && removed.error() != boost::system::errc::no_such_file_or_directory) {
            return removed;
        }
        bytes -= oldest.end;
        {
            const std::lock_guard lock(mutex_);
            segments_.erase(segments_.begin());
        }
        // One by one, so that no power cut can bring an older one back and leave a gap behind it.
        if (const auto synced = disk_.sync_directory(options_.directory); !synced) {
            return synced;
        }
    }
    return {};
}

std::vector<Segment> CommitLog::segments() const
{
    const std::lock_guard lock(mutex_);
    return segments_;
}

std::uint64_t CommitLog::bytes() const
{
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& segment : segments_) {
        sum += segment.end;
    }
    return sum;
}

SequenceNumber CommitLog::last_sequence() const
{
    const std::lock_guard lock(mutex_);
    return last_sequence_;
}

}  // namespace alleycat::commitlog
