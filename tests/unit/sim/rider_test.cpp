#include "rider.hpp"

#include "rider_names.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <set>

using namespace alleycat;
using namespace alleycat::sim;

namespace {

constexpr std::uint32_t kSeconds = 300;

Rider rider(std::uint64_t seed, std::uint64_t racer)
{
    return make_rider(seed, RacerId{racer}, ClassId{1});
}

bool same(const Effort& left, const Effort& right)
{
    return left.cadence_tenths == right.cadence_tenths && left.resistance_tenths == right.resistance_tenths;
}

}  // namespace

TEST_CASE("the same seed gives the same riders and the same races", "[sim][rider]")
{
    const Rider first = rider(7, 12);
    const Rider second = rider(7, 12);
    CHECK(first.name == second.name);
    for (std::uint32_t at = 1; at <= kSeconds; ++at) {
        CHECK(same(effort(first, 3, at), effort(second, 3, at)));
    }
}

TEST_CASE("efforts of fixed arguments never change", "[sim][rider]")
{
    // Other programs recompute races from the seed.
    const Rider known = rider(1, 0);
    CHECK(known.name == "Sleepy Badger 4");
    CHECK(effort(known, 0, 1).cadence_tenths == 737);
    CHECK(effort(known, 0, 1).resistance_tenths == 372);
}

TEST_CASE("cadence and resistance stay inside the rider's bands, in every race", "[sim][rider]")
{
    for (std::uint64_t racer = 0; racer < 200; ++racer) {
        const Rider each = rider(1, racer);
        CHECK(each.cadence.low > 0);
        CHECK(each.cadence.high <= 2500);
        CHECK(each.resistance.low > 0);
        CHECK(each.resistance.high <= 1000);
        bool inside = true;
        for (std::uint32_t race = 0; race < 5; ++race) {
            for (std::uint32_t second = 1; second <= kSeconds; ++second) {
                const Effort now = effort(each, race, second);
                inside = inside && now.cadence_tenths >= each.cadence.low && now.cadence_tenths <= each.cadence.high &&
                         now.resistance_tenths >= each.resistance.low && now.resistance_tenths <= each.resistance.high;
            }
        }
        CHECK(inside);
    }
}

TEST_CASE("a rider drifts and never jumps", "[sim][rider]")
{
    for (std::uint64_t racer = 0; racer < 100; ++racer) {
        const Rider each = rider(racer, racer);
        const double most_cadence = kLargestStep * (each.cadence.high - each.cadence.low) + 1;
        const double most_resistance = kLargestStep * (each.resistance.high - each.resistance.low) + 1;
        std::set<int> cadences;
        bool smooth = true;
        for (std::uint32_t second = 1; second < kSeconds; ++second) {
            const Effort now = effort(each, 0, second);
            const Effort next = effort(each, 0, second + 1);
            smooth = smooth && std::abs(next.cadence_tenths - now.cadence_tenths) <= most_cadence &&
                     std::abs(next.resistance_tenths - now.resistance_tenths) <= most_resistance;
            cadences.insert(now.cadence_tenths);
        }
        CHECK(smooth);
        CHECK(cadences.size() > 30);
    }
}

TEST_CASE("riders, races and seeds differ from each other", "[sim][rider]")
{
    std::set<std::pair<int, int>> bands;
    for (std::uint64_t racer = 0; racer < 100; ++racer) {
        bands.insert({rider(1, racer).cadence.low, rider(1, racer).resistance.low});
    }
    CHECK(bands.size() > 95);
    const Rider each = rider(1, 5);
    int equal = 0;
    for (std::uint32_t second = 1; second <= kSeconds; ++second) {
        equal += same(effort(each, 0, second), effort(each, 1, second)) ? 1 : 0;
    }
    CHECK(equal < 10);
    CHECK(rider(1, 5).name != rider(2, 5).name);
}

TEST_CASE("no two racers of a seed share a name, and names are short", "[sim][rider]")
{
    std::set<std::string> names;
    for (std::uint64_t racer = 0; racer < 40'000; ++racer) {
        names.insert(rider_name(1, RacerId{racer}));
    }
    CHECK(names.size() == 40'000);
    std::size_t longest = 0;
    for (const std::string& name : names) {
        longest = std::max(longest, name.size());
    }
    CHECK(longest <= 20);
    CHECK(rider_name(1, RacerId{(1ULL << 53U) - 1}).size() <= 40);
}
