#include <alleycat/plausibility/judge.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace alleycat;
using namespace alleycat::plausibility;
using std::chrono::milliseconds;

namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

/// One record, as a test tells of it.
struct Sent {
    std::uint32_t second{1};
    double cadence{80};
    double resistance{40};
    std::int64_t late_ms{0};          // it arrives so long behind its second
    std::int64_t device_ahead_ms{0};  // of its arrival
    std::uint64_t connection{0};
    std::uint64_t racer{7};
    std::int64_t race{1};
};

struct Fixture {
    Judge judge{Judge::Mode::Flag, Limits()};

    explicit Fixture(const Limits& limits = {}, Judge::Mode mode = Judge::Mode::Flag) : judge(mode, limits) {}

    [[nodiscard]] Verdict verdict(const Sent& sent)
    {
        const auto arrival_ms = kNow + 1'000 * std::int64_t{sent.second} + sent.late_ms;
        telemetry::Record record;
        record.second = sent.second;
        record.cadence = sent.cadence;
        record.resistance = sent.resistance;
        record.device_timestamp_ms = arrival_ms + sent.device_ahead_ms;
        record.racer_id = RacerId{sent.racer};
        record.race_id = RaceId{sent.race};
        record.class_id = ClassId{1};
        return judge.judge(record, arrival_ms, sent.connection);
    }
    /// The names of what is suspect.
    [[nodiscard]] std::string seen(const Sent& sent)
    {
        std::string names;
        const auto found = verdict(sent).suspicions();
        for (const auto each : kSuspicions) {
            if (found.has(each)) {
                names.append(names.empty() ? "" : " ").append(name(each));
            }
        }
        return names;
    }
};

/// Nothing but one check.
Limits no_limits()
{
    return {0, 0, milliseconds(0), milliseconds(0), milliseconds(0), milliseconds(0), milliseconds(0)};
}

}  // namespace

TEST_CASE("cadence and resistance may change as fast as their limits, and no faster", "[plausibility]")
{
    auto limits = no_limits();
    limits.cadence_slew = 50;
    limits.resistance_slew = 20;
    Fixture fixture(limits);
    CHECK(fixture.seen({.second = 1, .cadence = 100, .resistance = 40}).empty());
    CHECK(fixture.seen({.second = 2, .cadence = 150, .resistance = 60}).empty());
    CHECK(fixture.seen({.second = 3, .cadence = 100, .resistance = 40}).empty());
    CHECK(fixture.seen({.second = 4, .cadence = 150.5, .resistance = 40}) == "Slew");
    CHECK(fixture.seen({.second = 4, .racer = 8}).empty());
    CHECK(fixture.seen({.second = 5, .resistance = 60.5, .racer = 8}) == "Slew");
    CHECK(fixture.seen({.second = 6, .resistance = 80, .racer = 8}).empty());  // 2 s since what was no slew
}

TEST_CASE("a spike is one suspect record, and a step to stay becomes what is usual", "[plausibility]")
{
    Fixture fixture;
    CHECK(fixture.seen({.second = 1, .cadence = 80}).empty());
    CHECK(fixture.seen({.second = 2, .cadence = 240}) == "Slew");
    CHECK(fixture.seen({.second = 3, .cadence = 81}).empty());
    CHECK(fixture.seen({.second = 4, .cadence = 240}) == "Slew");
    CHECK(fixture.seen({.second = 5, .cadence = 240}).empty());
    CHECK(fixture.judge.count(Suspicion::Slew) == 2);
}

TEST_CASE("seconds that come late are no slew, and a gap is as long as it was", "[plausibility]")
{
    auto limits = no_limits();
    limits.cadence_slew = 10;
    Fixture fixture(limits);
    CHECK(fixture.seen({.second = 10, .cadence = 80}).empty());
    CHECK(fixture.seen({.second = 9, .cadence = 200}).empty());
    CHECK(fixture.seen({.second = 15, .cadence = 130}).empty());
    CHECK(fixture.seen({.second = 20, .cadence = 180.1}) == "Slew");
}

TEST_CASE("values that stand still are suspect from the limit on, while the pedals turn", "[plausibility]")
{
    auto limits = no_limits();
    limits.frozen = milliseconds(5'000);
    Fixture fixture(limits);
    for (std::uint32_t second = 1; second <= 5; ++second) {
        CHECK(fixture.seen({.second = second}).empty());
    }
    CHECK(fixture.seen({.second = 6}) == "Frozen");
    CHECK(fixture.seen({.second = 7}) == "Frozen");
    CHECK(fixture.seen({.second = 8, .cadence = std::nextafter(80.0, 81.0)}).empty());
    for (std::uint32_t second = 1; second <= 20; ++second) {
        CHECK(fixture.seen({.second = second, .cadence = 0, .racer = 8}).empty());  // parked
    }
}

TEST_CASE("what was not reported does not count as standing still", "[plausibility]")
{
    auto limits = no_limits();
    limits.frozen = milliseconds(5'000);
    Fixture fixture(limits);
    CHECK(fixture.seen({.second = 1}).empty());
    CHECK(fixture.seen({.second = 100}).empty());  // counts as 2
    CHECK(fixture.seen({.second = 102}).empty());  // a bike that reports every other second
    CHECK(fixture.seen({.second = 50}).empty());
    CHECK(fixture.seen({.second = 104}) == "Frozen");
}

TEST_CASE("a device's clock may be as far off as its limits", "[plausibility]")
{
    auto limits = no_limits();
    limits.clock_ahead = milliseconds(60'000);
    limits.clock_behind = milliseconds(90'000);
    Fixture fixture(limits);
    CHECK(fixture.seen({.second = 1, .device_ahead_ms = 60'000}).empty());
    CHECK(fixture.seen({.second = 2, .device_ahead_ms = 60'001}) == "ClockSkew");
    CHECK(fixture.seen({.second = 3, .device_ahead_ms = -90'000}).empty());
    CHECK(fixture.seen({.second = 4, .device_ahead_ms = -90'001}) == "ClockSkew");
    CHECK(Fixture().seen({.device_ahead_ms = -kNow}).empty());  // a bike without a clock
}

TEST_CASE("a race's second may run ahead by the slack, and catch up by as much as it likes", "[plausibility]")
{
    auto limits = no_limits();
    limits.race_slack = milliseconds(30'000);
    Fixture fixture(limits);
    CHECK(fixture.seen({.second = 5}).empty());
    CHECK(fixture.seen({.second = 35, .late_ms = -30'000}).empty());  // when its racer is at second 5
    CHECK(fixture.seen({.second = 36, .late_ms = -31'000}) == "RaceClock");
    CHECK(fixture.seen({.second = 1, .racer = 8}).empty());
    for (std::uint32_t second = 2; second <= 200; ++second) {  // an outage of minutes, then all at once
        CHECK(fixture.seen({.second = second, .late_ms = 1'000 * (200 - std::int64_t{second}), .racer = 8}).empty());
    }
}

TEST_CASE("our own clock that is set back takes a ride's beginning with it", "[plausibility]")
{
    auto limits = no_limits();
    limits.race_slack = milliseconds(10'000);
    Fixture fixture(limits);
    for (std::uint32_t second = 1; second <= 100; ++second) {
        const std::int64_t set_ms = second > 50 ? -3'600'000 : 0;
        CAPTURE(second);
        CHECK(fixture.seen({.second = second, .late_ms = set_ms}).empty());
    }
    CHECK(fixture.seen({.second = 112, .late_ms = -3'600'000 - 12'000}) == "RaceClock");
}

TEST_CASE("two connections in turns are suspect, and one behind the other is not", "[plausibility]")
{
    Fixture fixture;
    CHECK(fixture.seen({.second = 1, .cadence = 80, .connection = 1}).empty());
    CHECK(fixture.seen({.second = 2, .cadence = 81, .connection = 2}).empty());  // connected again
    CHECK(fixture.seen({.second = 3, .cadence = 82, .connection = 2}).empty());
    CHECK(fixture.seen({.second = 4, .cadence = 83, .connection = 0}).empty());  // nobody knows
    CHECK(fixture.seen({.second = 5, .cadence = 84, .connection = 3}).empty());
    CHECK(fixture.seen({.second = 6, .cadence = 85, .connection = 2}) == "TwoConnections");
    CHECK(fixture.seen({.second = 7, .cadence = 86, .connection = 3}) == "TwoConnections");
    CHECK(fixture.seen({.second = 8, .cadence = 87, .connection = 3}).empty());
    CHECK(fixture.seen({.second = 13, .cadence = 88, .connection = 2}) == "TwoConnections");  // 5 s
    CHECK(fixture.seen({.second = 19, .cadence = 89, .connection = 3}).empty());              // 6 s
    CHECK(fixture.seen({.second = 20, .cadence = 90, .connection = 2, .race = 2}).empty());
}

TEST_CASE("two who send the same seconds in turns are noticed", "[plausibility]")
{
    Fixture fixture;
    int suspect = 0;
    for (std::uint32_t second = 1; second <= 20; ++second) {
        suspect += fixture.verdict({.second = second, .cadence = 80.0 + second % 3, .connection = 1}).suspect() ? 1 : 0;
        suspect += fixture.verdict({.second = second, .cadence = 90.0 + second % 3, .connection = 2}).suspect() ? 1 : 0;
    }
    CHECK(suspect == 2 * 19);
}

TEST_CASE("a second sent again has the verdict that it had, and changes nothing", "[plausibility]")
{
    Fixture fixture;
    CHECK(fixture.seen({.second = 1}).empty());
    CHECK(fixture.seen({.second = 2, .cadence = 240}) == "Slew");
    for (int repeated = 0; repeated < 3; ++repeated) {
        CHECK(fixture.seen({.second = 2, .cadence = 240, .late_ms = 60'000}) == "Slew");
        CHECK(fixture.seen({.second = 1, .cadence = 240, .late_ms = 60'000}).empty());
    }
    CHECK(fixture.judge.count(Suspicion::Slew) == 1);
    CHECK(fixture.seen({.second = 3, .late_ms = 60'000}).empty());
}

TEST_CASE("each check is off with 0, and limits change for what follows", "[plausibility]")
{
    Fixture fixture(no_limits());
    for (std::uint32_t second = 1; second <= 300; ++second) {
        const Sent sent{.second = second,
                        .cadence = second < 150 ? 80 : 250.0 * (second % 2),
                        .late_ms = -1'000 * std::int64_t{second},
                        .device_ahead_ms = kNow,
                        .connection = 1 + second % 2};
        CHECK(fixture.seen(sent).empty());
    }
    fixture.judge.set_limits(Limits());
    CHECK(fixture.verdict({.second = 301, .late_ms = -301'000, .device_ahead_ms = kNow}).suspect());
}

TEST_CASE("what is suspect is held only where there is a quarantine", "[plausibility]")
{
    for (const auto mode : {Judge::Mode::Flag, Judge::Mode::Quarantine}) {
        Fixture fixture({}, mode);
        CHECK_FALSE(fixture.verdict({.second = 1}).held());
        const auto verdict = fixture.verdict({.second = 2, .cadence = 240});
        CHECK(verdict.suspect());
        CHECK(verdict.held() == (mode == Judge::Mode::Quarantine));
        CHECK_FALSE(verdict.released());
    }
}

TEST_CASE("rides are forgotten in silence, and the oldest where there is no room", "[plausibility]")
{
    Judge judge(Judge::Mode::Flag, Limits(), 2 * Judge::kStripes);
    telemetry::Record record;
    record.second = 1;
    for (std::uint64_t racer = 1; racer <= 10'000; ++racer) {
        record.racer_id = RacerId{racer};
        static_cast<void>(judge.judge(record, kNow, 0));
    }
    CHECK(judge.rides() == 2 * Judge::kStripes);
    static_cast<void>(judge.judge(record, kNow + Judge::kSilence.count(), 0));
    CHECK(judge.rides() == 2 * Judge::kStripes);
    record.racer_id = RacerId{10'001};
    static_cast<void>(judge.judge(record, kNow + 2 * Judge::kSilence.count() + 1, 0));
    CHECK(judge.rides() == 2 * Judge::kStripes - 1);  // of this racer's lock both others are gone
}

TEST_CASE("of a long ride the latest seconds are remembered", "[plausibility]")
{
    Fixture fixture;
    for (std::uint32_t second = 1; second <= 20'000; ++second) {
        const bool spike = second % 100 == 0;
        REQUIRE(fixture.verdict({.second = second, .cadence = spike ? 240 : 80.0 + second % 7}).suspect() == spike);
    }
    const auto spikes = fixture.judge.count(Suspicion::Slew);
    for (std::uint32_t second = 20'000; second > 20'000 - Judge::kSeconds; --second) {
        REQUIRE(fixture.verdict({.second = second, .cadence = 80}).suspect() == (second % 100 == 0));
    }
    CHECK(fixture.judge.count(Suspicion::Slew) == spikes);
    CHECK_FALSE(fixture.verdict({.second = 86'400, .late_ms = 0}).suspect());
}

TEST_CASE("riders who drift like people are never suspect", "[plausibility]")
{
    Fixture fixture;
    std::mt19937_64 random(1);
    std::normal_distribution<double> wobble(0, 2.5);
    std::uniform_real_distribution<double> part(0, 1);
    for (std::uint64_t racer = 1; racer <= 1'000; ++racer) {
        double level = 55 + 50 * part(random);
        double resistance = 20 + 40 * part(random);
        std::uint64_t connection = 2 * racer;
        const bool coarse = racer % 3 == 0;  // whole numbers
        std::int64_t outage_ms = 0;
        for (std::uint32_t second = 1; second <= 300; ++second) {
            const bool sprint = part(random) < 0.01;
            const bool stops = part(random) < 0.01;
            resistance = part(random) < 0.02 ? 20 + 60 * part(random) : resistance;
            auto cadence = std::clamp(level + wobble(random) + (sprint ? 45 : 0), 0.0, 150.0);
            cadence = stops ? 0 : coarse ? std::round(cadence) : std::round(cadence * 10) / 10;
            if (part(random) < 0.002) {  // the line breaks: what is ridden meanwhile comes later, at once
                connection += 1'000'000;
                outage_ms = static_cast<std::int64_t>(100'000 * part(random));
            }
            const auto late_ms = std::max<std::int64_t>(outage_ms -= 1'000, 0);
            const auto verdict = fixture.verdict({.second = second,
                                                  .cadence = cadence,
                                                  .resistance = std::round(resistance),
                                                  .late_ms = late_ms,
                                                  .device_ahead_ms = -late_ms,
                                                  .connection = connection,
                                                  .racer = racer});
            CAPTURE(racer, second, cadence, resistance, verdict.suspicions().bits());
            REQUIRE_FALSE(verdict.suspect());
            level += wobble(random) / 10;
        }
    }
}
