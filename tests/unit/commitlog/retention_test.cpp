#include "log_fixture.hpp"

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

constexpr auto kNoConsumer = ~SequenceNumber{0};

/// Ten segments of one record each, an hour apart.
struct RetentionFixture : LogFixture {
    RetentionFixture()
    {
        options.segment_bytes = 1;
        options.retention = std::chrono::hours(240);
    }
    void fill(CommitLog& log)
    {
        for (SequenceNumber sequence = 1; sequence <= 10; ++sequence) {
            commit(log, make_records(sequence, 1));
            now += std::chrono::hours(1);
        }
        REQUIRE(log.segments().size() == 10);
    }
    static SequenceNumber first(const CommitLog& log) { return log.segments().front().first_sequence; }
};

}  // namespace

TEST_CASE("a segment is removed when all of its records are too old, and not before", "[commitlog][retention]")
{
    RetentionFixture fixture;
    auto log = fixture.open();
    const auto begin = fixture.now;
    fixture.fill(log);
    // Segment n ended when n+1 began, n hours after the beginning.
    const auto days = std::chrono::hours(240);
    REQUIRE(log.remove_expired(kNoConsumer, begin + days + std::chrono::hours(1)));
    CHECK(fixture.first(log) == 1);
    REQUIRE(log.remove_expired(kNoConsumer, begin + days + std::chrono::hours(1) + std::chrono::milliseconds(1)));
    CHECK(fixture.first(log) == 2);
    CHECK_FALSE(fixture.disk.exists(fixture.path(1)));
    REQUIRE(log.remove_expired(kNoConsumer, begin + days + std::chrono::hours(5)));
    CHECK(fixture.first(log) == 5);
    CHECK(fixture.read_all().records == make_records(5, 6));
}

TEST_CASE("the oldest segments are removed until the log has its size", "[commitlog][retention]")
{
    RetentionFixture fixture;
    Records all;
    {
        auto log = fixture.open();
        fixture.fill(log);
        REQUIRE(log.remove_expired(kNoConsumer, fixture.now));
        CHECK(log.segments().size() == 10);
    }
    const auto segments = fixture.open().segments();
    fixture.options.retention_bytes = segments[8].end + segments[9].end;
    auto log = fixture.open();
    REQUIRE(log.remove_expired(kNoConsumer, fixture.now));
    CHECK(fixture.first(log) == 9);
    CHECK(log.bytes() == fixture.options.retention_bytes);
}

TEST_CASE("no record behind `through` is removed, whatever its age and the log's size", "[commitlog][retention]")
{
    for (SequenceNumber through = 0; through <= 10; ++through) {
        CAPTURE(through);
        RetentionFixture fixture;
        fixture.options.retention_bytes = 1;
        auto log = fixture.open();
        fixture.fill(log);
        REQUIRE(log.remove_expired(through, fixture.now + std::chrono::hours(10'000)));
        CHECK(fixture.first(log) == std::min<SequenceNumber>(through + 1, 10));
        CHECK(fixture.read_all(through).records == make_records(through + 1, 10 - through));
    }
}

TEST_CASE("the last segment stays, so that sequences go on behind it", "[commitlog][retention]")
{
    RetentionFixture fixture;
    fixture.options.retention_bytes = 1;
    {
        auto log = fixture.open();
        fixture.fill(log);
        REQUIRE(log.remove_expired(kNoConsumer, fixture.now + std::chrono::hours(10'000)));
        CHECK(log.segments().size() == 1);
        CHECK(fixture.first(log) == 10);
    }
    auto log = fixture.open();
    CHECK(log.last_sequence() == 10);
    fixture.commit(log, make_records(11, 1));
    CHECK(log.segments().back().number == 11);
    CHECK(fixture.read_all().records == make_records(10, 2));
}

TEST_CASE("a reader passes over segments that are removed while it reads", "[commitlog][retention]")
{
    RetentionFixture fixture;
    auto log = fixture.open();
    fixture.fill(log);
    LogReader reader(fixture.disk, ShardId{0}, log.segments(), 0, [](const DamagedRegion&) { FAIL("damage"); });
    const auto next = [&] {
        const auto record = reader.next();
        REQUIRE(record.has_value());
        return *record ? (*record)->sequence : 0;
    };
    CHECK(next() == 1);
    REQUIRE(log.remove_expired(6, fixture.now + std::chrono::hours(10'000)));
    CHECK(next() == 7);
    CHECK(next() == 8);
    CHECK(next() == 9);
    CHECK(next() == 10);
    CHECK(next() == 0);
    CHECK(next() == 0);
}

TEST_CASE("a segment that cannot be removed is tried again", "[commitlog][retention]")
{
    RetentionFixture fixture;
    auto log = fixture.open();
    fixture.fill(log);
    const auto late = fixture.now + std::chrono::hours(10'000);
    fixture.disk.set_fault(
        {.kinds = {Call::Remove}, .after = 2, .error = EROFS, .takes_effect = false, .lasting = false});
    const auto removed = log.remove_expired(5, late);
    REQUIRE_FALSE(removed);
    CHECK(removed.error() == boost::system::errc::read_only_file_system);
    CHECK(fixture.first(log) == 3);
    CHECK(fixture.read_all().records == make_records(3, 8));
    REQUIRE(log.remove_expired(5, late));
    CHECK(fixture.first(log) == 6);
}

TEST_CASE("a segment that somebody else has removed does not stop retention", "[commitlog][retention]")
{
    RetentionFixture fixture;
    auto log = fixture.open();
    fixture.fill(log);
    REQUIRE(fixture.disk.remove(fixture.path(1)));
    REQUIRE(log.remove_expired(5, fixture.now + std::chrono::hours(10'000)));
    CHECK(fixture.first(log) == 6);
}

TEST_CASE("a power cut during retention leaves no gap", "[commitlog][retention]")
{
    for (std::size_t at = 0; at < 12; ++at) {
        for (unsigned seed = 0; seed < 10; ++seed) {
            CAPTURE(at, seed);
            RetentionFixture fixture;
            {
                auto log = fixture.open();
                fixture.fill(log);
                fixture.disk.set_fault({.kinds = {}, .after = at, .error = EIO, .takes_effect = true, .lasting = true});
                static_cast<void>(log.remove_expired(5, fixture.now + std::chrono::hours(10'000)));
            }
            fixture.disk.clear_fault();
            fixture.disk.cut_power(seed);
            const auto back = fixture.read_all();
            REQUIRE_FALSE(back.records.empty());
            const auto first = back.records.front().sequence;
            CHECK(first <= 6);
            CHECK(back.records == make_records(first, 11 - first));
        }
    }
}
