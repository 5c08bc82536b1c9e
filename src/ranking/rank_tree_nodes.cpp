#include "rank_tree_nodes.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace alleycat::ranking {

namespace {

/// Moves the entries from `slot` up to `size` by `count`, for others to come there.
template <class Array>
void open_gap(Array& entries, std::size_t size, std::size_t slot, std::size_t count)
{
    auto* const data = entries.data();
    std::move_backward(data + slot, data + size, data + size + count);
}

/// Moves the entries behind `slot` + `count` down to `slot`.
template <class Array>
void close_gap(Array& entries, std::size_t size, std::size_t slot, std::size_t count)
{
    auto* const data = entries.data();
    std::move(data + slot + count, data + size, data + slot);
}

}  // namespace

std::size_t RankTree::Keys::count_before(const RankKey& key) const
{
    std::size_t line = 0;  // where the first score is that is not higher
    for (std::size_t last = kLine - 1; last < kCapacity - 1; last += kLine) {
        line += static_cast<std::size_t>(scores_[last] > key.score) * kLine;
    }
    auto count = line;
    for (std::size_t at = 0; at < kLine; ++at) {
        count += static_cast<std::size_t>(scores_[line + at] > key.score);
    }
    while (count < kCapacity && scores_[count] == key.score && comes_before((*this)[count], key)) {
        ++count;
    }
    return count;
}

void RankTree::Keys::make_room(std::size_t size, std::size_t slot, std::size_t count)
{
    open_gap(scores_, size, slot, count);
    open_gap(arrivals_, size, slot, count);
}

void RankTree::Keys::copy(std::size_t slot, const Keys& from, std::size_t first, std::size_t count)
{
    std::copy_n(from.scores_.data() + first, count, scores_.data() + slot);
    std::copy_n(from.arrivals_.data() + first, count, arrivals_.data() + slot);
}

void RankTree::Keys::remove(std::size_t size, std::size_t slot, std::size_t count)
{
    close_gap(scores_, size, slot, count);
    close_gap(arrivals_, size, slot, count);
    std::fill_n(scores_.data() + size - count, count, kNone);
}

std::size_t RankTree::Node::total() const
{
    return level == 0 ? size : static_cast<const Inner&>(*this).keys_before(size);
}

void RankTree::Leaf::insert(std::size_t slot, const RankKey& key)
{
    keys.make_room(size, slot, 1);
    keys.set(slot, key);
    ++size;
}

void RankTree::Leaf::take(std::size_t slot, const Leaf& from, std::size_t first, std::size_t count)
{
    keys.make_room(size, slot, count);
    keys.copy(slot, from.keys, first, count);
    size += count;
}

void RankTree::Leaf::remove(std::size_t slot, std::size_t count)
{
    keys.remove(size, slot, count);
    size -= count;
}

std::size_t RankTree::Inner::child_of(const RankKey& key) const
{
    const auto before = keys.count_before(key);
    return before < size && keys[before] == key ? before : before - 1;
}

std::size_t RankTree::Inner::keys_before(std::size_t child) const
{
    return std::accumulate(counts.data(), counts.data() + child, std::size_t{0});
}

void RankTree::Inner::insert(std::size_t slot, const RankKey& key, std::shared_ptr<Node> child)
{
    keys.make_room(size, slot, 1);
    open_gap(counts, size, slot, 1);
    open_gap(children, size, slot, 1);
    keys.set(slot, key);
    counts[slot] = child->total();
    children[slot] = std::move(child);
    ++size;
}

void RankTree::Inner::take(std::size_t slot, const Inner& from, std::size_t first, std::size_t count)
{
    keys.make_room(size, slot, count);
    open_gap(counts, size, slot, count);
    open_gap(children, size, slot, count);
    keys.copy(slot, from.keys, first, count);
    std::copy_n(from.counts.data() + first, count, counts.data() + slot);
    std::copy_n(from.children.data() + first, count, children.data() + slot);
    size += count;
}

void RankTree::Inner::remove(std::size_t slot, std::size_t count)
{
    keys.remove(size, slot, count);
    close_gap(counts, size, slot, count);
    close_gap(children, size, slot, count);
    std::fill_n(children.data() + size - count, count, nullptr);
    size -= count;
}

}  // namespace alleycat::ranking
