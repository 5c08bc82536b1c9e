#pragma once

#include <alleycat/core/slot_map.hpp>
#include <alleycat/ranking/rank_tree.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace alleycat::ranking {

/// What a race knows of one racer, but for the outputs of each second.
struct RacerRow {
    RankKey key;               ///< the score, and where it stands
    double current_output{0};  ///< at `second`
    double best_before{0};     ///< the history's best at `second` before the race, NaN where there is none
    std::int64_t first_ms{0};  ///< arrival of the first record, ms since the epoch
    std::int64_t last_ms{0};   ///< and of the latest
    std::uint32_t second{0};   ///< the latest
    bool finished{false};
    bool unverified{false};                   ///< some record of theirs was suspect
    std::shared_ptr<const std::string> name;  ///< never null

    [[nodiscard]] bool is_record() const { return !(current_output <= best_before); }
};

/// The racers of one race, by slot (0 … size()-1) and by id.
///
/// Thread: one owner. Copies may go anywhere, also while the owner goes on.
/// Cost:   a copy is O(n / kChunk); the next change of a row copies its chunk, and a racer who joins the whole look-up.
class RacerRows {
public:
    static constexpr std::size_t kChunk = 64;

    [[nodiscard]] std::size_t size() const { return slots_->size(); }
    [[nodiscard]] const RacerRow& operator[](std::uint32_t slot) const
    {
        return (*chunks_[slot / kChunk])[slot % kChunk];
    }
    [[nodiscard]] std::optional<std::uint32_t> find(RacerId racer) const;

    /// The row, to be changed; valid until the next copy is made.
    [[nodiscard]] RacerRow& edit(std::uint32_t slot);
    /// A racer who is not there yet. Returns the slot.
    std::uint32_t add(RacerRow row);

    /// A copy for others to read: from here on edit() and add() copy what it shares.
    [[nodiscard]] RacerRows share();

private:
    using Chunk = std::array<RacerRow, kChunk>;

    std::vector<std::shared_ptr<Chunk>> chunks_;
    std::vector<bool> shared_;  // [chunk]: a copy holds it
    std::shared_ptr<SlotMap> slots_{std::make_shared<SlotMap>()};
    bool slots_shared_{false};
};

}  // namespace alleycat::ranking
