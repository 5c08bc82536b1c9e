#include "archive_fixture.hpp"

#include <alleycat/archive/ride_reader.hpp>
#include <alleycat/commitlog/commit_log.hpp>

#include <future>
#include <latch>

namespace alleycat::archive {

namespace {

namespace fs = std::filesystem;

std::chrono::system_clock::time_point moment(std::int64_t ms)
{
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(ms));
}

/// Two shards with logs, and a folder for objects.
struct ReaderFixture {
    static constexpr std::uint32_t kShards = 2;

    TemporaryDirectory directory;
    std::vector<std::unique_ptr<commitlog::CommitLog>> logs;
    std::uint64_t sequence{0};
    ErasedRacers erased;

    explicit ReaderFixture(std::uint64_t segment_bytes = std::uint64_t{64} << 20)
    {
        for (std::uint32_t shard = 0; shard < kShards; ++shard) {
            commitlog::LogOptions options;
            options.directory = log_path(shard);
            options.shard = ShardId{shard};
            options.segment_bytes = segment_bytes;
            options.retention = std::chrono::milliseconds(1);
            logs.push_back(std::make_unique<commitlog::CommitLog>(commitlog::system_disk(), options));
        }
    }

    [[nodiscard]] fs::path log_path(std::uint32_t shard) const
    {
        return directory.path() / ("log-" + std::to_string(shard));
    }
    [[nodiscard]] fs::path objects() const { return directory.path() / "delivery"; }

    /// Returns the record's sequence number.
    std::uint64_t log(std::uint32_t shard, const std::string& data, std::int64_t arrival_ms = kStart + kMinute)
    {
        logs[shard]->append({++sequence, arrival_ms, "key", std::nullopt, data}, moment(arrival_ms));
        REQUIRE(logs[shard]->commit());
        return sequence;
    }

    [[nodiscard]] RideReader::Options options()
    {
        RideReader::Options options;
        options.delivery = objects();
        options.limits = record_limits();
        options.shards = kShards;
        options.segments = [this](ShardId shard) { return logs[raw(shard)]->segments(); };
        options.disk = &commitlog::system_disk();
        options.erased = &erased;
        return options;
    }
    Result<Ride> ask(const RideQuery& query = kQuery)
    {
        RideReader reader(options());
        reader.start();
        std::promise<Result<Ride>> done;
        REQUIRE(reader.try_ask(query, [&done](const Result<Ride>& ride) { done.set_value(ride); }));
        return done.get_future().get();
    }
    /// The seconds that are found.
    std::vector<std::uint32_t> seconds(const RideQuery& query = kQuery)
    {
        std::vector<std::uint32_t> numbers;
        const auto ride = ask(query);
        REQUIRE(ride.has_value());
        for (const auto& second : ride->seconds) {
            numbers.push_back(second.second);
        }
        return numbers;
    }
};

using Seconds = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a ride is gathered from the logs of all shards", "[archive][reader]")
{
    ReaderFixture fixture;
    CHECK(fixture.seconds().empty());
    fixture.log(0, RecordText{.second = 2});
    fixture.log(1, RecordText{.second = 1});
    fixture.log(1, RecordText{.racer = 8, .second = 3});
    fixture.log(0, "junk that names \"racerId\":7");
    CHECK(fixture.seconds() == Seconds{1, 2});
    CHECK(fixture.ask()->seconds[0].arrival_ms == kStart + kMinute);
    CHECK_FALSE(fixture.ask()->partial);
}

TEST_CASE("what the log does not have any more comes from objects", "[archive][reader]")
{
    ReaderFixture fixture(1);  // a segment a record
    const auto first = fixture.log(0, RecordText{.second = 1});
    fixture.log(0, RecordText{.second = 2, .cadence = 90});
    const auto last = fixture.log(0, RecordText{.second = 3});
    store_object(
        fixture.objects(), kStart + kMinute, {ShardId{0}, first, last, true},
        {RecordText{.second = 1, .more = R"(,"output":1.5)"}, RecordText{.second = 2, .more = R"(,"output":2.5)"},
         RecordText{.second = 3, .more = R"(,"output":3.5)"}});
    SECTION("which are not looked at while the log has it all")
    {
        const auto ride = fixture.ask();
        REQUIRE(ride->seconds.size() == 3);
        CHECK(ride->seconds[0].output == 132.25);
        CHECK(ride->seconds[0].arrival_ms.has_value());
    }
    SECTION("but are when retention has removed some of it")
    {
        REQUIRE(fixture.logs[0]->remove_expired(first, moment(kStart + 60 * kMinute)));
        const auto ride = fixture.ask();
        REQUIRE(ride->seconds.size() == 3);
        CHECK(ride->seconds[0].output == 1.5);
        CHECK(ride->seconds[0].arrival_ms == std::nullopt);
        CHECK(ride->seconds[1].output == 143.75);  // of the log: it is higher
        CHECK(ride->seconds[1].arrival_ms.has_value());
    }
}

TEST_CASE("without a log a ride comes from objects alone", "[archive][reader]")
{
    ReaderFixture fixture;
    store_object(fixture.objects(), kStart - 10 * kMinute, {ShardId{0}, 1, 9, true}, {RecordText{.second = 1}});
    store_object(fixture.objects(), kStart + 4 * kMinute, {ShardId{0}, 10, 19, true}, {RecordText{.second = 2}});
    store_object(fixture.objects(), kStart + 8 * kMinute, {ShardId{1}, 20, 29, true}, {RecordText{.second = 3}});
    store_object(fixture.objects(), kStart + 30 * kMinute, {ShardId{1}, 30, 39, true}, {RecordText{.second = 4}});
    auto options = fixture.options();
    options.shards = 0;
    RideReader reader(options);
    reader.start();
    std::promise<Ride> done;
    REQUIRE(reader.try_ask(kQuery, [&done](const Result<Ride>& ride) { done.set_value(ride.value()); }));
    const auto ride = done.get_future().get();
    REQUIRE(ride.seconds.size() == 3);  // the first window may have lasted; the last one came too late
    CHECK(ride.seconds[2].second == 3);
}

TEST_CASE("a window that ended before the race is not read, and a ride that is complete ends the search",
          "[archive][reader]")
{
    ReaderFixture fixture;
    // Each of them would show that it is read.
    store_object(fixture.objects(), kStart - 20 * kMinute, {ShardId{0}, 1, 1, true}, {RecordText{.second = 30}});
    store_object(fixture.objects(), kStart - 10 * kMinute, {ShardId{0}, 2, 2, true}, {RecordText{.second = 1}});
    store_object(fixture.objects(), kStart + kMinute, {ShardId{0}, 3, 3, true},
                 {RecordText{.second = 2, .event = "final"}});
    store_object(fixture.objects(), kStart + 9 * kMinute, {ShardId{0}, 4, 4, true}, {RecordText{.second = 40}});
    CHECK(fixture.seconds() == Seconds{1, 2});
}

TEST_CASE("a delivery object that cannot be read makes the ride partial", "[archive][reader]")
{
    ReaderFixture fixture;
    store_object(fixture.objects(), kStart + kMinute, {ShardId{0}, 1, 1, true}, {RecordText{.second = 1}});
    const auto broken =
        store_object(fixture.objects(), kStart + 2 * kMinute, {ShardId{0}, 2, 2, true}, {RecordText{.second = 2}});
    write_file(broken, "no gzip");
    const auto ride = fixture.ask();
    REQUIRE(ride.has_value());
    CHECK(ride->seconds.size() == 1);
    CHECK(ride->partial);
}

TEST_CASE("where the log is damaged, objects are asked, and the ride is partial", "[archive][reader]")
{
    ReaderFixture fixture;
    fixture.log(0, RecordText{.second = 1});
    fixture.log(0, RecordText{.second = 2});
    const auto last = fixture.log(0, RecordText{.second = 3});
    const auto path = fixture.logs[0]->segments().front().path;
    auto bytes = read_file(path);
    bytes[bytes.find("\"second\":2")] ^= 1;
    write_file(path, bytes);
    CHECK(fixture.seconds() == Seconds{1, 3});
    CHECK(fixture.ask()->partial);
    store_object(fixture.objects(), kStart + kMinute, {ShardId{0}, 1, last, true}, {RecordText{.second = 2}});
    CHECK(fixture.seconds() == Seconds{1, 2, 3});
}

TEST_CASE("only segments and records of the race's time are read", "[archive][reader]")
{
    ReaderFixture fixture(1);
    fixture.log(0, RecordText{.second = 10}, kStart - 60 * kMinute);
    fixture.log(0, RecordText{.second = 1}, kStart);
    fixture.log(0, RecordText{.second = 2}, kStart + 5 * kMinute);
    fixture.log(0, RecordText{.second = 3}, kStart + 9 * kMinute);  // late, and still one of the ride
    fixture.log(0, RecordText{.second = 20}, kStart + 60 * kMinute);
    CHECK(fixture.seconds() == Seconds{1, 2, 3});
}

TEST_CASE("what a racer who is erased has sent until then is not shown", "[archive][reader]")
{
    ReaderFixture fixture;
    fixture.log(0, RecordText{.second = 1}, kStart + kMinute);
    fixture.log(0, RecordText{.second = 2}, kStart + 2 * kMinute);
    store_object(fixture.objects(), kStart + kMinute, {ShardId{3}, 1, 1, true}, {RecordText{.second = 3}});
    store_object(fixture.objects(), kStart + 2 * kMinute, {ShardId{3}, 2, 2, true}, {RecordText{.second = 4}});
    CHECK(fixture.seconds() == Seconds{1, 2, 3, 4});
    fixture.erased.add(RacerId{7}, kStart + kMinute + 5);
    CHECK(fixture.seconds() == Seconds{2, 4});
    fixture.erased.add(RacerId{8}, kStart + 60 * kMinute);
    CHECK(fixture.seconds() == Seconds{2, 4});
}

TEST_CASE("of waiting queries there are only so many, and a stop leaves them undone", "[archive][reader]")
{
    ReaderFixture fixture;
    RideReader reader(fixture.options());
    std::atomic<std::size_t> done{0};
    for (std::size_t n = 0; n < RideReader::kCapacity; ++n) {
        REQUIRE(reader.try_ask(kQuery, [&done](const auto&) { ++done; }));
    }
    CHECK_FALSE(reader.try_ask(kQuery, [](const auto&) {}));
    reader.start();
    reader.stop();
    CHECK(done <= RideReader::kCapacity);
    CHECK_FALSE(reader.try_ask(kQuery, [](const auto&) {}));
}

TEST_CASE("a stop cuts the work on a query short", "[archive][reader]")
{
    ReaderFixture fixture;
    std::promise<void> begun;
    auto options = fixture.options();
    options.shards = std::numeric_limits<std::uint32_t>::max();  // there is no end to this but the stop
    int looks = 0;
    options.segments = [&](ShardId) {
        if (++looks == 1) {
            begun.set_value();
        }
        std::this_thread::yield();
        return std::vector<commitlog::Segment>();
    };
    RideReader reader(options);
    reader.start();
    std::promise<Result<Ride>> done;
    REQUIRE(reader.try_ask(kQuery, [&done](const Result<Ride>& ride) { done.set_value(ride); }));
    begun.get_future().wait();
    reader.stop();
    CHECK(done.get_future().get().error() == boost::system::errc::operation_canceled);
}

}  // namespace alleycat::archive
