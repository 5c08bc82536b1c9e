#include "log_fixture.hpp"

using namespace alleycat;
using namespace alleycat::commitlog;

TEST_CASE("a log that is opened many times without a record has at most one segment", "[commitlog][recovery]")
{
    LogFixture fixture;
    for (int start = 0; start < 10; ++start) {
        CHECK(fixture.open().segments().empty());
    }
    {
        auto log = fixture.open();
        fixture.commit(log, make_records(1, 1));
    }
    for (int start = 0; start < 10; ++start) {
        CHECK(fixture.open().segments().size() == 1);
    }
}

TEST_CASE("a segment without a record is gone on with", "[commitlog][recovery]")
{
    LogFixture fixture;
    Records all;
    {
        auto log = fixture.open();
        log.append(make_records(1, 1)[0].view(), fixture.now);
        fixture.kill();  // the segment has begun, its first group is not written
    }
    fixture.disk.clear_fault();
    for (int start = 0; start < 5; ++start) {
        const auto log = fixture.open();
        CHECK(log.segments().size() == 1);
        CHECK(log.segments().back().end == kSegmentHeaderBytes);
    }
    auto log = fixture.open();
    fixture.commit(log, make_records(1, 3));
    CHECK(log.segments().size() == 1);
    CHECK(fixture.read_all().records == make_records(1, 3));
}

TEST_CASE("each start with a record makes a new segment, and leaves the bytes of the old ones as they are",
          "[commitlog][recovery]")
{
    LogFixture fixture;
    const bool killed = GENERATE(false, true);
    Records all;
    std::vector<std::string> bytes;
    for (SequenceNumber start = 1; start <= 20; ++start) {
        CAPTURE(start);
        {
            auto log = fixture.open();
            for (std::size_t at = 0; at < bytes.size(); ++at) {
                CHECK(fixture.bytes(at + 1) == bytes[at]);  // the room behind the last one is cut off
            }
            CHECK(log.torn_tail().bytes == 0);
            CHECK(log.last_sequence() == start - 1);
            fixture.commit(log, make_records(start, 1));
            CHECK(log.segments().size() == start);
            bytes.push_back(fixture.bytes(start).substr(0, log.segments().back().end));
            if (killed) {
                CHECK(fixture.bytes(start).size() > bytes.back().size());
                fixture.kill();
            }
        }
        fixture.disk.clear_fault();
        all = joined(all, make_records(start, 1));
        CHECK(fixture.read_all().records == all);
        CHECK(fixture.read_all().damaged.empty());
    }
}

TEST_CASE("records that a killed process had written and not synced count from the next start on, power cut or not",
          "[commitlog][recovery]")
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        LogFixture fixture;
        {
            auto log = fixture.open();
            fixture.commit(log, make_records(1, 2));
            for (const auto& record : make_records(3, 2)) {
                log.append(record.view(), fixture.now);
            }
            // The process dies between the write and the sync.
            fixture.disk.set_fault({.kinds = {}, .after = 1, .error = EIO, .takes_effect = false, .lasting = true});
            CHECK_FALSE(log.commit());
        }
        fixture.disk.clear_fault();
        CHECK(fixture.open().last_sequence() == 4);  // a consumer may go by it and say so on its own disk
        fixture.disk.cut_power(seed);
        CHECK(fixture.open().last_sequence() == 4);
        CHECK(fixture.read_all().records == make_records(1, 4));
    }
}

TEST_CASE("a log whose last segment cannot be synced is not opened", "[commitlog][recovery]")
{
    LogFixture fixture;
    {
        auto log = fixture.open();
        fixture.commit(log, make_records(1, 2));
    }
    fixture.disk.set_fault({.kinds = {Call::Sync}, .after = 0, .error = EIO, .takes_effect = false, .lasting = false});
    CHECK_THROWS_WITH(fixture.open(), fixture.path(1).string() + ": Input/output error");
    CHECK(fixture.open().last_sequence() == 2);
}

TEST_CASE("a segment ends with the commit that reaches its size, or at an eighth of the retention's age", "[commitlog]")
{
    LogFixture fixture;
    fixture.options.segment_bytes = 500;
    fixture.options.retention = std::chrono::hours(8);
    auto log = fixture.open();
    SequenceNumber sequence = 0;
    while (log.segments().size() < 2) {
        fixture.commit(log, make_records(++sequence, 1));
        if (log.segments().size() == 1) {
            CHECK(log.segments().front().end < 600);
        }
    }
    CHECK(log.segments().front().end >= 500);
    CHECK(fixture.bytes(1).size() == log.segments().front().end);  // the room behind it is given back
    CHECK(log.bytes() == log.segments()[0].end + log.segments()[1].end);
    CHECK(log.segments()[1].first_sequence == sequence);

    fixture.now += std::chrono::hours(1);
    fixture.commit(log, make_records(++sequence, 1));
    CHECK(log.segments().size() == 2);
    fixture.now += std::chrono::milliseconds(1);
    fixture.commit(log, make_records(++sequence, 1));
    CHECK(log.segments().size() == 3);
    CHECK(fixture.read_all().records == make_records(1, sequence));
}
