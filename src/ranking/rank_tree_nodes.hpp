#pragma once

#include <alleycat/ranking/rank_tree.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>

namespace alleycat::ranking {

/// What the entries of a node are sorted by. Scores stand by themselves, so that a search looks at one in each of eight
/// cache lines, and then at the others of one line: in both steps loads wait neither for each other nor for a guess of
/// the processor.
class RankTree::Keys {
public:
    static constexpr std::size_t kCapacity = 64;

    Keys() { scores_.fill(kNone); }

    [[nodiscard]] RankKey operator[](std::size_t slot) const
    {
        return {scores_[slot], arrivals_[slot].order, arrivals_[slot].racer_id};
    }
    void set(std::size_t slot, const RankKey& key)
    {
        scores_[slot] = key.score;
        arrivals_[slot] = {key.order, key.racer_id};
    }
    /// How many come before `key`.
    [[nodiscard]] std::size_t count_before(const RankKey& key) const;

    // For nodes, which know how many keys there are: as Leaf::take() and Leaf::remove().
    void make_room(std::size_t size, std::size_t slot, std::size_t count);
    void copy(std::size_t slot, const Keys& from, std::size_t first, std::size_t count);
    void remove(std::size_t size, std::size_t slot, std::size_t count);

private:
    struct Arrival {
        std::uint64_t order{0};
        RacerId racer_id{};
    };
    static constexpr double kNone = -std::numeric_limits<double>::infinity();
    static constexpr std::size_t kLine = 8;  // scores in a cache line

    alignas(64) std::array<double, kCapacity> scores_;  // behind the last key: kNone
    std::array<Arrival, kCapacity> arrivals_;
};

struct RankTree::Node {
    static constexpr std::size_t kCapacity = Keys::kCapacity;

    Node(std::uint64_t made_in, std::size_t above_leaves) : edition(made_in), level(above_leaves) {}

    /// The keys at or below this node.
    [[nodiscard]] std::size_t total() const;

    std::uint64_t edition;  // the tree that has the same may change this node
    std::size_t level;      // 0: a leaf
    std::size_t size{0};    // keys of a leaf, children of an inner node; at least half of kCapacity, but for the root
    Keys keys;
};

struct RankTree::Leaf : Node {
    using Node::Node;

    [[nodiscard]] bool has(std::size_t slot, const RankKey& key) const { return slot < size && keys[slot] == key; }

    void insert(std::size_t slot, const RankKey& key);
    /// Copies `count` entries of `from`, beginning with `first`, in at `slot`. There must be room.
    void take(std::size_t slot, const Leaf& from, std::size_t first, std::size_t count);
    void remove(std::size_t slot, std::size_t count);
};

/// Nodes of the level below, in order. `keys` separates them: that of a child comes before or is its first key, and
/// comes behind all keys of the child before it. The first child of a level has kFirst.
struct RankTree::Inner : Node {
    using Node::Node;

    static constexpr RankKey kFirst{std::numeric_limits<double>::infinity(), 0, RacerId{0}};

    /// Where `key` is, or would be.
    [[nodiscard]] std::size_t child_of(const RankKey& key) const;
    /// How many keys the children before this one have.
    [[nodiscard]] std::size_t keys_before(std::size_t child) const;

    void insert(std::size_t slot, const RankKey& key, std::shared_ptr<Node> child);
    /// As a leaf's.
    void take(std::size_t slot, const Inner& from, std::size_t first, std::size_t count);
    void remove(std::size_t slot, std::size_t count);

    std::array<std::size_t, kCapacity> counts{};  // by child: the keys there
    std::array<std::shared_ptr<Node>, kCapacity> children;
};

}  // namespace alleycat::ranking
