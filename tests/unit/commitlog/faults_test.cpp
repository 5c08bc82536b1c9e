#include "workload.hpp"

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

MemoryDisk::Fault once(std::set<Call> kinds, int error, std::size_t after = 0)
{
    return {.kinds = std::move(kinds), .after = after, .error = error, .takes_effect = false, .lasting = false};
}

}  // namespace

TEST_CASE("whichever call fails, groups appended again until they succeed are in the log once, in order",
          "[commitlog][faults]")
{
    const int error = GENERATE(EIO, ENOSPC, EDQUOT);
    const bool takes_effect = GENERATE(false, true);
    const bool short_writes = GENERATE(false, true);
    bool happened = true;
    for (std::size_t after = 0; happened; ++after) {
        CAPTURE(error, takes_effect, short_writes, after);
        Workload work;
        if (short_writes) {
            work.disk.set_short_writes(static_cast<unsigned>(after));
        }
        {
            auto log = work.open();
            work.disk.set_fault({{}, after, error, takes_effect, false});
            int failures = 0;
            for (const auto& group : work.groups) {
                failures += work.commit_until_it_succeeds(log, group);
                CHECK(log.last_sequence() == group.back().sequence);
            }
            happened = work.disk.fault_happened();
            CHECK(failures <= (happened ? 1 : 0));
            const auto back = read(work.disk, log.segments());
            CHECK(back.records == work.all());
            CHECK(back.damaged.empty());
            CHECK(log.last_sequence() == work.all().back().sequence);
        }
        work.disk.clear_fault();
        const auto back = work.read_all();
        CHECK(back.records == work.all());
        CHECK(back.damaged.empty());
        CHECK(work.open().torn_tail().bytes == 0);
    }
}

TEST_CASE("large groups leave in pieces, and whichever of them fails, nothing is lost or there twice",
          "[commitlog][faults]")
{
    const int error = GENERATE(EIO, ENOSPC);
    bool happened = true;
    for (std::size_t after = 0; happened; ++after) {
        CAPTURE(error, after);
        Workload work;
        work.options.segment_bytes = std::uint64_t{8} << 20;
        work.groups = {{}, {}, make_records(30, 2)};
        for (SequenceNumber sequence = 1; sequence <= 20; ++sequence) {
            work.groups[sequence / 11].push_back({sequence, 5, "k", std::nullopt, std::string(70'000, 'x')});
        }
        auto log = work.open();
        work.disk.set_fault(once({Call::Write}, error, after));
        for (const auto& group : work.groups) {
            work.commit_until_it_succeeds(log, group);
        }
        happened = work.disk.fault_happened();
        CHECK(log.segments().size() == (happened && error == EIO && after > 0 ? 2 : 1));  // 0: the header
        CHECK(work.read_all().records == work.all());
        CHECK(work.read_all().damaged.empty());
    }
}

TEST_CASE("after a failed sync the records stand in a new segment, whatever the error", "[commitlog][faults]")
{
    const int error = GENERATE(EIO, ENOSPC, EDQUOT);
    const bool takes_effect = GENERATE(false, true);
    CAPTURE(error, takes_effect);
    LogFixture fixture;
    auto log = fixture.open();
    fixture.commit(log, make_records(1, 2));
    const auto before = log.segments();
    fixture.disk.set_fault({{Call::Sync}, 0, error, takes_effect, false});
    const auto done = fixture.try_commit(log, make_records(3, 2));
    REQUIRE_FALSE(done);
    CHECK(done.error().value() == error);
    CHECK(log.last_sequence() == 2);
    CHECK(log.segments().back().end == before.back().end);
    CHECK(read(fixture.disk, log.segments()).records == make_records(1, 2));

    fixture.commit(log, make_records(3, 2));
    REQUIRE(log.segments().size() == 2);
    CHECK(log.segments()[0].end == before.back().end);  // what else the old one holds is void
    CHECK(log.segments()[1].first_sequence == 3);
    CHECK(fixture.read_all().records == make_records(1, 4));
    CHECK(fixture.read_all().damaged.empty());
}

TEST_CASE("a write that fails for anything but lack of space gives the segment up", "[commitlog][faults]")
{
    LogFixture fixture;
    auto log = fixture.open();
    fixture.commit(log, make_records(1, 2));
    fixture.disk.set_fault(once({Call::Write}, EIO));
    REQUIRE_FALSE(fixture.try_commit(log, make_records(3, 2)));
    fixture.commit(log, make_records(3, 2));
    CHECK(log.segments().size() == 2);
}

TEST_CASE("while the disk is full nothing piles up, and when it has room again the log goes on in its place",
          "[commitlog][faults]")
{
    const int error = GENERATE(ENOSPC, EDQUOT);
    const auto after =
        GENERATE(as<std::size_t>{}, 0, 1, 2, 3, 4);  // short writes: a part of the group is there already
    LogFixture fixture;
    fixture.disk.set_short_writes(1);
    auto log = fixture.open();
    fixture.commit(log, make_records(1, 2));
    fixture.disk.set_fault({{Call::Write, Call::Allocate, Call::Create}, after, error, false, true});
    auto waiting = make_records(3, 100);
    for (int tries = 0; tries < 20; ++tries) {
        const auto done = fixture.try_commit(log, waiting);
        REQUIRE_FALSE(done);
        CHECK(done.error().value() == error);
        CHECK(log.last_sequence() == 2);
        CHECK(read(fixture.disk, log.segments()).records == make_records(1, 2));
        waiting = joined(waiting, make_records(103 + static_cast<SequenceNumber>(tries), 1));
    }
    fixture.disk.clear_fault();
    fixture.commit(log, waiting);
    CHECK(log.segments().size() == 1);
    CHECK(fixture.read_all().records == make_records(1, 122));
    CHECK(fixture.read_all().damaged.empty());
}

TEST_CASE("while no segment can be begun nothing piles up", "[commitlog][faults]")
{
    const auto call = GENERATE(Call::Create, Call::Write, Call::Sync, Call::Rename, Call::SyncDirectory);
    const int error = GENERATE(EIO, ENOSPC);
    CAPTURE(static_cast<int>(call), error);
    LogFixture fixture;
    fixture.options.segment_bytes = 1;
    auto log = fixture.open();
    fixture.commit(log, make_records(1, 2));
    fixture.disk.set_fault({{call}, 0, error, false, true});
    for (int tries = 0; tries < 20; ++tries) {
        REQUIRE_FALSE(fixture.try_commit(log, make_records(3, 2)));
        CHECK(log.segments().size() == 1);
        CHECK(fixture.disk.list(fixture.options.directory)->size() <= 2);
    }
    fixture.disk.clear_fault();
    fixture.commit(log, make_records(3, 2));
    CHECK(log.segments().size() == 2);
    CHECK(fixture.disk.list(fixture.options.directory)->size() == 2);
    CHECK(fixture.read_all().records == make_records(1, 4));
}

TEST_CASE("room that cannot be reserved ahead is no error", "[commitlog][faults]")
{
    LogFixture fixture;
    auto log = fixture.open();
    fixture.disk.set_fault({{Call::Allocate}, 0, EOPNOTSUPP, false, true});
    for (SequenceNumber sequence = 1; sequence <= 10; ++sequence) {
        fixture.commit(log, make_records(sequence, 1));
    }
    CHECK(fixture.bytes(1).size() == log.segments().back().end);
    CHECK(fixture.read_all().records == make_records(1, 10));
}
