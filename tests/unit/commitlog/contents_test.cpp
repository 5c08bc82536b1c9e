#include "segment_files.hpp"
#include "temporary_directory.hpp"

#include <alleycat/core/crc32c.hpp>

#include <cstring>
#include <fstream>

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

constexpr std::size_t kVersionAt = 8;

std::string header_bytes(const SegmentHeader& header)
{
    std::vector<std::byte> bytes;
    append_header(bytes, header);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Makes the header's checksum right again.
void seal_header(std::string& bytes)
{
    const auto checked = std::as_bytes(std::span(bytes)).first(kSegmentHeaderBytes - sizeof(std::uint32_t));
    const auto crc = crc32c(checked);
    std::memcpy(bytes.data() + checked.size(), &crc, sizeof crc);
}

std::vector<SegmentFile> four_segments()
{
    return make_segments({make_records(1, 2), make_records(3, 2), make_records(5, 2), make_records(7, 2)});
}

}  // namespace

TEST_CASE("a segment missing in the middle is refused by its name", "[commitlog][recovery]")
{
    for (const std::uint64_t missing : {2U, 3U}) {
        LogFixture fixture;
        put_segments(fixture, four_segments());
        REQUIRE(fixture.disk.remove(fixture.path(missing)));
        CHECK(fixture.refusal() == fixture.path(missing).string() + ": this log segment is missing, while " +
                                       segment_name(missing + 1) +
                                       " is there; put it back, or move the segments before it elsewhere to do "
                                       "without their records");
        CHECK(fixture.disk.exists(fixture.path(missing + 1)));
    }
}

TEST_CASE("a log may begin with any segment, for retention removes the first ones", "[commitlog][recovery]")
{
    LogFixture fixture;
    put_segments(fixture, four_segments());
    REQUIRE(fixture.disk.remove(fixture.path(1)));
    REQUIRE(fixture.disk.remove(fixture.path(2)));
    check_goes_on_after(fixture, make_records(5, 4));
}

TEST_CASE("files of other names are left alone", "[commitlog][recovery]")
{
    LogFixture fixture;
    put_segments(fixture, four_segments());
    const std::vector<std::string> names{"notes.txt",       ".log",           "0000000005.log.new", "5.log",
                                         "00000000005.log", "0000000005.LOG", "000000000x.log",     "-000000005.log",
                                         "0000000000.log",  "set-aside",      "+000000005.log",     " 000000005.log"};
    for (const auto& name : names) {
        CAPTURE(name);
        CHECK(segment_number(name) == 0);
        fixture.disk.put(fixture.options.directory / name, "not a segment");
    }
    const auto log = fixture.open();
    CHECK(log.segments().size() == 4);
    for (const auto& name : names) {
        CHECK(fixture.disk.content(fixture.options.directory / name) == "not a segment");
    }
}

TEST_CASE("a segment's name says its number", "[commitlog]")
{
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{42}, std::uint64_t{9'999'999'999}}) {
        CHECK(segment_number(segment_name(number)) == number);
    }
    CHECK(segment_name(7) == "0000000007.log");
}

TEST_CASE("a segment of another shard, or under another number, is refused", "[commitlog][recovery]")
{
    LogFixture fixture;
    put_segments(fixture, four_segments());
    fixture.options.shard = ShardId{3};
    CHECK(fixture.refusal() ==
          fixture.path(1).string() + ": is segment 1 of shard 0 by its header; it does not belong here");

    fixture.options.shard = ShardId{0};
    fixture.disk.put(fixture.path(5), fixture.bytes(2));
    CHECK(fixture.refusal() ==
          fixture.path(5).string() + ": is segment 2 of shard 0 by its header; it does not belong here");
}

TEST_CASE("another version is refused, and said", "[commitlog][recovery]")
{
    LogFixture fixture;
    put_segments(fixture, four_segments());
    auto& bytes = fixture.bytes(3);
    bytes[kVersionAt] = 2;
    seal_header(bytes);
    CHECK(fixture.refusal() == fixture.path(3).string() + ": has format version 2, and this program reads 1");
}

TEST_CASE("what is no log segment at all is refused", "[commitlog][recovery]")
{
    LogFixture fixture;
    put_segments(fixture, four_segments());
    fixture.bytes(4) = "";
    CHECK(fixture.refusal() == fixture.path(4).string() + ": is too short for a log segment");
    fixture.bytes(4) = std::string(1'000, '\0');
    CHECK(fixture.refusal() == fixture.path(4).string() + ": is not a log segment");
}

TEST_CASE("a segment that does not follow the one before it is refused", "[commitlog][recovery]")
{
    LogFixture fixture;
    put_segments(fixture, make_segments({make_records(10, 2)}));
    const auto end = fixture.bytes(1).size();
    fixture.disk.put(fixture.path(2), header_bytes({ShardId{0}, 2, 5, end, 0, 7}));
    fixture.bytes(1) = header_bytes({ShardId{0}, 1, 10, 0, 0, 7}) + fixture.bytes(1).substr(kSegmentHeaderBytes);
    CHECK(fixture.refusal() == fixture.path(2).string() + ": does not follow the segment before it");
    fixture.bytes(2) = header_bytes({ShardId{0}, 2, 12, 0, 0, 7});
    CHECK(fixture.refusal() == fixture.path(2).string() + ": does not follow the segment before it");
}

TEST_CASE("a directory or segment that cannot be read is refused with the system's reason", "[commitlog][recovery]")
{
    LogFixture fixture;
    CHECK(fixture.refusal() == "/data/log/shard-0: No such file or directory");
    put_segments(fixture, four_segments());
    const auto fails = [&](Call call, std::size_t after, int error) {
        fixture.disk.set_fault(
            {.kinds = {call}, .after = after, .error = error, .takes_effect = false, .lasting = false});
    };
    fails(Call::List, 0, EACCES);
    CHECK(fixture.refusal() == "/data/log/shard-0: Permission denied");
    fails(Call::Open, 1, EACCES);
    CHECK(fixture.refusal() == fixture.path(2).string() + ": Permission denied");
    for (std::size_t after = 0;; ++after) {
        fails(Call::Read, after, EIO);
        if (after == 7) {  // four headers, and the last segment for its zeros, their end, and its records
            CHECK_NOTHROW(read_contents(fixture.disk, fixture.options.directory, ShardId{0}));
            break;
        }
        CHECK(fixture.refusal() ==
              fixture.path(std::min<std::uint64_t>(after + 1, 4)).string() + ": Input/output error");
    }
    fixture.disk.clear_fault();
    fails(Call::MakeDirectory, 0, EROFS);
    CHECK_THROWS_WITH(fixture.open(), "/data/log/shard-0: Read-only file system");
}

TEST_CASE("the machine's own disk refuses what is not a directory, or not a file", "[commitlog][recovery]")
{
    const TemporaryDirectory directory;
    const auto& root = directory.path();
    std::ofstream(root / "file") << "x";
    CHECK_THROWS_WITH(CommitLog(system_disk(), {.directory = root / "file"}),
                      Catch::StartsWith(root.string() + "/file"));
    CHECK_THROWS_WITH(read_contents(system_disk(), root / "absent", ShardId{0}),
                      (root / "absent").string() + ": No such file or directory");
    std::filesystem::create_directory(root / segment_name(1));
    CHECK_THROWS_WITH(read_contents(system_disk(), root, ShardId{0}),
                      Catch::StartsWith((root / segment_name(1)).string() + ": "));
}

TEST_CASE("a segment that was never finished is ignored, and replaced by the next", "[commitlog][recovery]")
{
    LogFixture fixture;
    put_segments(fixture, {four_segments().front()});
    auto leftover = fixture.path(2);
    leftover += kUnfinished;
    fixture.disk.put(leftover, std::string(5'000, 'x'));
    check_goes_on_after(fixture, make_records(1, 2));
    CHECK_FALSE(fixture.disk.exists(leftover));
    CHECK(fixture.bytes(2).size() < 5'000);
}
