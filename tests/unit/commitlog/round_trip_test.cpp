#include "log_fixture.hpp"
#include "temporary_directory.hpp"

#include <atomic>
#include <thread>

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

/// Every shape that a record can have.
Records odd_records()
{
    const auto highest = ~ExplicitHashKey{0};
    return {
        {1, 1'700'000'000'000, "racer", std::nullopt, "data"},
        {2, 0, "", std::nullopt, ""},
        {3, -1, "racer", ExplicitHashKey{0}, "data"},
        {9, 5, "", highest, ""},
        {1'000, 5, std::string(kMaxKeyBytes, 'k'), highest / 3, "d"},
        {1'001, 5, "zeros", std::nullopt, std::string("data\0\0\0\0\0\0\0\0\0", 13)},
        {1'002, 5, "", std::nullopt, std::string(100, '\0')},
        {std::uint64_t{1} << 63, 5, "large", highest, std::string(kMaxDataBytes, '\xE7')},
        {(std::uint64_t{1} << 63) + 1, 5, "large", std::nullopt, std::string(kMaxDataBytes - 1, '\0')},
    };
}

}  // namespace

TEST_CASE("records of every shape are read as they were written", "[commitlog]")
{
    LogFixture fixture;
    const auto records = odd_records();
    const bool one_by_one = GENERATE(false, true);
    {
        auto log = fixture.open();
        for (std::size_t at = 0; at < records.size(); at += one_by_one ? 1 : records.size()) {
            fixture.commit(log, std::span(records).subspan(at, one_by_one ? 1 : records.size()));
        }
        CHECK(log.last_sequence() == records.back().sequence);
        CHECK(read(fixture.disk, log.segments()).records == records);
    }
    const auto back = fixture.read_all();
    CHECK(back.records == records);
    CHECK(back.damaged.empty());
    CHECK(fixture.open().last_sequence() == records.back().sequence);
}

TEST_CASE("a record whose views point nowhere is written as an empty one", "[commitlog]")
{
    LogFixture fixture;
    auto log = fixture.open();
    log.append({.sequence = 1, .arrival_ms = 2, .partition_key = {}, .explicit_hash_key = {}, .data = {}}, fixture.now);
    REQUIRE(log.commit());
    CHECK(fixture.read_all().records == Records{{1, 2, "", std::nullopt, ""}});
}

TEST_CASE("the last record is whole when its data ends in zeros that a crash cannot tell from free room",
          "[commitlog][recovery]")
{
    LogFixture fixture;
    const Records records{{1, 5, "", std::nullopt, std::string(100, '\0')}};
    {
        auto log = fixture.open();
        fixture.commit(log, records);
        fixture.kill();
    }
    fixture.disk.clear_fault();
    const auto log = fixture.open();
    CHECK(log.torn_tail().bytes == 0);
    CHECK(read(fixture.disk, log.segments()).records == records);
}

TEST_CASE("reading begins behind any sequence, there or not, over several segments", "[commitlog]")
{
    LogFixture fixture;
    fixture.options.segment_bytes = 300;
    Records records;
    for (const auto& record : make_records(1, 40)) {
        records.push_back(record);
        records.back().sequence = record.sequence * 5;  // gaps
    }
    auto log = fixture.open();
    for (const auto& record : records) {
        fixture.commit(log, std::span(&record, 1));
    }
    REQUIRE(log.segments().size() > 5);
    for (SequenceNumber after = 0; after <= 205; ++after) {
        CAPTURE(after);
        auto expected = records;
        std::erase_if(expected, [&](const Stored& record) { return record.sequence <= after; });
        CHECK(fixture.read_all(after).records == expected);
    }
    CHECK(fixture.read_all(~SequenceNumber{0}).records.empty());
}

TEST_CASE("a reader skips the segments before the one it begins in", "[commitlog]")
{
    LogFixture fixture;
    fixture.options.segment_bytes = 64;
    auto log = fixture.open();
    for (const auto& record : make_records(1, 10)) {
        fixture.commit(log, std::span(&record, 1));
    }
    REQUIRE(log.segments().size() == 10);
    const auto opened = fixture.disk.calls(Call::Open);
    CHECK(read(fixture.disk, log.segments(), 7).records.size() == 3);
    CHECK(fixture.disk.calls(Call::Open) - opened == 4);  // record 7 is looked at and passed over
}

TEST_CASE("a group that is not committed is not seen, by segments() or by its readers", "[commitlog]")
{
    LogFixture fixture;
    auto log = fixture.open();
    const auto records = make_records(1, 3);
    fixture.commit(log, std::span(records).first(1));
    const Stored large{2, 5, "", std::nullopt, std::string(kMaxDataBytes, 'x')};  // leaves at once
    log.append(large.view(), fixture.now);
    CHECK(log.last_sequence() == 1);
    CHECK(read(fixture.disk, log.segments()).records == Records{records[0]});
    REQUIRE(log.commit());
    CHECK(log.last_sequence() == 2);
    CHECK(read(fixture.disk, log.segments()).records == Records{records[0], large});
}

TEST_CASE("a log that ends with a group under way cuts off what is written of it", "[commitlog]")
{
    LogFixture fixture;
    {
        auto log = fixture.open();
        fixture.commit(log, make_records(1, 1));
        log.append({2, 5, "", std::nullopt, std::string(kMaxDataBytes, 'x')}, fixture.now);
        CHECK(fixture.bytes(1).size() > kMaxDataBytes);
    }
    CHECK(fixture.bytes(1).size() == kSegmentHeaderBytes + size_in_log(make_records(1, 1)[0]));
    CHECK(fixture.open().last_sequence() == 1);
}

TEST_CASE("a commit without records does not touch the disk", "[commitlog]")
{
    LogFixture fixture;
    auto log = fixture.open();
    REQUIRE(log.commit());
    CHECK(fixture.disk.calls(Call::Create) == 0);
    CHECK(fixture.disk.calls(Call::Sync) == 0);
    CHECK(log.segments().empty());
    CHECK(log.last_sequence() == 0);
    CHECK(log.bytes() == 0);
}

TEST_CASE("one sync covers a group, however large", "[commitlog]")
{
    LogFixture fixture;
    auto log = fixture.open();
    fixture.commit(log, make_records(1, 1));
    const auto before = fixture.disk.calls(Call::Sync);
    fixture.commit(log, make_records(2, 10'000));
    CHECK(fixture.disk.calls(Call::Sync) == before + 1);
    CHECK(fixture.read_all().records == make_records(1, 10'001));
}

TEST_CASE("the machine's own disk keeps a log as the one in memory does", "[commitlog]")
{
    const TemporaryDirectory directory;
    const auto& root = directory.path();
    LogFixture fixture;
    fixture.options.directory = root / "log" / "shard-0";
    fixture.options.segment_bytes = 4'096;
    const auto records = make_records(1, 500);
    {
        CommitLog log(system_disk(), fixture.options);
        for (std::size_t at = 0; at < 400; at += 20) {
            fixture.commit(log, std::span(records).subspan(at, 20));
        }
        REQUIRE(log.segments().size() > 2);
        CHECK(std::filesystem::file_size(log.segments().front().path) == log.segments().front().end);
        CHECK(std::filesystem::file_size(log.segments().back().path) > log.segments().back().end);  // room ahead
        CHECK(log.remove_expired(0, fixture.now));
    }
    {
        CommitLog log(system_disk(), fixture.options);
        CHECK(std::filesystem::file_size(log.segments().back().path) == log.segments().back().end);
        fixture.commit(log, std::span(records).subspan(400));
        CHECK(read(system_disk(), log.segments(), 0).records == records);
        REQUIRE(log.remove_expired(~SequenceNumber{0}, fixture.now + std::chrono::hours(48)));
        CHECK(log.segments().size() == 1);
    }
}

TEST_CASE("how far a log is committed can be asked on any thread", "[commitlog]")
{
    LogFixture fixture;
    fixture.options.segment_bytes = 200;
    auto log = fixture.open();
    std::atomic<bool> consistent{true};
    std::thread watcher([&] {
        std::uint64_t bytes = 0;
        for (SequenceNumber last = 0; last < 300;) {
            const auto before = std::exchange(last, log.last_sequence());
            const auto bytes_before = std::exchange(bytes, log.bytes());
            const auto segments = log.segments();
            consistent = consistent && before <= last && bytes_before <= bytes && (last == 0 || !segments.empty());
        }
    });
    for (const auto& record : make_records(1, 300)) {
        fixture.commit(log, std::span(&record, 1));
    }
    watcher.join();
    CHECK(consistent);
}
