#pragma once

#include "../stream/log_disk.hpp"

#include <alleycat/ingest/intake.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace alleycat::ingest {

using stream::eventually;
using stream::LogDisk;
using stream::push;
using stream::Signal;
using stream::StreamFixture;

inline constexpr std::size_t kSmallRing = 4096;  // room for fewer than a hundred records

inline telemetry::RecordLimits limits()
{
    telemetry::RecordLimits made;
    made.classes = {ClassId{1}, ClassId{2}};
    return made;
}

inline std::string record_text(std::uint64_t racer, std::uint32_t second)
{
    return R"({"uuid":"u)" + std::to_string(racer) + R"(","event":"update","deviceTimestamp":1620240672076,"second":)" +
           std::to_string(second) + R"(,"raceId":5400802,"name":"Hubert","racerId":)" + std::to_string(racer) +
           R"(,"classId":1,"cadence":85,"resistance":31})";
}

/// A record that is out of range.
inline std::string refused_text(std::uint64_t racer)
{
    return record_text(racer, 301);
}

inline std::string joined(const std::vector<std::string>& records, const std::string& separator)
{
    std::string text;
    for (const auto& record : records) {
        text += (text.empty() ? "" : separator) + record;
    }
    return text;
}

/// Records `first` … `last` of one racer, as a JSON array.
inline std::string array_of(std::uint64_t racer, std::uint32_t first, std::uint32_t last)
{
    std::vector<std::string> records;
    for (auto second = first; second <= last; ++second) {
        records.push_back(record_text(racer, second));
    }
    return "[" + joined(records, ",") + "]";
}

/// A stream whose log is on `disk`, and in which every record of these tests is valid also when it is read back.
inline stream::Stream::Options logged_on(LogDisk& disk, std::uint32_t shards = 1)
{
    auto options = stream::on_disk(disk, shards);
    options.log->limits = limits();
    return options;
}

/// "racer@second" of each entry that a shard handed over, in order.
inline std::vector<std::string> handed_over(const stream::ShardLog& log)
{
    std::vector<std::string> rows;
    for (const auto& seen : log.seen()) {
        rows.push_back(std::to_string(raw(seen.entry.racer_id)) + "@" + std::to_string(seen.entry.second));
    }
    return rows;
}

}  // namespace alleycat::ingest
