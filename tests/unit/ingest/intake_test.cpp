#include "ingest_fixture.hpp"

#include <random>

using namespace alleycat;
using namespace alleycat::ingest;

namespace {

/// Notes what is refused; refuses to be told where the test says so.
class Sink final : public Intake::RejectSink {
public:
    bool may_reject() const override { return allowed != 0; }
    void on_reject(const telemetry::Rejection& rejection, std::uint64_t accepted) override
    {
        --allowed;
        rejected.push_back(std::to_string(accepted) + ":" + std::string(name(rejection.code)));
    }

    int allowed{1'000'000};  // rejections that may still be told
    std::vector<std::string> rejected;
};

struct Fixture {
    StreamFixture stream;
    Signal space;
    DoorCounters counters;
    Intake intake;
    Sink sink;

    explicit Fixture(std::size_t ring_bytes = 1024 * 1024)
        : stream({.shards = 1, .ring_capacity_bytes = ring_bytes}),
          intake(limits(), "${racerId}", stream.producer([this] { space.raise(); }), counters)
    {
        stream.stream.start();
    }
    ~Fixture() { stop(); }

    Intake::Taken take(std::string_view payload, const Sender& sender = {})
    {
        const auto padded = std::string(payload) + std::string(telemetry::RecordReader::kPadding, '#');
        return intake.take(std::string_view(padded).substr(0, payload.size()), sink, {}, sender);
    }
    [[nodiscard]] std::uint64_t rejected(Errc code) const { return counters.rejected[static_cast<std::size_t>(code)]; }
    std::vector<std::string> stop()
    {
        stream.logs[0]->open();
        intake.flush();
        stream.stop();
        return handed_over(*stream.logs[0]);
    }
};

}  // namespace

TEST_CASE("a payload's records are appended, and its broken ones are told one by one", "[ingest][intake]")
{
    Fixture fixture;
    const auto taken = fixture.take(
        joined({record_text(1, 1), "{nonsense", record_text(2, 1), refused_text(3), record_text(1, 2)}, "\n"));
    CHECK(taken.outcome == Intake::Outcome::Done);
    CHECK(taken.accepted == 3);
    CHECK(taken.text().empty());
    CHECK(fixture.sink.rejected == std::vector<std::string>{"1:InvalidJson", "2:OutOfRange"});
    CHECK(fixture.take("").outcome == Intake::Outcome::Done);
    CHECK(fixture.take("[]").accepted == 0);
    CHECK(fixture.take(array_of(7, 1, 10)).accepted == 10);
    CHECK(fixture.stop().size() == 13);
}

TEST_CASE("a door's counters tell records, bytes and refusals by reason", "[ingest][intake]")
{
    Fixture fixture;
    static_cast<void>(fixture.take(joined({record_text(1, 1), refused_text(3), "5", "{", record_text(12, 300)}, "\n")));
    CHECK(fixture.counters.accepted == 2);
    CHECK(fixture.counters.accepted_bytes == record_text(1, 1).size() + record_text(12, 300).size());
    CHECK(fixture.rejected(Errc::OutOfRange) == 1);
    CHECK(fixture.rejected(Errc::InvalidType) == 1);
    CHECK(fixture.rejected(Errc::InvalidJson) == 1);
    CHECK(fixture.rejected(Errc::MissingField) == 0);
    CHECK(fixture.counters.stalls == 0);
}

TEST_CASE("who may send for one racer only is refused the records of others, one by one", "[ingest][intake]")
{
    Fixture fixture;
    Sender bike;
    bike.only = RacerId{7};
    const auto payload = joined({record_text(7, 1), record_text(8, 1), refused_text(8), record_text(7, 2)}, "\n");
    CHECK(fixture.take(payload, bike).accepted == 2);
    CHECK(fixture.sink.rejected == std::vector<std::string>{"1:Unauthorized", "1:OutOfRange"});
    CHECK(fixture.rejected(Errc::Unauthorized) == 1);
    Sender viewer;
    viewer.may_send = false;
    CHECK(fixture.take(payload, viewer).accepted == 0);
    CHECK(fixture.rejected(Errc::Unauthorized) == 4);
    CHECK(fixture.stop() == std::vector<std::string>{"7@1", "7@2"});
}

TEST_CASE("above its rate a sender's records are refused, and refused ones cost it nothing", "[ingest][intake]")
{
    Fixture fixture;
    TokenBucket five(1e-6, 5);  // which fills within weeks
    Sender sender;
    sender.rate = &five;
    CHECK(fixture.take(joined({record_text(7, 1), refused_text(7), record_text(7, 2)}, "\n"), sender).accepted == 2);
    CHECK(fixture.take(array_of(7, 3, 12), sender).accepted == 3);
    CHECK(fixture.rejected(Errc::RateLimited) == 7);
    CHECK(fixture.take(array_of(8, 1, 10)).accepted == 10);  // others have no such limit
}

TEST_CASE("a record that finds no room costs its sender nothing until it is taken", "[ingest][intake]")
{
    Fixture fixture(kSmallRing);
    TokenBucket hundred(1e-6, 100);
    Sender sender;
    sender.rate = &hundred;
    auto taken = fixture.take(array_of(7, 1, 100), sender);
    REQUIRE(taken.outcome == Intake::Outcome::RingFull);
    auto accepted = taken.accepted;
    fixture.stream.logs[0]->open();
    while (taken.outcome == Intake::Outcome::RingFull) {
        fixture.intake.flush();
        REQUIRE(fixture.space.wait());
        taken = fixture.take(std::string(taken.text()), sender);
        accepted += taken.accepted;
    }
    CHECK(accepted == 100);
    CHECK(fixture.rejected(Errc::RateLimited) == 0);
}

TEST_CASE("behind a full ring a payload goes on exactly where it stopped", "[ingest][intake]")
{
    std::mt19937 random(4);
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        std::vector<std::string> expected;
        std::size_t refused = 0;
        std::string payload;
        const auto count = 50 + random() % 300;
        const bool array = round % 2 == 0;
        std::vector<std::string> records;
        for (std::uint32_t n = 0; n < count; ++n) {
            if (random() % 10 == 0) {
                records.push_back(random() % 2 == 0 ? refused_text(7) : R"({"broken":})");
                ++refused;
            } else {
                records.push_back(record_text(n % 5, n % 300 + 1));
                expected.push_back(std::to_string(n % 5) + "@" + std::to_string(n % 300 + 1));
            }
        }
        payload = array ? "[" + joined(records, ", ") + "]" : joined(records, "\n");

        Fixture fixture(kSmallRing);
        auto& log = *fixture.stream.logs[0];
        log.close();
        auto taken = fixture.take(payload);
        std::uint64_t accepted = taken.accepted;
        std::uint64_t stalls = 0;
        while (taken.outcome == Intake::Outcome::RingFull) {
            ++stalls;
            log.open();
            REQUIRE(fixture.space.wait());
            if (random() % 2 == 0) {
                log.close();
            }
            taken = fixture.take(std::string(taken.text()));
            accepted += taken.accepted;
        }
        REQUIRE(taken.outcome == Intake::Outcome::Done);
        CHECK(fixture.stop() == expected);
        CHECK(accepted == expected.size());
        CHECK(fixture.sink.rejected.size() == refused);
        CHECK(fixture.counters.accepted == expected.size());
        CHECK(fixture.rejected(Errc::OutOfRange) + fixture.rejected(Errc::InvalidJson) == refused);
        CHECK(fixture.counters.stalls == stalls);
    }
}

TEST_CASE("a full ring stops a payload before its first record", "[ingest][intake]")
{
    Fixture fixture(kSmallRing);
    fixture.stream.logs[0]->close();
    auto taken = fixture.take(array_of(1, 1, 300));
    REQUIRE(taken.outcome == Intake::Outcome::RingFull);
    CHECK(taken.accepted > 0);
    const auto again = fixture.take(std::string(taken.text()));
    CHECK(again.outcome == Intake::Outcome::RingFull);
    CHECK(again.accepted == 0);
    CHECK(again.text() == taken.text());
    CHECK(again.rest.size() == again.text().size() + telemetry::RecordReader::kPadding);
}

TEST_CASE("while nobody can be told of a refused record, reading stops before it", "[ingest][intake]")
{
    Fixture fixture;
    fixture.sink.allowed = 1;
    auto taken = fixture.take(joined({record_text(1, 1), "{", record_text(1, 2), "{", record_text(1, 3), "{"}, "\n"));
    CHECK(taken.outcome == Intake::Outcome::Congested);
    CHECK(taken.accepted == 2);
    taken = fixture.take(std::string(taken.text()));
    CHECK(taken.outcome == Intake::Outcome::Congested);
    CHECK(taken.accepted == 0);
    fixture.sink.allowed = 1;
    taken = fixture.take(std::string(taken.text()));
    CHECK(taken.outcome == Intake::Outcome::Congested);
    CHECK(taken.accepted == 1);
    fixture.sink.allowed = 1;
    taken = fixture.take(std::string(taken.text()));
    CHECK(taken.outcome == Intake::Outcome::Done);
    CHECK(fixture.sink.rejected == std::vector<std::string>{"1:InvalidJson", "0:InvalidJson", "0:InvalidJson"});
    CHECK(fixture.rejected(Errc::InvalidJson) == 3);
    CHECK(fixture.stop() == std::vector<std::string>{"1@1", "1@2", "1@3"});
}

TEST_CASE("behind a flush the records are handed over", "[ingest][intake]")
{
    Fixture fixture;
    static_cast<void>(fixture.take(array_of(1, 1, 20)));
    fixture.intake.flush();
    CHECK(fixture.stream.state().appended == 20);
    CHECK(fixture.stream.logs[0]->wait_for_entries(20));
}
