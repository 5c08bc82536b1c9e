#include "config_fixture.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace alleycat;
using namespace alleycat::app;
using namespace std::chrono_literals;

namespace {

/// The shipped file with the # removed in front of its examples: those where no space follows.
std::string shipped_with_examples()
{
    std::ifstream file(ALLEYCAT_SOURCE_DIR "/config/alleycat.toml");
    std::string text;
    for (std::string line; std::getline(file, line);) {
        const bool example = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        text += (example ? line.substr(1) : line) + "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("the examples of the shipped file are rules", "[app][config][rule]")
{
    const auto config = config_of(load_text(shipped_with_examples()));
    REQUIRE(config.rules.size() == 2);

    const auto& bikes = config.rules[0];
    CHECK(bikes.name == "bikes");
    CHECK(bikes.topic == "bikes/+/+");
    CHECK(bikes.select.size() == 9);
    CHECK(bikes.select.at("cadence") == "${rpm}");
    CHECK(bikes.targets == std::vector<std::string>{"stream"});
    CHECK_FALSE(bikes.sample);

    const auto& qdomyos = config.rules[1];
    CHECK(qdomyos.name == "qdomyos-zwift");
    CHECK(qdomyos.topic == "QZ/+/#");
    REQUIRE(qdomyos.sample);
    CHECK(qdomyos.sample->period == 1s);
    CHECK(qdomyos.sample->counter == "workout/elapsed/total_seconds");
    CHECK(qdomyos.sample->racers.at("default") == 7);
    CHECK(qdomyos.scale.at("resistance") == 3.125);
    CHECK(qdomyos.select.at("classId") == "1");
}

TEST_CASE("the shipped file has no rule of its own, but that of its section mqtt", "[app][config][rule]")
{
    CHECK(config_of(load({"--config", ALLEYCAT_SOURCE_DIR "/config/alleycat.toml"})).rules.empty());
}
