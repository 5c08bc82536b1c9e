#pragma once

#include <alleycat/core/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace alleycat {

/// Racer → slot, as one flat array with open addressing: a look-up mostly touches one cache line, a copy is one block.
///
/// Thread: const functions on any thread while nobody inserts.
class SlotMap {
public:
    using value_type = std::pair<RacerId, std::uint32_t>;

    SlotMap() : cells_(std::size_t{1} << kFirstBits, kFree) {}

    /// The racer and its slot, or end().
    [[nodiscard]] const value_type* find(RacerId racer) const
    {
        const auto& cell = cells_[cell_of(racer)];
        return cell.second == kNoSlot ? end() : &cell;
    }
    [[nodiscard]] const value_type* end() const { return nullptr; }
    [[nodiscard]] bool contains(RacerId racer) const { return find(racer) != end(); }
    [[nodiscard]] std::size_t size() const { return size_; }

    /// `racer` must be absent, `slot` below 2^32-1.
    void insert(RacerId racer, std::uint32_t slot);

private:
    static constexpr std::uint32_t kNoSlot = UINT32_MAX;
    static constexpr value_type kFree{RacerId{}, kNoSlot};
    static constexpr unsigned kFirstBits = 4;

    /// Where `racer` is, or the free cell where it would be.
    [[nodiscard]] std::size_t cell_of(RacerId racer) const
    {
        // Fibonacci hashing: ids mostly count up, and the multiplier spreads neighbours evenly.
        std::size_t at = (raw(racer) * 0x9E3779B97F4A7C15ULL) >> shift_;
        while (cells_[at].second != kNoSlot && cells_[at].first != racer) {
            at = (at + 1) & (cells_.size() - 1);
        }
        return at;
    }
    void grow();

    std::vector<value_type> cells_;  // a power of two, at most half of them taken
    unsigned shift_{64 - kFirstBits};
    std::size_t size_{0};
};

}  // namespace alleycat
