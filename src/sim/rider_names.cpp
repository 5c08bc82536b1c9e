#include "rider_names.hpp"

#include "random.hpp"

#include <array>
#include <string_view>

namespace alleycat::sim {

namespace {

constexpr std::size_t kWords = 64;

constexpr std::array<std::string_view, kWords> kQualities{
    "Swift",    "Bold",   "Bright", "Calm",   "Clever",  "Crisp",  "Daring", "Eager",  "Early",  "Fair",   "Fleet",
    "Fond",     "Fresh",  "Gentle", "Glad",   "Golden",  "Grand",  "Happy",  "Hardy",  "Hasty",  "Hidden", "Humble",
    "Jolly",    "Keen",   "Kind",   "Late",   "Light",   "Lively", "Lone",   "Lucky",  "Mellow", "Merry",  "Mighty",
    "Misty",    "Nimble", "Noble",  "Odd",    "Patient", "Plucky", "Polite", "Proud",  "Quick",  "Quiet",  "Rapid",
    "Restless", "Rosy",   "Royal",  "Rustic", "Sandy",   "Silent", "Silver", "Sleepy", "Sly",    "Snowy",  "Spry",
    "Steady",   "Stormy", "Sturdy", "Sunny",  "Tidy",    "Velvet", "Vivid",  "Wild",   "Windy"};

constexpr std::array<std::string_view, kWords> kAnimals{
    "Heron",  "Badger", "Beaver",  "Bison",  "Bobcat",  "Bream",  "Camel",  "Caribou", "Cobra",  "Condor",  "Coyote",
    "Crane",  "Dingo",  "Dolphin", "Donkey", "Eagle",   "Eel",    "Egret",  "Elk",     "Falcon", "Ferret",  "Finch",
    "Fox",    "Gannet", "Gazelle", "Gecko",  "Gibbon",  "Goose",  "Grouse", "Gull",    "Hare",   "Hawk",    "Hornet",
    "Ibex",   "Impala", "Jackal",  "Jaguar", "Kestrel", "Kite",   "Koala",  "Lark",    "Lemur",  "Llama",   "Lynx",
    "Magpie", "Marmot", "Marten",  "Moose",  "Newt",    "Ocelot", "Osprey", "Otter",   "Owl",    "Panther", "Pelican",
    "Puffin", "Puma",   "Raven",   "Robin",  "Salmon",  "Seal",   "Stoat",  "Tapir",   "Wren"};

constexpr std::uint64_t kPairs = kWords * kWords;
constexpr std::uint64_t kStride = 1'597;        // odd, so that a step by it visits each of the 4,096 pairs once
constexpr std::uint64_t kNumbersPerRound = 10;  // the numbers a pair may take before the next racer with that pair
constexpr std::uint64_t kFirstNumber = 2;

}  // namespace

std::string rider_name(std::uint64_t seed, RacerId racer)
{
    const std::uint64_t round = raw(racer) / kPairs;  // how many racers before this one share its pair of words
    const std::uint64_t pair = ((raw(racer) % kPairs) * kStride + mix(seed)) % kPairs;
    const std::uint64_t number = kFirstNumber + round * kNumbersPerRound + mix(seed, pair) % kNumbersPerRound;
    std::string name(kQualities[pair / kWords]);
    name.append(1, ' ').append(kAnimals[pair % kWords]).append(1, ' ').append(std::to_string(number));
    return name;
}

}  // namespace alleycat::sim
