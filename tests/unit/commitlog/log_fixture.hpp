#pragma once

#include "memory_disk.hpp"
#include "segment_format.hpp"

#include <alleycat/commitlog/commit_log.hpp>
#include <alleycat/commitlog/log_reader.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace alleycat::commitlog {

/// A record that owns its text.
struct Stored {
    SequenceNumber sequence{0};
    std::int64_t arrival_ms{0};
    std::string key;
    std::optional<ExplicitHashKey> hash_key;
    std::string data;

    [[nodiscard]] LogRecord view() const { return {sequence, arrival_ms, key, hash_key, data}; }
    bool operator==(const Stored&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const Stored& record)
    {
        return out << record.sequence << ":" << record.key << ":" << record.data.size() << "B";
    }
};
using Records = std::vector<Stored>;

inline Stored stored(const LogRecord& record)
{
    return {record.sequence, record.arrival_ms, std::string(record.partition_key), record.explicit_hash_key,
            std::string(record.data)};
}

/// Small records of different shapes, numbered from `first` on.
inline Records make_records(SequenceNumber first, std::size_t count)
{
    Records records;
    for (std::size_t n = 0; n < count; ++n) {
        const auto sequence = first + n;
        Stored record{sequence, static_cast<std::int64_t>(sequence) * 10, "racer-" + std::to_string(sequence % 7),
                      std::nullopt, "data of " + std::to_string(sequence) + std::string(sequence % 11, '.')};
        if (sequence % 3 == 0) {
            record.hash_key = ExplicitHashKey{sequence} << 64 | 5;
        }
        records.push_back(std::move(record));
    }
    return records;
}

/// The size of a record's frame in a segment.
inline std::size_t size_in_log(const Stored& record)
{
    std::vector<std::byte> bytes;
    append_frame(bytes, record.view(), 0);
    return bytes.size();
}

inline Records joined(Records first, const Records& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

struct ReadBack {
    Records records;
    std::vector<DamagedRegion> damaged;
};

inline ReadBack read(const Disk& disk, const std::vector<Segment>& segments, SequenceNumber after = 0,
                     ShardId shard = ShardId{0})
{
    ReadBack back;
    LogReader reader(disk, shard, segments, after,
                     [&](const DamagedRegion& region) { back.damaged.push_back(region); });
    for (;;) {
        const auto record = reader.next();
        REQUIRE(record.has_value());
        if (!*record) {
            return back;
        }
        back.records.push_back(stored(**record));
    }
}

/// A shard's log on a disk in memory, under a clock that only the test moves.
struct LogFixture {
    MemoryDisk disk;
    LogOptions options{"/data/log/shard-0", ShardId{0}};
    CommitLog::Clock::time_point now{std::chrono::hours(1'000)};

    [[nodiscard]] CommitLog open() { return CommitLog(disk, options); }
    [[nodiscard]] std::filesystem::path path(std::uint64_t number) const
    {
        return options.directory / segment_name(number);
    }
    [[nodiscard]] std::string& bytes(std::uint64_t number) { return disk.content(path(number)); }

    [[nodiscard]] Result<void> try_commit(CommitLog& log, std::span<const Stored> group) const
    {
        for (const auto& record : group) {
            log.append(record.view(), now);
        }
        return log.commit();
    }
    void commit(CommitLog& log, std::span<const Stored> group) const
    {
        const auto done = try_commit(log, group);
        CAPTURE(done.has_error() ? done.error().message() : "");
        REQUIRE(done);
    }
    /// As a shard does it: a group that fails is appended again. Returns how many times it failed.
    int commit_until_it_succeeds(CommitLog& log, std::span<const Stored> group) const
    {
        for (int failures = 0;; ++failures) {
            if (try_commit(log, group)) {
                return failures;
            }
            REQUIRE(failures < 10);
        }
    }

    /// What a process that starts now finds.
    [[nodiscard]] ReadBack read_all(SequenceNumber after = 0) const
    {
        return read(disk, read_contents(disk, options.directory, options.shard).segments, after, options.shard);
    }
    /// The process dies: whatever it still does has no effect.
    void kill() { disk.set_fault({.kinds = {}, .after = 0, .error = EIO, .takes_effect = false, .lasting = true}); }

    /// The line with which opening is refused.
    [[nodiscard]] std::string refusal() const
    {
        try {
            static_cast<void>(read_contents(disk, options.directory, options.shard));
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        FAIL("opened");
        return {};
    }
};

}  // namespace alleycat::commitlog
