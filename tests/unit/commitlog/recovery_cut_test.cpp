#include "segment_files.hpp"

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

std::size_t end_without_zeros(const std::string& bytes)
{
    return bytes.find_last_not_of('\0') + 1;
}

bool is_whole(const SegmentFile& file, std::size_t at, const std::string& bytes)
{
    const auto end = file.offsets[at + 1];
    return bytes.size() >= end &&
           std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(end), file.bytes.begin());
}

/// Cuts the last of `files` at every byte; `behind` stands there instead of what is cut off.
void check_every_cut(std::vector<SegmentFile> files, const std::string& behind)
{
    const auto whole = files.back();
    Records before;
    for (std::size_t at = 0; at + 1 < files.size(); ++at) {
        before = joined(before, files[at].records);
    }
    for (auto cut = kSegmentHeaderBytes; cut <= whole.bytes.size(); ++cut) {
        CAPTURE(cut);
        auto& bytes = files.back().bytes;
        bytes = whole.bytes.substr(0, cut) + behind;
        auto expected = before;
        auto end = kSegmentHeaderBytes;
        for (std::size_t at = 0; at < whole.records.size(); ++at) {
            if (is_whole(whole, at, bytes)) {
                expected.push_back(whole.records[at]);
                end = whole.offsets[at + 1];
            }
        }
        LogFixture fixture;
        put_segments(fixture, files);
        const auto torn = std::max(end_without_zeros(bytes), end) - end;
        {
            const auto log = fixture.open();
            CHECK(log.torn_tail().bytes == torn);
            CHECK(log.torn_tail().offset == (torn == 0 ? 0 : end));
            CHECK(log.torn_tail().path == (torn == 0 ? "" : fixture.path(files.size())));
            CHECK(log.damaged().empty());
            CHECK(read(fixture.disk, log.segments()).records == expected);
            CHECK(log.last_sequence() == (expected.empty() ? 0 : expected.back().sequence));
        }
        check_goes_on_after(fixture, expected);
        CHECK(fixture.read_all().damaged.empty());
        if (torn != 0) {
            CHECK(bytes.starts_with(fixture.bytes(files.size())));  // nothing was written over it
        }
    }
}

}  // namespace

TEST_CASE("a log cut at any byte keeps every record before the cut, and goes on", "[commitlog][recovery]")
{
    auto records = make_records(1, 4);
    records[2].data += std::string(9, '\0');
    const std::string behind = GENERATE(std::string(), std::string(700, '\0'));  // 700: room reserved ahead
    check_every_cut(make_segments({records}), behind);
}

TEST_CASE("the last of two segments, cut at any byte, costs the first one nothing", "[commitlog][recovery]")
{
    const std::string behind = GENERATE(std::string(), std::string(700, '\0'));
    check_every_cut(make_segments({make_records(1, 3), make_records(4, 3)}), behind);
}

TEST_CASE("junk behind the last record is a torn tail, which is left as it is", "[commitlog][recovery]")
{
    for (std::size_t length = 1; length < 100; ++length) {
        CAPTURE(length);
        auto files = make_segments({make_records(1, 3)});
        const auto end = files[0].bytes.size();
        files[0].bytes += std::string(length, '\xE7');
        LogFixture fixture;
        put_segments(fixture, files);
        {
            const auto log = fixture.open();
            CHECK(log.torn_tail().offset == end);
            CHECK(log.torn_tail().bytes == length);
        }
        check_goes_on_after(fixture, make_records(1, 3));
        CHECK(fixture.bytes(1) == files[0].bytes);  // nothing is deleted that cannot be read
    }
}

TEST_CASE("a segment cut within its header is refused with one line that names it", "[commitlog][recovery]")
{
    for (std::size_t cut = 0; cut < kSegmentHeaderBytes; ++cut) {
        CAPTURE(cut);
        auto files = make_segments({make_records(1, 3), make_records(4, 3)});
        files[1].bytes.resize(cut);
        LogFixture fixture;
        put_segments(fixture, files);
        CHECK(fixture.refusal() == fixture.path(2).string() + ": is too short for a log segment");
        CHECK_THROWS_AS(fixture.open(), std::runtime_error);
        CHECK(fixture.bytes(2) == files[1].bytes);
    }
}

TEST_CASE("an older segment cut at any byte is damaged from its last whole record to its end", "[commitlog][recovery]")
{
    const auto files = make_segments({make_records(1, 3), make_records(4, 3)});
    for (auto cut = kSegmentHeaderBytes; cut < files[0].bytes.size(); ++cut) {
        CAPTURE(cut);
        auto damaged = files;
        damaged[0].bytes.resize(cut);
        auto expected = make_records(1, 6);
        auto end = kSegmentHeaderBytes;
        for (std::size_t at = 3; at-- > 0;) {
            if (files[0].offsets[at + 1] > cut) {
                expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(at));
            } else {
                end = std::max(end, files[0].offsets[at + 1]);
            }
        }
        LogFixture fixture;
        put_segments(fixture, damaged);
        const auto back = fixture.read_all();
        CHECK(back.records == expected);
        REQUIRE(back.damaged.size() == 1);
        CHECK(back.damaged[0].segment == 1);
        CHECK(back.damaged[0].offset == end);
        CHECK(back.damaged[0].bytes == files[0].bytes.size() - end);
        check_goes_on_after(fixture, expected);
    }
}
