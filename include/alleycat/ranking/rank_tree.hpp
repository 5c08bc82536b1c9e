#pragma once

#include <alleycat/core/ids.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace alleycat::ranking {

/// What a board is ordered by: higher scores first, equal ones by who got there first, then by racer id.
struct RankKey {
    double score{0};         ///< finite
    std::uint64_t order{0};  ///< arrival of what brought the score
    RacerId racer_id{};

    bool operator==(const RankKey&) const = default;
};
[[nodiscard]] inline bool comes_before(const RankKey& a, const RankKey& b)
{
    if (a.score != b.score) {
        return a.score > b.score;
    }
    return a.order != b.order ? a.order < b.order : a.racer_id < b.racer_id;
}

/// Keys in order, each knowing its position: an order-statistic B+ tree (counts of keys in the inner nodes).
///
/// Thread: one owner. Copies may go anywhere, also while the owner goes on; const functions on any thread.
/// Cost:   insert, erase, position and better O(log n); a copy O(1), since it shares all nodes, and the next change of
///         a shared node copies that node.
/// Memory: nodes of 64 keys, 24 bytes each, at least half full but for the root.
class RankTree {
public:
    RankTree();
    RankTree(const RankTree& other);
    RankTree& operator=(const RankTree& other);
    RankTree(RankTree&&) noexcept;
    RankTree& operator=(RankTree&&) noexcept;
    ~RankTree();

    [[nodiscard]] std::size_t size() const;

    /// False, and nothing changes, where the key is there already.
    bool insert(const RankKey& key);
    /// False where the key is not there.
    bool erase(const RankKey& key);

    /// How many keys come before this one, whether it is there or not.
    [[nodiscard]] std::size_t position(const RankKey& key) const;
    /// How many keys have a higher score. One more is the rank of whoever has this score.
    [[nodiscard]] std::size_t better(double score) const;

    /// Calls `visit` for at most `count` keys from position `first` on, in order. O(log n + count).
    void visit(std::size_t first, std::size_t count, const std::function<void(const RankKey&)>& visit) const;

private:
    friend class RankTreeNodes;  // a test's look at the nodes

    class Keys;
    struct Node;
    struct Leaf;
    struct Inner;
    class Editor;

    /// What may change nodes of edition_; gives the tree one where it has none.
    [[nodiscard]] Editor edit();
    /// As visit(). Returns how many it was called for.
    static std::size_t visit_below(const Node& node, std::size_t first, std::size_t count,
                                   const std::function<void(const RankKey&)>& visit);

    std::shared_ptr<Node> root_;  // null until the first insert()
    std::size_t size_{0};
    // This tree alone may change nodes of this edition in place, and no other tree ever has the same. Copying leaves
    // both trees with 0, none: their next change begins a new one. Atomic, so that one tree may be copied on many
    // threads.
    mutable std::atomic<std::uint64_t> edition_{0};
};

}  // namespace alleycat::ranking
