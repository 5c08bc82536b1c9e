#include "schedule.hpp"

#include "race_window.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace alleycat;
using namespace alleycat::sim;
using namespace std::chrono_literals;

TEST_CASE("each rider has one record in each second, on one connection, in order", "[sim][schedule]")
{
    const auto riders = GENERATE(1U, 7U, 64U, 101U);
    const auto connections = GENERATE(1U, 3U, 7U);
    const auto batch = GENERATE(1U, 4U, 500U);
    if (connections > riders) {
        return;
    }
    CAPTURE(riders, connections, batch);
    const Schedule schedule(riders, connections, batch, 5, 2);
    std::map<std::uint32_t, std::uint32_t> latest_second;
    std::map<std::uint32_t, std::set<std::uint32_t>> connections_of;
    std::chrono::milliseconds before{0};
    for (std::uint64_t index = 0; index < schedule.messages(); ++index) {
        const auto message = schedule.at(index);
        CHECK(message.riders >= 1);
        CHECK(message.riders <= batch);
        CHECK(message.since_start >= before);
        before = message.since_start;
        for (std::uint32_t at = 0; at < message.riders; ++at) {
            const std::uint32_t rider = message.first_rider + at * connections;
            REQUIRE(rider < riders);
            CHECK(++latest_second[rider] == message.second);
            connections_of[rider].insert(message.connection);
        }
    }
    CHECK(latest_second.size() == riders);
    for (const auto& [rider, second] : latest_second) {
        CHECK(second == 5);
        CHECK(connections_of[rider].size() == 1);
    }
}

TEST_CASE("messages are spread evenly over the second", "[sim][schedule]")
{
    const Schedule schedule(1000, 8, 1, 300, 1);
    for (int slot = 0; slot < 100; ++slot) {
        const auto before = schedule.due(slot * 10ms + 1us);
        const auto after = schedule.due((slot + 1) * 10ms + 1us);
        CHECK(after - before == 10);
    }
}

TEST_CASE("a message is due at its time and not before", "[sim][schedule]")
{
    const double speed = GENERATE(0.5, 1.0, 10.0);
    const Schedule schedule(4, 2, 1, 3, speed);
    CHECK(schedule.due(-1ns) == 0);
    CHECK(schedule.due(0ns) == 1);
    for (std::uint64_t index = 1; index < schedule.messages(); ++index) {
        const auto when = schedule.at(index).since_start;
        CHECK(schedule.due(when - 1ms) <= index);
        CHECK(schedule.due(when + 1ms) > index);
    }
    CHECK(schedule.due(24h) == schedule.messages());
    CHECK(schedule.length() == std::chrono::milliseconds(static_cast<int>(3000 / speed)));
}

TEST_CASE("races begin with the windows", "[sim][schedule]")
{
    constexpr auto kUsual = 300s;
    CHECK(race_at(0, kUsual) == RaceId{0});
    CHECK(race_at(299'999, kUsual) == RaceId{0});
    CHECK(race_at(300'000, kUsual) == RaceId{1});
    CHECK(race_at(1'795'317'914'130, kUsual) == RaceId{5'984'393});
    CHECK(next_race_start(0, kUsual) == 0);
    CHECK(next_race_start(1, kUsual) == 300'000);
    CHECK(next_race_start(300'000, kUsual) == 300'000);
    CHECK(race_at(next_race_start(1'795'317'914'130, kUsual), kUsual) == RaceId{5'984'394});
    CHECK(race_at(1'795'317'914'130, 7s) == RaceId{256'473'987});
    CHECK(next_race_start(1'795'317'914'130, 7s) == 256'473'988LL * 7'000);
}
