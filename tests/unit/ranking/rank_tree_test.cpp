#include "rank_tree_nodes.hpp"

#include <alleycat/core/bounded_queue.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace alleycat::ranking {

/// What the tree itself does not show.
class RankTreeNodes {
public:
    static std::set<const void*> of(const RankTree& tree)
    {
        std::set<const void*> nodes;
        if (tree.root_) {
            collect(*tree.root_, nodes);
        }
        return nodes;
    }

    static std::size_t levels(const RankTree& tree) { return tree.root_ ? tree.root_->level + 1 : 0; }

    /// Whether all nodes are as they are said to be.
    static bool sound(const RankTree& tree)
    {
        return tree.root_ == nullptr ||
               sound(*tree.root_, RankTree::Inner::kFirst, nullptr, tree.root_->level == 0 ? 0 : 2) == tree.size();
    }

private:
    static constexpr std::size_t kUnsound = SIZE_MAX / 2;

    static const RankTree::Inner& inner(const RankTree::Node& node)
    {
        return static_cast<const RankTree::Inner&>(node);
    }

    static void collect(const RankTree::Node& node, std::set<const void*>& nodes)
    {
        nodes.insert(&node);
        for (std::size_t child = 0; node.level > 0 && child < node.size; ++child) {
            collect(*inner(node).children[child], nodes);
        }
    }

    /// The keys below the node, which are all between `first`, and `end` where there is one.
    static std::size_t sound(const RankTree::Node& node, const RankKey& first, const RankKey* end, std::size_t least)
    {
        constexpr auto kHalf = RankTree::Node::kCapacity / 2;
        constexpr RankKey kLast{std::numeric_limits<double>::lowest(), UINT64_MAX, RacerId{UINT64_MAX}};
        if (node.size < least || node.keys.count_before(kLast) != node.size) {
            return kUnsound;
        }
        std::size_t total = node.level == 0 ? node.size : 0;
        for (std::size_t slot = 0; slot < node.size; ++slot) {
            const auto key = node.keys[slot];
            const auto next = slot + 1 < node.size ? node.keys[slot + 1] : RankKey{};
            const auto* key_end = slot + 1 < node.size ? &next : end;
            if (comes_before(key, first) || (key_end != nullptr && !comes_before(key, *key_end))) {
                return kUnsound;
            }
            if (node.level > 0) {
                const auto& child = *inner(node).children[slot];
                const auto below = child.level + 1 == node.level ? sound(child, key, key_end, kHalf) : kUnsound;
                if (below != inner(node).counts[slot]) {
                    return kUnsound;
                }
                total += below;
            }
        }
        const bool rest_is_free = node.level == 0 || std::all_of(inner(node).children.data() + node.size,
                                                                 inner(node).children.data() + node.kCapacity,
                                                                 [](const auto& child) { return child == nullptr; });
        return rest_is_free ? total : kUnsound;
    }
};

}  // namespace alleycat::ranking

namespace {

using namespace alleycat;
using namespace alleycat::ranking;

using Naive = std::vector<RankKey>;  // always sorted

std::vector<RankKey> keys_of(const RankTree& tree, std::size_t first = 0, std::size_t count = SIZE_MAX)
{
    std::vector<RankKey> keys;
    tree.visit(first, count, [&keys](const RankKey& key) { keys.push_back(key); });
    return keys;
}

std::size_t naive_position(const Naive& naive, const RankKey& key)
{
    return static_cast<std::size_t>(std::lower_bound(naive.begin(), naive.end(), key, comes_before) - naive.begin());
}

void naive_insert(Naive& naive, const RankKey& key)
{
    naive.insert(std::lower_bound(naive.begin(), naive.end(), key, comes_before), key);
}

void naive_erase(Naive& naive, const RankKey& key)
{
    naive.erase(naive.begin() + static_cast<std::ptrdiff_t>(naive_position(naive, key)));
}

/// A tree and the list it must equal, changed together at random; with few different scores, most have company.
class TreePair {
public:
    explicit TreePair(std::uint64_t seed, std::uint64_t scores = 20) : random_(seed), scores_(scores) {}

    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    RankKey some_key() { return {static_cast<double>(below(scores_)) / 4 - 1, below(8), RacerId{below(500)}}; }
    RankKey some_key_there() { return naive[below(naive.size())]; }

    /// An insertion or an erasure, of which the latter are `erasures` of ten.
    void change(std::uint64_t erasures)
    {
        if (below(10) < erasures && !naive.empty()) {
            const auto key = some_key_there();
            REQUIRE(tree.erase(key));
            naive_erase(naive, key);
            REQUIRE_FALSE(tree.erase(key));
            return;
        }
        const auto key = some_key();
        const auto at = naive_position(naive, key);
        const bool there = at < naive.size() && naive[at] == key;
        REQUIRE(tree.insert(key) == !there);
        if (!there) {
            naive_insert(naive, key);
        }
    }

    /// A racer's score changes.
    void move()
    {
        const auto key = some_key_there();
        const RankKey moved{key.score + static_cast<double>(below(9)) / 4 - 1, next_order_++, key.racer_id};
        REQUIRE(tree.erase(key));
        REQUIRE(tree.insert(moved));
        naive_erase(naive, key);
        naive_insert(naive, moved);
    }

    /// Compares a few answers.
    void compare()
    {
        REQUIRE(tree.size() == naive.size());
        const auto key = below(2) == 0 || naive.empty() ? some_key() : some_key_there();
        REQUIRE(tree.position(key) == naive_position(naive, key));
        const auto better = [&key](const RankKey& each) { return each.score > key.score; };
        REQUIRE(tree.better(key.score) == static_cast<std::size_t>(std::count_if(naive.begin(), naive.end(), better)));
        const auto first = below(naive.size() + 2);
        const auto count = below(12);
        const auto from = naive.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(first, naive.size()));
        const auto most = std::min<std::size_t>(count, static_cast<std::size_t>(naive.end() - from));
        REQUIRE(keys_of(tree, first, count) == Naive(from, from + static_cast<std::ptrdiff_t>(most)));
    }

    void compare_all() const
    {
        REQUIRE(RankTreeNodes::sound(tree));
        REQUIRE(keys_of(tree) == naive);
    }

    RankTree tree;
    Naive naive;

private:
    std::mt19937_64 random_;
    std::uint64_t scores_;
    std::uint64_t next_order_{8};
};

RankKey key_of(std::size_t number)
{
    return {-static_cast<double>(number), 7, RacerId{number}};
}

TEST_CASE("an empty rank tree has answers too", "[ranking][rank_tree]")
{
    RankTree tree;
    const auto check_empty = [&tree] {
        CHECK(tree.size() == 0);
        CHECK(tree.position({1, 2, RacerId{3}}) == 0);
        CHECK(tree.better(-1e300) == 0);
        CHECK(keys_of(tree).empty());
        CHECK_FALSE(tree.erase({1, 2, RacerId{3}}));
    };
    check_empty();
    CHECK(tree.insert({1, 2, RacerId{3}}));
    CHECK(tree.erase({1, 2, RacerId{3}}));
    check_empty();
    const RankTree copy = tree;
    CHECK(keys_of(copy).empty());
}

TEST_CASE("higher scores come first, equal ones by arrival, then by racer id", "[ranking][rank_tree]")
{
    const Naive expected{{3, 9, RacerId{9}}, {2, 1, RacerId{8}}, {2, 5, RacerId{1}}, {2, 5, RacerId{2}}, {-1, 0, {}}};
    RankTree tree;
    for (const auto at : {2U, 4U, 0U, 3U, 1U}) {
        CHECK(tree.insert(expected[at]));
    }
    CHECK(keys_of(tree) == expected);
    CHECK(tree.better(3) == 0);
    CHECK(tree.better(2.5) == 1);
    CHECK(tree.better(2) == 1);
    CHECK(tree.better(-1) == 4);
    CHECK(tree.better(-2) == 5);
    CHECK(tree.position({2, 5, RacerId{2}}) == 3);
    CHECK(tree.position({2, 4, RacerId{2}}) == 2);
}

TEST_CASE("both zeros are one score", "[ranking][rank_tree]")
{
    RankTree tree;
    CHECK(tree.insert({-0.0, 2, RacerId{1}}));
    CHECK(tree.insert({0.0, 1, RacerId{2}}));
    CHECK_FALSE(tree.insert({0.0, 2, RacerId{1}}));
    CHECK(tree.better(-0.0) == 0);
    CHECK(keys_of(tree).front().racer_id == RacerId{2});
    CHECK(tree.erase({-0.0, 1, RacerId{2}}));
    CHECK(tree.size() == 1);
}

TEST_CASE("a rank tree equals a sorted list after every change", "[ranking][rank_tree]")
{
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        CAPTURE(seed);
        TreePair pair(seed);
        // Grows, shrinks until nothing is left, and grows again.
        for (const std::uint64_t erasures : {2U, 7U, 9U, 10U, 3U}) {
            for (int step = 0; step < 2'500; ++step) {
                pair.change(erasures);
                pair.compare();
                if (step % 250 == 0) {
                    pair.compare_all();
                }
            }
            pair.compare_all();
        }
    }
}

TEST_CASE("racers whose scores change keep their order", "[ranking][rank_tree]")
{
    for (const std::uint64_t scores : {3U, 30U, 30'000U}) {
        CAPTURE(scores);
        TreePair pair(scores, scores);
        while (pair.tree.size() < 1'000) {
            pair.change(0);
        }
        for (int step = 0; step < 5'000; ++step) {
            pair.move();
            pair.compare();
        }
        pair.compare_all();
    }
}

TEST_CASE("keys that come and go in order leave sound nodes", "[ranking][rank_tree]")
{
    constexpr std::size_t kKeys = 9'000;  // three levels
    std::vector<std::size_t> up(kKeys);
    std::iota(up.begin(), up.end(), 0U);
    const std::vector<std::size_t> down(up.rbegin(), up.rend());
    auto any = up;
    std::shuffle(any.begin(), any.end(), std::mt19937_64(5));
    for (const auto& coming : {up, down, any}) {
        for (const auto& going : {up, down, any}) {
            RankTree tree;
            for (const auto number : coming) {
                REQUIRE(tree.insert(key_of(number)));
                if (tree.size() % 500 == 0) {
                    REQUIRE(RankTreeNodes::sound(tree));
                }
            }
            REQUIRE(RankTreeNodes::levels(tree) == 3);
            for (const auto number : {0U, 1U, 63U, 64U, 4'500U, 8'999U}) {
                REQUIRE(tree.position(key_of(number)) == number);
                REQUIRE(tree.better(key_of(number).score) == number);
                REQUIRE(keys_of(tree, number, 1) == Naive{key_of(number)});
            }
            for (const auto number : going) {
                REQUIRE(tree.erase(key_of(number)));
                if (tree.size() % 500 == 0) {
                    REQUIRE(RankTreeNodes::sound(tree));
                }
            }
            REQUIRE(RankTreeNodes::levels(tree) == 1);
        }
    }
}

TEST_CASE("copies stay as they were, and may be changed by themselves", "[ranking][rank_tree]")
{
    std::vector<TreePair> pairs{TreePair(11)};
    for (int step = 0; step < 6'000; ++step) {
        auto& pair = pairs[pairs.front().below(pairs.size())];
        pair.change(step < 3'000 ? 3 : 6);
        if (step % 400 == 0) {
            pairs.push_back(pair);
        }
        if (step % 400 == 200) {
            auto& other = pairs[pairs.front().below(pairs.size())];
            other = pair;
        }
    }
    for (const auto& pair : pairs) {
        pair.compare_all();
    }
}

TEST_CASE("a copy shares all nodes, and a change copies those on its way", "[ranking][rank_tree]")
{
    RankTree tree;
    for (std::size_t number = 0; number < 10'000; ++number) {
        REQUIRE(tree.insert(key_of(number)));
    }
    const auto copy = tree;
    const auto before = RankTreeNodes::of(copy);
    CHECK(RankTreeNodes::of(tree) == before);

    REQUIRE(tree.erase(key_of(5'005)));
    const auto after = RankTreeNodes::of(tree);
    std::vector<const void*> fresh;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(fresh));
    CHECK(fresh.size() <= RankTreeNodes::levels(tree) + 1);  // and perhaps a neighbour
    CHECK(RankTreeNodes::of(copy) == before);

    // Nobody else has these nodes: from here on they are changed in place.
    REQUIRE(tree.insert(key_of(5'005)));
    CHECK(RankTreeNodes::of(tree) == after);
}

TEST_CASE("a tree that was moved from is empty, and can be used again", "[ranking][rank_tree]")
{
    RankTree tree;
    REQUIRE(tree.insert(key_of(1)));
    RankTree other(std::move(tree));
    CHECK(other.size() == 1);
    CHECK(tree.size() == 0);
    REQUIRE(tree.insert(key_of(2)));
    tree = std::move(other);
    CHECK(keys_of(tree) == Naive{key_of(1)});
    CHECK(other.size() == 0);
    const auto& same = tree;
    tree = same;
    CHECK(keys_of(tree) == Naive{key_of(1)});
}

/// How many copies are not what they were when they were made: as many keys, in order, among them one of the owner's.
struct Shown {
    RankTree tree;
    std::size_t size{0};
    RankKey newest;
};

int wrong_copies(BoundedQueue<Shown>& copies)
{
    int wrong = 0;
    while (auto shown = copies.pop_until(std::chrono::steady_clock::time_point::max())) {
        const auto keys = keys_of(shown->tree);
        wrong += keys.size() == shown->size && std::is_sorted(keys.begin(), keys.end(), comes_before) ? 0 : 1;
        wrong += keys[shown->tree.position(shown->newest)] == shown->newest ? 0 : 1;
        auto own = shown->tree;
        wrong += own.erase(shown->newest) && own.size() + 1 == shown->size ? 0 : 1;
    }
    return wrong;
}

TEST_CASE("copies are read and changed on other threads while the owner goes on", "[ranking][rank_tree]")
{
    BoundedQueue<Shown> copies(16);
    int wrong[2] = {0, 0};
    std::thread first([&] { wrong[0] = wrong_copies(copies); });
    std::thread second([&] { wrong[1] = wrong_copies(copies); });
    std::mt19937_64 random(3);
    std::vector<RankKey> keys;
    RankTree tree;
    for (std::uint64_t order = 0; order < 20'000; ++order) {
        const RankKey key{static_cast<double>(random() % 100), order, RacerId{order % 500}};
        if (keys.size() < 500) {
            keys.push_back(key);
        } else {
            tree.erase(std::exchange(keys[order % 500], key));
        }
        tree.insert(key);
        if (order % 20 == 0) {
            Shown shown{tree, tree.size(), key};
            while (!copies.try_push(shown)) {
                std::this_thread::yield();
            }
        }
    }
    copies.close();
    first.join();
    second.join();
    CHECK(wrong[0] + wrong[1] == 0);
    CHECK(tree.size() == 500);
}

TEST_CASE("one tree may be copied on several threads at once", "[ranking][rank_tree]")
{
    TreePair pair(4);
    for (int step = 0; step < 500; ++step) {
        pair.change(2);
    }
    const auto& tree = pair.tree;
    std::vector<Naive> seen(3);
    std::vector<std::thread> threads;
    for (auto& each : seen) {
        threads.emplace_back([&tree, &each] {
            auto copy = tree;
            const RankKey extra{1e9, 0, RacerId{0}};
            copy.insert(extra);
            each = keys_of(copy, 1);
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (const auto& each : seen) {
        CHECK(each == pair.naive);
    }
}

}  // namespace
