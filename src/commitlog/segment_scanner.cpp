#include "segment_scanner.hpp"

#include "segment_format.hpp"

#include <algorithm>

namespace alleycat::commitlog {

namespace {

constexpr std::size_t kScanChunkBytes = 256 * 1024;

}  // namespace

SegmentScanner::SegmentScanner(std::unique_ptr<File> file, std::uint32_t salt, SequenceNumber first_sequence,
                               std::uint64_t end, std::uint64_t begin)
    : file_(std::move(file)),
      salt_(salt),
      end_(std::max<std::uint64_t>(end, kSegmentHeaderBytes)),
      next_sequence_(first_sequence),
      offset_(std::max<std::uint64_t>(begin / kFrameAlignment * kFrameAlignment, kSegmentHeaderBytes))
{
}

Result<SegmentScanner::Item> SegmentScanner::next()
{
    if (offset_ >= end_) {
        return Item::End;
    }
    const auto size = read_frame(offset_);
    if (!size) {
        return size.error();
    }
    if (*size != 0) {
        offset_ += *size;
        next_sequence_ = record_.sequence + 1;
        return Item::Record;
    }
    const auto found = find_frame(offset_);
    if (!found) {
        return found.error();
    }
    damage_offset_ = offset_;
    damage_bytes_ = *found - offset_;
    offset_ = *found;
    return Item::Damage;
}

Result<std::size_t> SegmentScanner::read_frame(std::uint64_t offset)
{
    const auto header = view(offset, kFrameHeaderBytes);
    if (!header) {
        return header.error();
    }
    const auto size = header->size() < kFrameHeaderBytes ? 0 : frame_size(*header, salt_);
    if (size == 0 || size > end_ - offset) {
        return 0U;
    }
    const auto frame = view(offset, size);
    if (!frame) {
        return frame.error();
    }
    const auto record = frame->size() < size ? std::nullopt : parse_frame(frame->first(size), salt_);
    if (!record || record->sequence < next_sequence_) {
        return 0U;
    }
    record_ = *record;
    return size;
}

Result<std::uint64_t> SegmentScanner::find_frame(std::uint64_t offset)
{
    for (offset += kFrameAlignment; offset < end_;) {
        const auto bytes = view(offset, kFrameHeaderBytes);
        if (!bytes) {
            return bytes.error();
        }
        const auto mark = next_frame_mark(*bytes, salt_);
        if (mark == bytes->size()) {
            if (mark < kFrameAlignment) {
                break;
            }
            offset += mark / kFrameAlignment * kFrameAlignment;
            continue;
        }
        offset += mark;
        const auto size = read_frame(offset);
        if (!size) {
            return size.error();
        }
        if (*size != 0) {
            return offset;
        }
        offset += kFrameAlignment;
    }
    return end_;
}

Result<std::span<const std::byte>> SegmentScanner::view(std::uint64_t offset, std::size_t count)
{
    if (offset < buffer_offset_ || offset + count > buffer_offset_ + buffered_) {
        const auto wanted = std::min<std::uint64_t>(std::max(count, kScanChunkBytes), end_ - offset);
        if (buffer_.size() < wanted) {
            buffer_.resize(wanted);
        }
        const auto got = file_->read_at(offset, std::span(buffer_).first(wanted));
        if (!got) {
            buffered_ = 0;
            return got.error();
        }
        buffer_offset_ = offset;
        buffered_ = *got;
    }
    return std::span<const std::byte>(buffer_).subspan(offset - buffer_offset_, buffered_ - (offset - buffer_offset_));
}

}  // namespace alleycat::commitlog
