#include <alleycat/core/slot_map.hpp>

#include <catch2/catch.hpp>

#include <random>
#include <unordered_map>

using namespace alleycat;

namespace {

/// Inserts ids that `next` makes into both maps, and compares them all the way.
template <class Next>
void compare(std::size_t count, Next next)
{
    SlotMap map;
    std::unordered_map<std::uint64_t, std::uint32_t> expected;
    while (expected.size() < count) {
        const std::uint64_t id = next();
        REQUIRE(map.contains(RacerId{id}) == expected.contains(id));
        if (!expected.contains(id)) {
            const auto slot = static_cast<std::uint32_t>(expected.size());
            map.insert(RacerId{id}, slot);
            expected.emplace(id, slot);
        }
        REQUIRE(map.size() == expected.size());
    }
    bool same = true;
    for (const auto& [id, slot] : expected) {
        const auto* found = map.find(RacerId{id});
        same = same && found != map.end() && found->first == RacerId{id} && found->second == slot;
        same = same && map.contains(RacerId{id + 1}) == expected.contains(id + 1);
    }
    CHECK(same);
    const SlotMap copy = map;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
    CHECK(copy.size() == map.size());
    CHECK(copy.find(RacerId{expected.begin()->first})->second == expected.begin()->second);
}

}  // namespace

TEST_CASE("an empty map holds nobody", "[core][slot_map]")
{
    const SlotMap map;
    CHECK(map.size() == 0);
    CHECK(map.find(RacerId{0}) == map.end());
    CHECK_FALSE(map.contains(RacerId{UINT64_MAX}));
}

TEST_CASE("a slot map holds what a standard map holds", "[core][slot_map]")
{
    SECTION("ids that count up from 0")
    {
        std::uint64_t id = 0;
        compare(40'000, [&] { return id++; });
    }
    SECTION("ids that repeat")
    {
        std::mt19937_64 random(1);
        compare(1'000, [&] { return random() % 1'200; });
    }
    SECTION("ids of any size")
    {
        std::mt19937_64 random(2);
        compare(20'000, [&] { return random(); });
    }
    SECTION("ids that differ in their high bits only")
    {
        std::uint64_t id = 0;
        compare(4'000, [&] { return id++ << 50; });
    }
    SECTION("the largest ids")
    {
        std::uint64_t id = UINT64_MAX;
        compare(100, [&] { return id--; });
    }
}

TEST_CASE("slots need not be dense", "[core][slot_map]")
{
    SlotMap map;
    map.insert(RacerId{7}, UINT32_MAX - 1);
    map.insert(RacerId{0}, 0);
    CHECK(map.find(RacerId{7})->second == UINT32_MAX - 1);
    CHECK(map.find(RacerId{0})->second == 0);
}
