#include "outbox.hpp"

#include <algorithm>

namespace alleycat::sim {

namespace {

constexpr std::size_t kCompactBytes = 64 * 1024;  // below this, moving bytes to the front is not worth it

}  // namespace

void Outbox::reserve(std::size_t bytes, std::size_t frames)
{
    bytes_.reserve(bytes);
    frames_.reserve(frames);
}

void Outbox::append(std::string_view frame, std::uint32_t records)
{
    compact();
    bytes_.append(frame);
    newest_ += records;
    frames_.push_back({bytes_.size(), newest_});
}

std::string_view Outbox::unsent(std::size_t most) const
{
    return std::string_view(bytes_).substr(sent_, most);
}

std::string_view Outbox::frame_rest() const
{
    return sending_ == frames_.size() ? std::string_view() : unsent(frames_[sending_].end - sent_);
}

bool Outbox::at_boundary() const
{
    return sent_ == (sending_ == 0 ? 0 : frames_[sending_ - 1].end);
}

std::uint64_t Outbox::handed_over(std::size_t bytes, Instant now)
{
    sent_ += bytes;
    const std::size_t before = sending_;
    while (sending_ < frames_.size() && frames_[sending_].end <= sent_) {
        ++sending_;
    }
    if (sending_ == before) {
        return 0;
    }
    handed_ = frames_[sending_ - 1].records_end;
    handovers_.push_back({handed_, now});
    const std::uint64_t known = ever_handed_;
    ever_handed_ = std::max(ever_handed_, handed_);
    return ever_handed_ - known;
}

bool Outbox::acknowledge(std::uint64_t records, Instant now, LatencyHistogram& latency)
{
    const std::uint64_t target = base_ + records;
    if (target < acked_ || target > handed_) {
        return false;
    }
    while (acked_ < target) {
        const Handover& oldest = handovers_.front();
        const std::uint64_t reached = std::min(target, oldest.records_end);
        latency.add(now - oldest.when, reached - acked_);
        acked_ = reached;
        if (oldest.records_end == reached) {
            handovers_.pop_front();
        }
    }
    retire_frames();
    return true;
}

std::uint64_t Outbox::acknowledge_frame(Instant now, LatencyHistogram& latency)
{
    if (retired_ == sending_) {
        return 0;
    }
    const std::uint64_t end = frames_[retired_].records_end;
    const std::uint64_t records = end - acked_;
    return acknowledge(end - base_, now, latency) ? records : 0;
}

std::uint64_t Outbox::rewind()
{
    const std::uint64_t twice = acked_ - retired_records_;
    sent_ = retired_bytes_;
    sending_ = retired_;
    base_ = acked_ = handed_ = retired_records_;
    handovers_.clear();
    return twice;
}

void Outbox::discard_unsent()
{
    const std::size_t keep = at_boundary() ? sending_ : sending_ + 1;
    frames_.resize(keep);
    bytes_.resize(keep == 0 ? 0 : frames_.back().end);
    newest_ = keep == 0 ? retired_records_ : frames_.back().records_end;
    retire_frames();
}

void Outbox::retire_frames()
{
    while (retired_ < sending_ && frames_[retired_].records_end <= acked_) {
        retired_bytes_ = frames_[retired_].end;
        retired_records_ = frames_[retired_].records_end;
        ++retired_;
    }
    if (retired_ == frames_.size()) {
        bytes_.clear();
        frames_.clear();
        sent_ = sending_ = retired_ = retired_bytes_ = 0;
    }
}

void Outbox::compact()
{
    if (retired_bytes_ < kCompactBytes || retired_bytes_ < bytes_.size() / 2) {
        return;
    }
    bytes_.erase(0, retired_bytes_);
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(retired_));
    for (Frame& frame : frames_) {
        frame.end -= retired_bytes_;
    }
    sent_ -= retired_bytes_;
    sending_ -= retired_;
    retired_ = 0;
    retired_bytes_ = 0;
}

}  // namespace alleycat::sim
