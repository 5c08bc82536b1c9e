#include "releaser.hpp"

#include "../stream/stream_fixture.hpp"
#include "temporary_directory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

using namespace alleycat;
using namespace alleycat::app;
using quarantine::Filter;
using quarantine::HeldId;
using quarantine::HeldRecord;

namespace {

constexpr std::int64_t kHeldAt = 1'000'000;

telemetry::RecordLimits limits()
{
    telemetry::RecordLimits made;
    made.classes = {ClassId{1}};
    return made;
}

stream::Stream::Options stream_options()
{
    stream::Stream::Options options;
    options.shards = 1;
    options.ring_capacity_bytes = 8 * 1024;  // for some forty records
    return options;
}

struct ReleaserFixture {
    TemporaryDirectory directory;
    boost::asio::io_context network;
    quarantine::Quarantine quarantine{{.path = directory.path() / "quarantine.db", .now_ms = [] { return kHeldAt; }}};
    ErasedRacers erased;
    stream::StreamFixture stream{stream_options()};
    Releaser releaser{{network.get_executor(), quarantine, erased, limits()},
                      stream.producer([this] { boost::asio::post(network, [this] { releaser.progress(); }); })};
    std::uint64_t sequence{0};

    ReleaserFixture()
    {
        stream.stream.start();
        quarantine.start();
    }
    ~ReleaserFixture()
    {
        quarantine.stop();
        static_cast<void>(stream.stop());
    }
    ReleaserFixture(const ReleaserFixture&) = delete;
    ReleaserFixture& operator=(const ReleaserFixture&) = delete;

    /// Holds a record for each second from `first` on.
    void hold(std::uint64_t racer, std::uint32_t first, std::uint32_t last, std::uint32_t class_id = 1)
    {
        std::vector<HeldRecord> records;
        for (auto second = first; second <= last; ++second) {
            auto one = stream::record(racer, second);
            one.class_id = ClassId{class_id};
            records.push_back({{++sequence, ShardId{0}},
                               kHeldAt,
                               Suspicions(1),
                               one.class_id,
                               one.race_id,
                               one.racer_id,
                               "key " + std::to_string(racer),
                               stream::text_of(one)});
        }
        REQUIRE(quarantine.keep(records));
    }
    /// The outcome of an order, once it has one.
    serve::ReleaseOutcome release(const serve::ReleaseOrder& order)
    {
        std::optional<serve::ReleaseOutcome> outcome;
        network.restart();  // it ended when nothing was left to do
        REQUIRE(releaser.try_release(order, [&outcome](const auto& told) { outcome = told; }));
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        auto work = boost::asio::make_work_guard(network);
        while (!outcome && std::chrono::steady_clock::now() < limit) {
            network.run_one_for(std::chrono::seconds(1));
        }
        REQUIRE(outcome);
        return *outcome;
    }
    /// What has come into the stream.
    std::vector<stream::Seen> seen(std::size_t count)
    {
        REQUIRE(stream.logs[0]->wait_for_entries(count));
        return stream.logs[0]->seen();
    }
};

}  // namespace

TEST_CASE("a released record comes into the stream once more, marked, and leaves the quarantine", "[app][releaser]")
{
    ReleaserFixture fixture;
    fixture.hold(7, 4, 5);
    const auto outcome = fixture.release(HeldId{2, ShardId{0}});
    CHECK(outcome.released == 1);
    CHECK_FALSE(outcome.failure);
    const auto seen = fixture.seen(1);
    CHECK(seen[0].entry.verdict == Verdict::let_go());
    CHECK(seen[0].entry.second == 5);
    CHECK(seen[0].entry.arrival_ms > kHeldAt);
    CHECK(seen[0].partition_key == "key 7");
    CHECK(seen[0].data == stream::text_of(stream::record(7, 5)));
    CHECK(fixture.quarantine.size() == 1);
    CHECK(fixture.release(HeldId{2, ShardId{0}}).released == 0);
}

TEST_CASE("many are released in their order, through a ring that has room for a few", "[app][releaser]")
{
    ReleaserFixture fixture;
    for (std::uint64_t racer = 1; racer <= 4; ++racer) {
        fixture.hold(racer, 1, 300);
    }
    fixture.hold(5, 1, 2);
    Filter race;
    race.race_id = RaceId{5400802};
    const auto outcome = fixture.release(race);
    CHECK(outcome.released == 1'202);
    CHECK(outcome.left == 0);
    CHECK(fixture.quarantine.size() == 0);
    const auto seen = fixture.seen(1'202);
    for (std::size_t at = 0; at < 1'200; ++at) {
        REQUIRE(seen[at].entry.racer_id == RacerId{1 + at / 300});
        REQUIRE(seen[at].entry.second == 1 + at % 300);
    }
}

TEST_CASE("what is no valid record any more stays, and is told", "[app][releaser]")
{
    ReleaserFixture fixture;
    fixture.hold(7, 1, 1, 9);  // of a class that is gone
    fixture.hold(7, 2, 3);
    Filter racer;
    racer.racer_id = RacerId{7};
    const auto outcome = fixture.release(racer);
    CHECK(outcome.released == 2);
    CHECK(outcome.invalid == 1);
    CHECK(outcome.left == 1);
    CHECK_FALSE(outcome.why.empty());
    CHECK(fixture.release(HeldId{1, ShardId{0}}).invalid == 1);
    CHECK(fixture.quarantine.size() == 1);
}

TEST_CASE("nothing is released of who is being erased", "[app][releaser]")
{
    ReleaserFixture fixture;
    fixture.hold(7, 1, 3);
    fixture.hold(8, 1, 1);
    fixture.erased.add(RacerId{7}, kHeldAt);
    Filter race;
    race.race_id = RaceId{5400802};
    CHECK(fixture.release(race).released == 1);
    CHECK(fixture.seen(1)[0].entry.racer_id == RacerId{8});
}

TEST_CASE("a releaser that is closed takes nothing further", "[app][releaser]")
{
    ReleaserFixture fixture;
    fixture.hold(7, 1, 3);
    CHECK(fixture.releaser.settled());
    fixture.releaser.close();
    CHECK_FALSE(fixture.releaser.try_release(HeldId{1, ShardId{0}}, [](const auto&) {}));
    CHECK(fixture.quarantine.size() == 3);
}
