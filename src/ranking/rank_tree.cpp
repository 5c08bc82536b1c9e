#include "rank_tree_nodes.hpp"

#include <atomic>
#include <utility>

namespace alleycat::ranking {

/// Changes the nodes below a root; those of other editions it copies first, and puts the copy in their place.
class RankTree::Editor {
public:
    explicit Editor(std::uint64_t edition) : edition_(edition) {}

    bool insert(std::shared_ptr<Node>& root, const RankKey& key) const;
    bool erase(std::shared_ptr<Node>& root, const RankKey& key) const;

private:
    bool insert_below(std::shared_ptr<Node>& at, const RankKey& key, std::shared_ptr<Node>& added) const;
    bool insert_here(Leaf& leaf, const RankKey& key, std::shared_ptr<Node>& added) const;
    bool insert_here(Inner& inner, const RankKey& key, std::shared_ptr<Node>& added) const;
    bool erase_below(std::shared_ptr<Node>& at, const RankKey& key) const;
    bool erase_here(Leaf& leaf, const RankKey& key) const;
    bool erase_here(Inner& inner, const RankKey& key) const;

    /// The node in `place` as one that may be changed.
    template <class T>
    [[nodiscard]] T& own(std::shared_ptr<Node>& place) const;
    /// Where to put an entry that belongs at `slot`: `node`, or where that is full, one of its halves. `slot` is then
    /// that of the half, and `added` the second one.
    template <class T>
    [[nodiscard]] T& with_room(T& node, std::size_t& slot, std::shared_ptr<Node>& added) const;
    /// Makes one node of two children, or where they have too much for that, gives each as much.
    template <class T>
    void even_out(Inner& parent, std::size_t first) const;

    std::uint64_t edition_;
};

template <class T>
T& RankTree::Editor::own(std::shared_ptr<Node>& place) const
{
    if (place->edition != edition_) {
        auto copy = std::make_shared<T>(static_cast<const T&>(*place));
        copy->edition = edition_;
        place = std::move(copy);
    }
    return static_cast<T&>(*place);
}

template <class T>
T& RankTree::Editor::with_room(T& node, std::size_t& slot, std::shared_ptr<Node>& added) const
{
    if (node.size < Node::kCapacity) {
        return node;
    }
    constexpr auto kHalf = Node::kCapacity / 2;
    auto second = std::make_shared<T>(edition_, node.level);
    second->take(0, node, kHalf, kHalf);
    node.remove(kHalf, kHalf);
    auto& half = slot <= kHalf ? node : *second;
    slot -= slot <= kHalf ? 0 : kHalf;
    added = std::move(second);
    return half;
}

template <class T>
void RankTree::Editor::even_out(Inner& parent, std::size_t first) const
{
    auto& left = own<T>(parent.children[first]);
    const auto sum = left.size + parent.children[first + 1]->size;
    if (sum < Node::kCapacity) {  // not a full one, which the next key would split again
        const auto& right = static_cast<const T&>(*parent.children[first + 1]);
        left.take(left.size, right, 0, right.size);
        parent.counts[first] += parent.counts[first + 1];
        parent.remove(first + 1, 1);
        return;
    }
    auto& right = own<T>(parent.children[first + 1]);
    const auto half = sum / 2;
    if (left.size < half) {
        const auto count = half - left.size;
        left.take(left.size, right, 0, count);
        right.remove(0, count);
    } else {
        const auto count = left.size - half;
        right.take(0, left, half, count);
        left.remove(half, count);
    }
    parent.counts[first] = left.total();
    parent.counts[first + 1] = right.total();
    parent.keys.set(first + 1, right.keys[0]);
}

bool RankTree::Editor::insert(std::shared_ptr<Node>& root, const RankKey& key) const
{
    if (!root) {
        root = std::make_shared<Leaf>(edition_, 0);
    }
    std::shared_ptr<Node> added;
    if (!insert_below(root, key, added)) {
        return false;
    }
    if (added) {
        auto above = std::make_shared<Inner>(edition_, root->level + 1);
        above->insert(0, Inner::kFirst, std::move(root));
        above->insert(1, added->keys[0], added);
        root = std::move(above);
    }
    return true;
}

bool RankTree::Editor::insert_below(std::shared_ptr<Node>& at, const RankKey& key, std::shared_ptr<Node>& added) const
{
    return at->level == 0 ? insert_here(own<Leaf>(at), key, added) : insert_here(own<Inner>(at), key, added);
}

bool RankTree::Editor::insert_here(Leaf& leaf, const RankKey& key, std::shared_ptr<Node>& added) const
{
    auto slot = leaf.keys.count_before(key);
    if (leaf.has(slot, key)) {
        return false;
    }
    with_room(leaf, slot, added).insert(slot, key);
    return true;
}

bool RankTree::Editor::insert_here(Inner& inner, const RankKey& key, std::shared_ptr<Node>& added) const
{
    const auto child = inner.child_of(key);
    std::shared_ptr<Node> child_added;
    if (!insert_below(inner.children[child], key, child_added)) {
        return false;
    }
    ++inner.counts[child];
    if (child_added) {
        inner.counts[child] -= child_added->total();
        auto slot = child + 1;
        with_room(inner, slot, added).insert(slot, child_added->keys[0], child_added);
    }
    return true;
}

bool RankTree::Editor::erase(std::shared_ptr<Node>& root, const RankKey& key) const
{
    if (!root || !erase_below(root, key)) {
        return false;
    }
    if (root->level > 0 && root->size == 1) {
        auto only = static_cast<const Inner&>(*root).children[0];
        root = std::move(only);
    }
    return true;
}

bool RankTree::Editor::erase_below(std::shared_ptr<Node>& at, const RankKey& key) const
{
    return at->level == 0 ? erase_here(own<Leaf>(at), key) : erase_here(own<Inner>(at), key);
}

bool RankTree::Editor::erase_here(Leaf& leaf, const RankKey& key) const
{
    const auto slot = leaf.keys.count_before(key);
    if (!leaf.has(slot, key)) {
        return false;
    }
    leaf.remove(slot, 1);
    return true;
}

bool RankTree::Editor::erase_here(Inner& inner, const RankKey& key) const
{
    const auto child = inner.child_of(key);
    if (!erase_below(inner.children[child], key)) {
        return false;
    }
    --inner.counts[child];
    if (inner.children[child]->size < Node::kCapacity / 2) {
        const auto first = child == 0 ? 0 : child - 1;
        if (inner.level == 1) {
            even_out<Leaf>(inner, first);
        } else {
            even_out<Inner>(inner, first);
        }
    }
    return true;
}

RankTree::RankTree() = default;
RankTree::~RankTree() = default;

RankTree::RankTree(const RankTree& other) : root_(other.root_), size_(other.size_)
{
    other.edition_.store(0, std::memory_order_relaxed);
}

RankTree::RankTree(RankTree&& other) noexcept
    : root_(std::move(other.root_)), size_(std::exchange(other.size_, 0)), edition_(other.edition_.exchange(0))
{
}

RankTree& RankTree::operator=(const RankTree& other)
{
    return *this = RankTree(other);
}

RankTree& RankTree::operator=(RankTree&& other) noexcept
{
    RankTree taken(std::move(other));
    root_ = std::move(taken.root_);
    size_ = taken.size_;
    edition_.store(taken.edition_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return *this;
}

RankTree::Editor RankTree::edit()
{
    static std::atomic<std::uint64_t> editions{0};
    auto edition = edition_.load(std::memory_order_relaxed);
    if (edition == 0) {
        edition = editions.fetch_add(1, std::memory_order_relaxed) + 1;
        edition_.store(edition, std::memory_order_relaxed);
    }
    return Editor(edition);
}

bool RankTree::insert(const RankKey& key)
{
    const bool inserted = edit().insert(root_, key);
    size_ += inserted ? 1 : 0;
    return inserted;
}

bool RankTree::erase(const RankKey& key)
{
    const bool erased = edit().erase(root_, key);
    size_ -= erased ? 1 : 0;
    return erased;
}

std::size_t RankTree::size() const
{
    return size_;
}

std::size_t RankTree::position(const RankKey& key) const
{
    if (!root_) {
        return 0;
    }
    std::size_t before = 0;
    const auto* node = root_.get();
    while (node->level > 0) {
        const auto& inner = static_cast<const Inner&>(*node);
        const auto child = inner.child_of(key);
        before += inner.keys_before(child);
        node = inner.children[child].get();
    }
    return before + node->keys.count_before(key);
}

std::size_t RankTree::better(double score) const
{
    return position({score, 0, RacerId{0}});  // before all others of this score
}

void RankTree::visit(std::size_t first, std::size_t count, const std::function<void(const RankKey&)>& visit) const
{
    if (root_) {
        visit_below(*root_, first, count, visit);
    }
}

std::size_t RankTree::visit_below(const Node& node, std::size_t first, std::size_t count,
                                  const std::function<void(const RankKey&)>& visit)
{
    std::size_t visited = 0;
    if (node.level == 0) {
        for (; visited < count && first + visited < node.size; ++visited) {
            visit(node.keys[first + visited]);
        }
        return visited;
    }
    const auto& inner = static_cast<const Inner&>(node);
    for (std::size_t child = 0; child < inner.size && visited < count; ++child) {
        if (first < inner.counts[child]) {
            visited += visit_below(*inner.children[child], first, count - visited, visit);
            first = 0;
        } else {
            first -= inner.counts[child];
        }
    }
    return visited;
}

}  // namespace alleycat::ranking
