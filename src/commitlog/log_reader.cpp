#include "segment_scanner.hpp"

#include <alleycat/commitlog/log_reader.hpp>

#include <algorithm>

namespace alleycat::commitlog {

LogReader::LogReader(const Disk& disk, ShardId shard, std::vector<Segment> segments, SequenceNumber after,
                     OnDamage on_damage, LogPosition start)
    : disk_(disk),
      shard_(shard),
      segments_(std::move(segments)),
      after_(after),
      on_damage_(std::move(on_damage)),
      position_(start)
{
    const auto known = std::ranges::find(segments_, start.segment, &Segment::number);
    if (known != segments_.end()) {
        next_segment_ = static_cast<std::size_t>(known - segments_.begin());
        return;
    }
    const auto behind = std::upper_bound(
        segments_.begin(), segments_.end(), after,
        [](SequenceNumber sequence, const Segment& segment) { return sequence < segment.first_sequence; });
    next_segment_ = static_cast<std::size_t>(std::max<std::ptrdiff_t>(behind - segments_.begin() - 1, 0));
}

LogReader::~LogReader() = default;

Result<void> LogReader::open_next()
{
    for (; !scanner_ && next_segment_ < segments_.size(); ++next_segment_) {
        const auto& segment = segments_[next_segment_];
        auto file = disk_.open(segment.path);
        if (file) {
            const auto begin = segment.number == position_.segment ? position_.offset : 0;
            scanner_ = std::make_unique<SegmentScanner>(std::move(*file), segment.salt, segment.first_sequence,
                                                        segment.end, begin);
            position_ = {segment.number, scanner_->offset()};
        } else if (file.error() != boost::system::errc::no_such_file_or_directory) {
            return file.error();
        }
    }
    return {};
}

Result<std::optional<LogRecord>> LogReader::next()
{
    for (;;) {
        if (!scanner_) {
            if (const auto opened = open_next(); !opened) {
                return opened.error();
            }
            if (!scanner_) {
                return std::optional<LogRecord>();
            }
        }
        const auto item = scanner_->next();
        if (!item) {
            return item.error();
        }
        position_.offset = scanner_->offset();
        if (*item == SegmentScanner::Item::End) {
            scanner_.reset();
        } else if (*item == SegmentScanner::Item::Damage) {
            const auto& segment = segments_[next_segment_ - 1];
            on_damage_({shard_, segment.path, segment.number, scanner_->damage_offset(), scanner_->damage_bytes()});
        } else if (scanner_->record().sequence > after_) {
            return std::optional<LogRecord>(scanner_->record());
        }
    }
}

}  // namespace alleycat::commitlog
