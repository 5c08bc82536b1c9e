#include <alleycat/ranking/update.hpp>

#include <algorithm>

namespace alleycat::ranking {

void UpdateBatch::add(Update update, std::string_view name)
{
    update.name_offset = static_cast<std::uint32_t>(names.size());
    update.name_bytes = static_cast<std::uint16_t>(name.size());
    names.append(name);
    updates.push_back(update);
    through = std::max(through, update.arrival_order);
}

void UpdateBatch::append(const UpdateBatch& other)
{
    const auto shift = static_cast<std::uint32_t>(names.size());
    names.append(other.names);
    for (auto update : other.updates) {
        update.name_offset += shift;
        updates.push_back(update);
    }
    through = std::max(through, other.through);
}

void UpdateBatch::clear()
{
    through = 0;
    updates.clear();
    names.clear();
}

std::uint64_t UpdateBatch::drop_applied(std::uint64_t applied)
{
    std::size_t kept = 0;
    for (const auto& update : updates) {
        if (update.arrival_order > applied) {
            applied = update.arrival_order;
            updates[kept++] = update;
        }
    }
    updates.resize(kept);
    return std::max(applied, through);
}

std::string_view UpdateBatch::name(const Update& update) const
{
    return std::string_view(names).substr(update.name_offset, update.name_bytes);
}

bool Outbox::has_room() const
{
    const std::lock_guard lock(mutex_);
    return waiting_.updates.size() < kCapacity;
}

std::size_t Outbox::put(UpdateBatch& batch)
{
    const std::lock_guard lock(mutex_);
    if (waiting_.updates.empty()) {
        std::swap(waiting_, batch);
    } else {
        waiting_.append(batch);
    }
    batch.clear();
    return waiting_.updates.size();
}

void Outbox::take(UpdateBatch& batch)
{
    const std::lock_guard lock(mutex_);
    std::swap(waiting_, batch);
}

}  // namespace alleycat::ranking
