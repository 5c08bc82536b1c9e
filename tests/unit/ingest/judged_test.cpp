#include "ingest_fixture.hpp"

#include <algorithm>

using namespace alleycat;
using namespace alleycat::ingest;
using plausibility::Judge;

namespace {

class NoSink final : public Intake::RejectSink {
public:
    [[nodiscard]] bool may_reject() const override { return true; }
    void on_reject(const telemetry::Rejection&, std::uint64_t) override {}
};

std::string spike(std::uint32_t second)
{
    auto text = record_text(7, second);
    text.replace(text.find("\"cadence\":85"), 12, "\"cadence\":249");
    return text;
}

/// Takes the payload again and again, as a door does, until there is room for all of it.
void take_all(Intake& intake, Signal& space, std::string_view payload)
{
    NoSink sink;
    std::string text(payload);
    text.append(telemetry::RecordReader::kPadding, '\0');
    auto taken = intake.take(std::string_view(text).substr(0, payload.size()), sink);
    while (taken.outcome == Intake::Outcome::RingFull) {
        intake.flush();
        REQUIRE(space.wait());
        taken = intake.take(taken.text(), sink);
    }
    intake.flush();
}

}  // namespace

TEST_CASE("a door's judge goes by what came before, and a full ring makes no difference", "[ingest][plausibility]")
{
    StreamFixture stream({.shards = 1, .ring_capacity_bytes = kSmallRing});
    Signal space;
    DoorCounters counters;
    plausibility::Limits limits_of_bikes;
    limits_of_bikes.frozen = std::chrono::milliseconds(0);
    limits_of_bikes.race_slack = std::chrono::milliseconds(0);
    Judge judge(Judge::Mode::Quarantine, limits_of_bikes);
    Intake intake(limits(), "${racerId}", stream.producer([&space] { space.raise(); }), counters);
    intake.judge_by(judge);
    stream.stream.start();
    std::vector<std::string> records;
    for (std::uint32_t second = 1; second <= 300; ++second) {
        records.push_back(second % 10 == 0 ? spike(second) : record_text(7, second));
    }
    take_all(intake, space, joined(records, "\n"));
    REQUIRE(stream.logs[0]->wait_for_entries(300));
    stream.stop();
    for (const auto& seen : stream.logs[0]->seen()) {
        CAPTURE(seen.entry.second);
        CHECK(seen.entry.verdict.held() == (seen.entry.second % 10 == 0));
        CHECK_FALSE(seen.entry.verdict.released());
    }
    CHECK(judge.count(Suspicion::Slew) == 30);
    CHECK(counters.accepted == 300);  // held ones are taken like all others
}

TEST_CASE("without a judge nothing is suspect", "[ingest][plausibility]")
{
    StreamFixture stream({.shards = 1, .ring_capacity_bytes = 1024 * 1024});
    Signal space;
    DoorCounters counters;
    Intake intake(limits(), "${racerId}", stream.producer([&space] { space.raise(); }), counters);
    stream.stream.start();
    take_all(intake, space, joined({record_text(7, 1), spike(2), record_text(7, 3)}, "\n"));
    REQUIRE(stream.logs[0]->wait_for_entries(3));
    stream.stop();
    CHECK(
        std::ranges::all_of(stream.logs[0]->seen(), [](const auto& seen) { return seen.entry.verdict == Verdict(); }));
}
