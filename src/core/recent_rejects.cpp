#include <alleycat/core/recent_rejects.hpp>

#include <algorithm>

namespace alleycat {

namespace {

/// As much of `utf8` as is kept: whole characters.
std::string_view kept(std::string_view utf8)
{
    if (utf8.size() <= RecentRejects::kTextBytes) {
        return utf8;
    }
    auto end = RecentRejects::kTextBytes;
    while (end > 0 && (static_cast<unsigned char>(utf8[end]) & 0xC0U) == 0x80U) {  // in the middle of one
        --end;
    }
    return utf8.substr(0, end);
}

}  // namespace

void RecentRejects::add(std::string_view door, std::string_view code, std::string_view message, std::int64_t at_ms)
{
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) {
        return;
    }
    message = kept(message);
    if (used_ > 0) {
        auto& last = ring_[(next_ + kEntries - 1) % kEntries];
        if (last.message == message && last.code == code && last.door == door) {
            last.at_ms = at_ms;
            ++last.count;
            return;
        }
    }
    auto& entry = ring_[next_];
    entry.at_ms = at_ms;
    entry.door.assign(kept(door));
    entry.code.assign(kept(code));
    entry.message.assign(message);
    entry.count = 1;
    next_ = (next_ + 1) % kEntries;
    used_ = std::min(used_ + 1, kEntries);
}

std::vector<RecentRejects::Entry> RecentRejects::latest(std::size_t most) const
{
    const std::lock_guard lock(mutex_);
    std::vector<Entry> entries;
    for (std::size_t back = 1; back <= std::min(most, used_); ++back) {
        entries.push_back(ring_[(next_ + kEntries - back) % kEntries]);
    }
    return entries;
}

}  // namespace alleycat
