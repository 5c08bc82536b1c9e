#include "sampler.hpp"

#include "bike_rule.hpp"

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::ingest;

namespace {

constexpr std::int64_t kSecond = 1'000;
const std::string kCounter = "workout/elapsed/total_seconds";

RuleOptions qdomyos()
{
    RuleOptions options;
    options.name = "qdomyos";
    options.topic = "QZ/+/#";
    options.select = {{"event", "${event()}"},
                      {"deviceTimestamp", "${timestamp()}"},
                      {"second", "${second()}"},
                      {"raceId", "${race()}"},
                      {"name", "QZ ${topic(2)}"},
                      {"racerId", "${racer()}"},
                      {"classId", "1"},
                      {"cadence", "${workout/bike/cadence/current}"},
                      {"resistance", "${workout/bike/resistance/current}"}};
    options.scale = {{"resistance", 3.125}};
    auto& sample = options.sample.emplace();
    sample.counter = kCounter;
    sample.racers = {{"default", 7}, {"garage", 12}};
    return options;
}

/// A sampler, and who publishes to it. Time goes on by calls of until() only, in steps of 100 ms.
struct Session {
    std::int64_t now;
    std::vector<std::string> warnings;
    Sampler sampler;
    std::vector<std::string> records;

    explicit Session(std::int64_t start, const RuleOptions& options = qdomyos())
        : now(start), sampler(options, {}, [this](const std::string& text) { warnings.push_back(text); })
    {
        static_cast<void>(sampler.sample(now));
    }

    void publish(const std::string& value, const std::string& payload, const std::string& device = "default",
                 bool retained = false)
    {
        sampler.take("QZ/" + device + "/" + value, payload, retained, now);
    }
    void until(std::int64_t time)
    {
        while (now < time) {
            now += 100;
            for (const auto& sample : sampler.sample(now)) {
                records.push_back(sample.failure ? sample.failure->message : sample.record);
            }
        }
    }
    void ride(int seconds, int& elapsed, const std::string& device = "default")
    {
        for (int n = 0; n < seconds; ++n) {
            publish(kCounter, std::to_string(++elapsed), device);
            until(now + kSecond);
        }
    }
};

std::string record(std::int64_t second, const std::string& cadence = "80.00", const std::string& resistance = "53.125")
{
    return R"({"cadence":)" + cadence + R"(,"classId":1,"deviceTimestamp":)" +
           std::to_string(kRaceStart + (second - 1) * kSecond) + R"(,"event":")" +
           (second == 300 ? "final" : "update") +
           R"(","name":"QZ default","raceId":5400802,"racerId":7,"resistance":)" + resistance + R"(,"second":)" +
           std::to_string(second) + "}\n";
}

std::vector<std::string> records(std::int64_t first, std::int64_t last)
{
    std::vector<std::string> all;
    for (auto second = first; second <= last; ++second) {
        all.push_back(record(second));
    }
    return all;
}

/// The device is there, and rides on.
void connect(Session& session, const std::string& device = "default")
{
    session.publish("status", "online", device, true);
    session.publish("workout/bike/cadence/current", "80.00", device);
    session.publish("workout/bike/resistance/current", "17.00", device);
}

}  // namespace

TEST_CASE("a recorded session becomes one record a second while the rider rides", "[ingest][sampler]")
{
    // Connects 400 ms into the race's tenth second, rides 60 s with steady cadence, pauses, rides on, drops.
    Session session(kRaceStart + 9 * kSecond + 400);
    session.publish("status", "online", "default", true);
    session.publish("workout/bike/speed/current", "0.00");
    session.until(session.now + 2 * kSecond);
    CHECK(session.records.empty());  // neither cadence nor resistance is known

    session.publish("workout/bike/cadence/current", "80.00");  // each only once, as it does not change
    session.publish("workout/bike/resistance/current", "17.00");
    int elapsed = 0;
    session.ride(60, elapsed);  // from second 12.4 on; the last sign of life is at 71.4
    CHECK(session.records == records(13, 72));

    session.until(session.now + 30 * kSecond);  // a pause: nothing changes, and after 3 s nothing is new
    CHECK(session.records == records(13, 74));

    session.records.clear();
    session.publish("workout/bike/cadence/current", "0.00");  // at 102.4, slowly again
    session.until(session.now + kSecond);
    CHECK(session.records == std::vector<std::string>{record(103, "0.00")});

    session.records.clear();
    session.publish("workout/bike/cadence/current", "80.00");
    session.ride(2, elapsed);
    CHECK(session.records == records(104, 105));
    session.publish("status", "offline");  // the last will
    session.until(session.now + 5 * kSecond);
    CHECK(session.records == records(104, 105));

    session.publish("status", "online");
    session.ride(3, elapsed);
    CHECK(session.records == records(104, 105));  // what was before it went is forgotten
    session.publish("workout/bike/cadence/current", "80.00");
    session.publish("workout/bike/resistance/current", "17.00");
    session.until(session.now + kSecond);
    CHECK(session.records.size() == 3);
    CHECK(session.warnings.empty());
}

TEST_CASE("each second of a race comes once, also where the samples are late, and the last is final",
          "[ingest][sampler]")
{
    Session session(kRaceStart + 290 * kSecond + 500);
    connect(session);
    for (const auto late : {501, 930, 20, 999, 0, 700, 300, 1, 2}) {
        session.now += kSecond;
        session.publish(kCounter, "1");
        const auto at = session.now / kSecond * kSecond + late;
        for (const auto& sample : session.sampler.sample(at)) {
            session.records.push_back(sample.record);
        }
        CHECK(session.sampler.sample(at + 1 < at / kSecond * kSecond + kSecond ? at + 1 : at).empty());
    }
    CHECK(session.records == records(292, 300));
}

TEST_CASE("a sampler says when it is due", "[ingest][sampler]")
{
    Session session(kRaceStart + 250);
    CHECK(session.sampler.until_due(kRaceStart + 250) == std::chrono::milliseconds(750));
    CHECK(session.sampler.until_due(kRaceStart + 999) == std::chrono::milliseconds(1));
    CHECK(session.sampler.until_due(kRaceStart + 1'000) == std::chrono::milliseconds(0));
    static_cast<void>(session.sampler.sample(kRaceStart + 1'003));
    CHECK(session.sampler.until_due(kRaceStart + 1'003) == std::chrono::milliseconds(997));
}

TEST_CASE("a device is offline until it says otherwise, or where none is asked to", "[ingest][sampler]")
{
    Session session(kRaceStart);
    session.publish("workout/bike/cadence/current", "80.00");
    session.publish("workout/bike/resistance/current", "17.00");
    session.until(session.now + kSecond);
    CHECK(session.records.empty());
    session.publish("status", "online");
    session.until(session.now + kSecond);
    CHECK(session.records == records(3, 3));

    auto options = qdomyos();
    options.sample->online.clear();
    Session trusting(kRaceStart, options);
    trusting.publish("workout/bike/cadence/current", "80.00");
    trusting.publish("workout/bike/resistance/current", "17.00");
    trusting.until(trusting.now + kSecond);
    CHECK(trusting.records == records(2, 2));
}

TEST_CASE("what the broker had kept says nothing of when it was sent", "[ingest][sampler]")
{
    Session session(kRaceStart);
    session.publish("status", "online", "default", true);
    session.publish("workout/bike/cadence/current", "80.00", "default", true);
    session.publish("workout/bike/resistance/current", "17.00", "default", true);
    session.until(session.now + kSecond);
    CHECK(session.records.empty());
    session.publish(kCounter, "1");
    session.until(session.now + kSecond);
    CHECK(session.records == records(3, 3));
}

TEST_CASE("a device without a racer is left out, and named once", "[ingest][sampler]")
{
    Session session(kRaceStart);
    connect(session, "attic");
    session.until(session.now + 2 * kSecond);
    CHECK(session.records.empty());
    CHECK(session.warnings == std::vector<std::string>{"the device \"attic\" is left out, as it has no racer"});
}

TEST_CASE("two devices under one name are told of, and again only after ten minutes", "[ingest][sampler]")
{
    Session session(kRaceStart);
    connect(session);
    int first = 500;
    int second = 0;
    const auto both = [&](int seconds) {
        for (int n = 0; n < seconds; ++n) {
            session.publish(kCounter, std::to_string(++first));
            session.publish(kCounter, std::to_string(++second));
            session.until(session.now + kSecond);
        }
    };
    both(2);
    CHECK(session.warnings.empty());
    both(1);
    REQUIRE(session.warnings.size() == 1);
    CHECK(session.warnings[0].find("two devices seem to publish as \"default\"") == 0);
    both(590);
    CHECK(session.warnings.size() == 1);
    both(15);
    CHECK(session.warnings.size() == 2);
}

TEST_CASE("a rider who begins anew now and then is no second device", "[ingest][sampler]")
{
    Session session(kRaceStart);
    connect(session);
    for (int ride = 0; ride < 10; ++ride) {
        int elapsed = 0;
        session.ride(31, elapsed);
    }
    CHECK(session.warnings.empty());
}

TEST_CASE("a value that is no number fails, and says so each time", "[ingest][sampler]")
{
    Session session(kRaceStart);
    connect(session);
    session.publish("workout/bike/cadence/current", "nan");
    session.until(session.now + kSecond);
    CHECK(session.records == std::vector<std::string>{"cadence: must be a number"});
}

TEST_CASE("each device has its own values, and any number of them is borne", "[ingest][sampler]")
{
    Session session(kRaceStart);
    connect(session);
    connect(session, "garage");
    session.publish("workout/bike/cadence/current", "60", "garage");
    session.publish("workout/bike/cadence/current", std::string(257, '1'), "garage");  // too long: as if it never came
    session.until(session.now + kSecond);
    REQUIRE(session.records.size() == 2);
    CHECK(session.records[0] == record(2));
    CHECK(session.records[1].find(R"("cadence":60,)") != std::string::npos);
    CHECK(session.records[1].find(R"("racerId":12,)") != std::string::npos);

    for (std::size_t n = 0; n < Sampler::kMaxDevices - 2; ++n) {
        session.publish("status", "online", "d" + std::to_string(n));
    }
    session.publish(kCounter, "1", "garage");
    session.until(session.now + kSecond);
    CHECK(session.records.size() == 4);
    session.publish("workout/x", "1", "one too many");  // somebody who never said anything but "online" makes room
    session.until(session.now + kSecond);
    CHECK(session.records.size() == 6);
}

TEST_CASE("topics that name no device or no value are passed over", "[ingest][sampler]")
{
    Session session(kRaceStart);
    session.sampler.take("QZ", "x", false, session.now);
    session.sampler.take("QZ/default", "x", false, session.now);
    session.sampler.take("QZ/default/", "x", false, session.now);
    session.until(session.now + 2 * kSecond);
    CHECK(session.records.empty());
}
