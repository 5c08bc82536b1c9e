#include <alleycat/core/slot_map.hpp>

namespace alleycat {

void SlotMap::insert(RacerId racer, std::uint32_t slot)
{
    if ((size_ + 1) * 2 > cells_.size()) {
        grow();
    }
    cells_[cell_of(racer)] = {racer, slot};
    ++size_;
}

void SlotMap::grow()
{
    std::vector<value_type> old(cells_.size() * 2, kFree);
    old.swap(cells_);
    --shift_;
    for (const auto& cell : old) {
        if (cell.second != kNoSlot) {
            cells_[cell_of(cell.first)] = cell;
        }
    }
}

}  // namespace alleycat
