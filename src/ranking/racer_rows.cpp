#include <alleycat/ranking/racer_rows.hpp>

namespace alleycat::ranking {

std::optional<std::uint32_t> RacerRows::find(RacerId racer) const
{
    const auto* found = slots_->find(racer);
    return found == slots_->end() ? std::nullopt : std::optional(found->second);
}

RacerRow& RacerRows::edit(std::uint32_t slot)
{
    const auto chunk = slot / kChunk;
    if (shared_[chunk]) {
        chunks_[chunk] = std::make_shared<Chunk>(*chunks_[chunk]);
        shared_[chunk] = false;
    }
    return (*chunks_[chunk])[slot % kChunk];
}

std::uint32_t RacerRows::add(RacerRow row)
{
    if (slots_shared_) {
        slots_ = std::make_shared<SlotMap>(*slots_);
        slots_shared_ = false;
    }
    const auto slot = static_cast<std::uint32_t>(slots_->size());
    if (slot / kChunk == chunks_.size()) {
        chunks_.push_back(std::make_shared<Chunk>());
        shared_.push_back(false);
    }
    slots_->insert(row.key.racer_id, slot);
    edit(slot) = std::move(row);
    return slot;
}

RacerRows RacerRows::share()
{
    shared_.assign(shared_.size(), true);
    slots_shared_ = true;
    return *this;
}

}  // namespace alleycat::ranking
