#pragma once

#include "log_fixture.hpp"

namespace alleycat::commitlog {

/// A segment's bytes, and where in it each of its records stands.
struct SegmentFile {
    std::string bytes;
    Records records;
    std::vector<std::size_t> offsets;  // of each record's frame, and of the end

    /// The frame's last bytes only fill it up to a multiple of eight.
    [[nodiscard]] std::size_t padding_begin(std::size_t at) const
    {
        const auto& record = records[at];
        return offsets[at] + kFrameHeaderBytes + (record.hash_key ? sizeof(ExplicitHashKey) : 0) + record.key.size() +
               record.data.size();
    }
    /// The record in whose frame, without its padding, this byte stands; none for any other byte.
    [[nodiscard]] std::optional<std::size_t> record_at(std::size_t byte) const
    {
        for (std::size_t at = 0; at < records.size(); ++at) {
            if (byte >= offsets[at] && byte < padding_begin(at)) {
                return at;
            }
        }
        return std::nullopt;
    }
};

/// Segments with `groups`, one a segment, as a log that was stopped leaves them.
inline std::vector<SegmentFile> make_segments(const std::vector<Records>& groups)
{
    LogFixture fixture;
    fixture.options.segment_bytes = 1;
    std::vector<SegmentFile> files;
    {
        auto log = fixture.open();
        for (const auto& group : groups) {
            fixture.commit(log, group);
        }
    }
    for (std::size_t number = 1; number <= groups.size(); ++number) {
        SegmentFile file{fixture.bytes(number), groups[number - 1], {kSegmentHeaderBytes}};
        for (const auto& record : file.records) {
            file.offsets.push_back(file.offsets.back() + size_in_log(record));
        }
        REQUIRE(file.offsets.back() == file.bytes.size());
        files.push_back(std::move(file));
    }
    return files;
}

inline void put_segments(LogFixture& fixture, const std::vector<SegmentFile>& files)
{
    REQUIRE(fixture.disk.make_directory(fixture.options.directory));
    for (std::size_t at = 0; at < files.size(); ++at) {
        fixture.disk.put(fixture.path(at + 1), files[at].bytes);
    }
}

/// Opens the log, adds records to it, and opens it again: what was there and what is new is read once and in order.
inline void check_goes_on_after(LogFixture& fixture, const Records& expected)
{
    const auto last = expected.empty() ? 0 : expected.back().sequence;
    auto all = expected;
    for (int start = 0; start < 2; ++start) {
        auto log = fixture.open();
        CHECK(log.last_sequence() >= last);
        const auto added = make_records(log.last_sequence() + 1, 2);
        fixture.commit(log, added);
        all = joined(all, added);
        CHECK(read(fixture.disk, log.segments()).records == all);
    }
    CHECK(fixture.read_all().records == all);
}

}  // namespace alleycat::commitlog
