#include "segment_files.hpp"

#include <cstring>

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

struct Flip {
    std::size_t byte;
    char mask;
};

std::vector<Flip> every_flip(std::size_t begin, std::size_t end)
{
    std::vector<Flip> flips;
    for (auto byte = begin; byte < end; ++byte) {
        for (const auto mask : {'\x01', '\x80', '\xFF'}) {
            flips.push_back({byte, mask});
        }
    }
    return flips;
}

void apply(const Flip& flip, std::string& bytes)
{
    bytes[flip.byte] = static_cast<char>(bytes[flip.byte] ^ flip.mask);
}

Records without(Records records, std::size_t at)
{
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(at));
    return records;
}

void check_region(const DamagedRegion& region, std::uint64_t segment, std::size_t begin, std::size_t end)
{
    CHECK(region.shard == ShardId{0});
    CHECK(region.segment == segment);
    CHECK(region.path.filename() == segment_name(segment));
    CHECK(region.offset == begin);
    CHECK(region.bytes == end - begin);
}

}  // namespace

TEST_CASE("a byte flipped in the last segment costs the record it is in, and no other", "[commitlog][recovery]")
{
    const auto file = make_segments({make_records(1, 4)}).front();
    for (const auto& flip : every_flip(kSegmentHeaderBytes, file.bytes.size())) {
        CAPTURE(flip.byte, static_cast<int>(flip.mask));
        auto damaged = file;
        apply(flip, damaged.bytes);
        LogFixture fixture;
        put_segments(fixture, {damaged});
        const auto lost = file.record_at(flip.byte);
        const auto expected = lost ? without(file.records, *lost) : file.records;
        const bool in_the_middle = lost && *lost != 3;
        {
            const auto log = fixture.open();
            const auto back = read(fixture.disk, log.segments());
            CHECK(back.records == expected);
            REQUIRE(log.damaged().size() == (in_the_middle ? 1 : 0));
            REQUIRE(back.damaged.size() == log.damaged().size());
            if (in_the_middle) {
                check_region(log.damaged()[0], 1, file.offsets[*lost], file.offsets[*lost + 1]);
                check_region(back.damaged[0], 1, file.offsets[*lost], file.offsets[*lost + 1]);
            }
            const auto& torn = log.torn_tail();
            CHECK(torn.offset == (lost == 3U ? file.offsets[3] : 0));
            CHECK(torn.bytes == (lost == 3U ? damaged.bytes.find_last_not_of('\0') + 1 - file.offsets[3] : 0));
        }
        check_goes_on_after(fixture, expected);
        CHECK(damaged.bytes.starts_with(fixture.bytes(1)));  // nothing but zeros was cut off
        CHECK(fixture.bytes(1).size() > damaged.bytes.find_last_not_of('\0'));
    }
}

TEST_CASE("a byte flipped in an older segment costs the record it is in, and no other", "[commitlog][recovery]")
{
    const auto files = make_segments({make_records(1, 3), make_records(4, 2)});
    for (const auto& flip : every_flip(kSegmentHeaderBytes, files[0].bytes.size())) {
        CAPTURE(flip.byte, static_cast<int>(flip.mask));
        auto damaged = files;
        apply(flip, damaged[0].bytes);
        LogFixture fixture;
        put_segments(fixture, damaged);
        const auto lost = files[0].record_at(flip.byte);
        const auto all = make_records(1, 5);
        const auto back = fixture.read_all();
        CHECK(back.records == (lost ? without(all, *lost) : all));
        REQUIRE(back.damaged.size() == (lost ? 1 : 0));
        if (lost) {
            check_region(back.damaged[0], 1, files[0].offsets[*lost], files[0].offsets[*lost + 1]);
        }
    }
}

TEST_CASE("a byte flipped in a header is one clear error that names the file", "[commitlog][recovery]")
{
    const auto segment = GENERATE(as<std::size_t>{}, 0, 1);
    const auto files = make_segments({make_records(1, 3), make_records(4, 3)});
    for (const auto& flip : every_flip(0, kSegmentHeaderBytes)) {
        CAPTURE(flip.byte, static_cast<int>(flip.mask));
        auto damaged = files;
        apply(flip, damaged[segment].bytes);
        LogFixture fixture;
        put_segments(fixture, damaged);
        CHECK(fixture.refusal() == fixture.path(segment + 1).string() +
                                       (flip.byte < 8 ? ": is not a log segment" : ": has a damaged header"));
        CHECK(fixture.bytes(segment + 1) == damaged[segment].bytes);
    }
}

TEST_CASE("several damaged frames are as many regions as they touch", "[commitlog][recovery]")
{
    const auto file = make_segments({make_records(1, 9)}).front();
    auto damaged = file;
    for (const std::size_t at : {0U, 3U, 4U, 7U}) {
        apply({file.offsets[at] + 20, '\x10'}, damaged.bytes);
    }
    LogFixture fixture;
    put_segments(fixture, {damaged});
    const auto log = fixture.open();
    REQUIRE(log.damaged().size() == 3);
    check_region(log.damaged()[0], 1, file.offsets[0], file.offsets[1]);
    check_region(log.damaged()[1], 1, file.offsets[3], file.offsets[5]);  // neighbours are one region
    check_region(log.damaged()[2], 1, file.offsets[7], file.offsets[8]);
    const auto& records = file.records;
    CHECK(fixture.read_all().records == Records{records[1], records[2], records[5], records[6], records[8]});
}

TEST_CASE("a hole of any size in the middle is passed over", "[commitlog][recovery]")
{
    const auto file = make_segments({make_records(1, 6)}).front();
    const char filling = GENERATE('\0', '\xFF', '\xE7');
    for (auto end = file.offsets[1] + 12; end <= file.offsets[5]; ++end) {  // 12: mark, checksum and length
        CAPTURE(end, static_cast<int>(filling));
        auto damaged = file;
        std::fill(damaged.bytes.begin() + static_cast<std::ptrdiff_t>(file.offsets[1]),
                  damaged.bytes.begin() + static_cast<std::ptrdiff_t>(end), filling);
        LogFixture fixture;
        put_segments(fixture, {damaged});
        Records expected{file.records[0]};
        std::size_t next = 5;
        while (file.bytes.substr(file.offsets[next - 1]) == damaged.bytes.substr(file.offsets[next - 1])) {
            --next;
        }
        expected.insert(expected.end(), file.records.begin() + static_cast<std::ptrdiff_t>(next), file.records.end());
        const auto log = fixture.open();
        CHECK(read(fixture.disk, log.segments()).records == expected);
        REQUIRE(log.damaged().size() == 1);
        check_region(log.damaged()[0], 1, file.offsets[1], file.offsets[next]);
    }
}

TEST_CASE("junk between two records is passed over, if it is of whole steps", "[commitlog][recovery]")
{
    const auto file = make_segments({make_records(1, 4)}).front();
    for (std::size_t steps = 1; steps < 20; ++steps) {
        CAPTURE(steps);
        auto damaged = file;
        damaged.bytes.insert(file.offsets[2], std::string(steps * kFrameAlignment, 'j'));
        LogFixture fixture;
        put_segments(fixture, {damaged});
        const auto log = fixture.open();
        CHECK(read(fixture.disk, log.segments()).records == file.records);
        REQUIRE(log.damaged().size() == 1);
        check_region(log.damaged()[0], 1, file.offsets[2], file.offsets[2] + steps * kFrameAlignment);
    }
}

TEST_CASE("a damaged length never takes the records behind it along", "[commitlog][recovery]")
{
    const auto file = make_segments({make_records(1, 20)}).front();
    constexpr std::size_t kLengthAt = 8;
    for (std::uint32_t length = 0; length < 2'000; length += 7) {
        CAPTURE(length);
        auto damaged = file;
        std::memcpy(damaged.bytes.data() + file.offsets[4] + kLengthAt, &length, sizeof length);
        if (damaged.bytes == file.bytes) {
            continue;
        }
        LogFixture fixture;
        put_segments(fixture, {damaged});
        CHECK(fixture.read_all().records == without(file.records, 4));
    }
}

TEST_CASE("a frame that a client sent as data is not read as a record when the record around it is damaged",
          "[commitlog][recovery]")
{
    LogFixture fixture;
    auto log = fixture.open();
    fixture.commit(log, make_records(1, 1));
    const auto salt = log.segments().back().salt;
    const bool salt_is_known = GENERATE(false, true);
    const Stored inner{50, 5, "forged", std::nullopt, "forged"};
    std::vector<std::byte> frame;
    append_frame(frame, inner.view(), salt_is_known ? salt : salt ^ 1);
    const std::string forged(reinterpret_cast<const char*>(frame.data()), frame.size());
    const Stored outer{2, 5, "", std::nullopt, forged + forged};
    fixture.commit(log, Records{outer, make_records(60, 1)[0]});

    const auto begin = kSegmentHeaderBytes + size_in_log(make_records(1, 1)[0]);
    fixture.bytes(1)[begin] ^= '\x01';
    const auto back = read(fixture.disk, log.segments());
    REQUIRE_FALSE(back.damaged.empty());
    CHECK(back.damaged[0].offset == begin);
    REQUIRE(back.records.size() == (salt_is_known ? 3 : 2));  // 3: what the salt is there for
    CHECK(back.records.back() == make_records(60, 1)[0]);
}

TEST_CASE("data full of frame headers does not make recovery read the same bytes again and again",
          "[commitlog][recovery]")
{
    LogFixture fixture;
    auto log = fixture.open();
    fixture.commit(log, make_records(1, 1));
    // As many headers as fit, each of the longest frame there can be, with marks of all kinds.
    std::string data;
    for (std::uint32_t salt = 0; data.size() + kFrameHeaderBytes < kMaxDataBytes; ++salt) {
        const Stored longest{~SequenceNumber{0}, 0, "", std::nullopt, std::string(1, 'x')};
        std::vector<std::byte> frame;
        append_frame(frame, longest.view(), salt % 16);
        const auto length = static_cast<std::uint32_t>(kMaxDataBytes);
        std::memcpy(frame.data() + 8, &length, sizeof length);
        data.append(reinterpret_cast<const char*>(frame.data()), kFrameHeaderBytes);
    }
    const Records records{
        {2, 5, "", std::nullopt, data}, {3, 5, "", std::nullopt, data}, {4, 5, "", std::nullopt, data}};
    fixture.commit(log, records);
    fixture.bytes(1)[kSegmentHeaderBytes + size_in_log(make_records(1, 1)[0])] ^= '\x01';
    const auto before = fixture.disk.bytes_read();
    const auto back = read(fixture.disk, log.segments());
    CHECK(back.records == Records{make_records(1, 1)[0], records[1], records[2]});
    CHECK(fixture.disk.bytes_read() - before < 3 * fixture.bytes(1).size());
}

TEST_CASE("a segment that cannot be read says so, and is read when it can be again", "[commitlog][recovery]")
{
    LogFixture fixture;
    auto log = fixture.open();
    const auto records = make_records(1, 3);
    fixture.commit(log, records);
    LogReader reader(fixture.disk, ShardId{0}, log.segments(), 0, [](const DamagedRegion&) { FAIL("damage"); });
    for (const auto call : {Call::Open, Call::Read}) {
        fixture.disk.set_fault({.kinds = {call}, .after = 0, .error = EIO, .takes_effect = false, .lasting = false});
        const auto failed = reader.next();
        REQUIRE(failed.has_error());
        CHECK(failed.error() == boost::system::errc::io_error);
    }
    const auto first = reader.next();
    REQUIRE(first.has_value());
    REQUIRE(first->has_value());
    CHECK(stored(**first) == records[0]);
}
