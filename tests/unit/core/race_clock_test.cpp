#include <alleycat/core/race_clock.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;

TEST_CASE("races begin with their windows and are numbered by them", "[core][race_clock]")
{
    const auto moment = race_moment(1'620'240'672'076, 300, 300);
    CHECK(moment.now_ms == 1'620'240'672'076);
    CHECK(moment.race == 5'400'802);
    CHECK(moment.second == 73);
    CHECK(moment.start_ms() == 1'620'240'600'000);
    CHECK(moment.next_ms() == 1'620'240'900'000);
    CHECK(moment.runs());
}

TEST_CASE("between two races none runs", "[core][race_clock]")
{
    constexpr std::int64_t kStart = 1'000 * 420'000;  // the window 1,000 of seven minutes
    const auto at = [](std::int64_t ms) { return race_moment(kStart + ms, 420, 300); };
    CHECK(at(-1).race == 999);
    CHECK_FALSE(at(-1).runs());
    CHECK(at(-1).next_ms() == kStart);
    CHECK(at(0).race == 1'000);
    CHECK(at(0).second == 1);
    CHECK(at(299'999).second == 300);
    CHECK(at(299'999).runs());
    CHECK(at(300'000).second == 301);
    CHECK_FALSE(at(300'000).runs());
    CHECK(at(300'000).start_ms() == kStart);
    CHECK(at(419'999).next_ms() == kStart + 420'000);
}
