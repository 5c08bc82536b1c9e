#include "ride_builder.hpp"
#include "stored_files.hpp"

#include <alleycat/archive/line_file.hpp>
#include <alleycat/archive/ride_reader.hpp>
#include <alleycat/commitlog/log_reader.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

namespace alleycat::archive {

using commitlog::Segment;
using commitlog::SequenceNumber;

namespace {

constexpr SequenceNumber kNothing = std::numeric_limits<SequenceNumber>::max();

/// Those that may hold records which arrived in this time: a segment's records came before the next one began.
std::vector<Segment> between(const std::vector<Segment>& segments, std::int64_t from_ms, std::int64_t to_ms)
{
    std::vector<Segment> chosen;
    for (std::size_t at = 0; at < segments.size(); ++at) {
        const bool ended_before = at + 1 < segments.size() && segments[at + 1].created_ms < from_ms;
        if (!ended_before && segments[at].created_ms <= to_ms) {
            chosen.push_back(segments[at]);
        }
    }
    return chosen;
}

}  // namespace

RideReader::RideReader(Options options) : options_(std::move(options)) {}

bool RideReader::try_ask(RideQuery query, OnDone on_done)
{
    return thread_.try_run([this, query, on_done = std::move(on_done)] { on_done(answer(query)); });
}

Result<Ride> RideReader::answer(const RideQuery& query) const
{
    RideBuilder ride(query, options_.limits);
    std::vector<SequenceNumber> in_log;
    for (std::uint32_t shard = 0; shard < options_.shards && !thread_.stopping(); ++shard) {
        in_log.push_back(read_log(ShardId{shard}, query, ride));
    }
    read_objects(in_log, query, ride);
    if (thread_.stopping()) {
        return boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
    }
    return ride.finish();
}

SequenceNumber RideReader::read_log(ShardId shard, const RideQuery& query, RideBuilder& ride) const
{
    const auto from_ms = query.start_ms - kClockSlackMs;
    const auto to_ms = query.end_ms + options_.late.count();
    bool whole = true;
    commitlog::LogReader log(*options_.disk, shard, between(options_.segments(shard), from_ms, to_ms), 0,
                             [&whole](const auto&) { whole = false; });
    while (!thread_.stopping()) {
        const auto next = log.next();
        if (!next) {
            spdlog::warn("a ride is read: the log of shard {} cannot be: {}", raw(shard), next.error().message());
            whole = false;
            break;
        }
        if (!*next || (*next)->arrival_ms > to_ms ||
            ((*next)->arrival_ms > query.end_ms + kClockSlackMs && ride.complete())) {
            break;
        }
        const auto& record = **next;
        const bool counts = !record.refused && !record.verdict.held();
        if (counts && record.arrival_ms >= from_ms && !erased(query, record.arrival_ms)) {
            ride.take_logged(record.data, record.arrival_ms);
        }
    }
    if (!whole) {
        ride.note_unreadable();
    }
    const auto segments = options_.segments(shard);  // now: some of those before may have been removed meanwhile
    return whole && !segments.empty() ? segments.front().first_sequence : kNothing;
}

void RideReader::read_objects(const std::vector<SequenceNumber>& in_log, const RideQuery& query,
                              RideBuilder& ride) const
{
    const auto to_ms = query.end_ms + options_.late.count();
    for (const auto& file : objects_between(options_.delivery, query.start_ms, to_ms)) {
        const auto begin_ms = file.at_ms.value_or(query.start_ms);
        if (thread_.stopping() || (begin_ms > query.end_ms + kClockSlackMs && ride.complete())) {
            return;
        }
        const bool covered =
            file.span && raw(file.span->shard) < in_log.size() && file.span->first >= in_log[raw(file.span->shard)];
        if (!covered && !erased(query, begin_ms)) {
            read_object(file.path, ride);
        }
    }
}

void RideReader::read_object(const std::filesystem::path& path, RideBuilder& ride) const
{
    auto file = LineFile::open(path, LineFile::Kind::Gzip);
    auto error = file ? boost::system::error_code() : file.error();
    while (!error && !thread_.stopping()) {
        const auto lines = file->next();
        if (lines && lines->empty()) {
            return;
        }
        if (lines) {
            ride.take_delivered(*lines);
        } else {
            error = lines.error();
        }
    }
    if (error && error != boost::system::errc::no_such_file_or_directory) {  // retention may have removed it
        spdlog::warn("a ride is read: {}: {}", path.string(), error.message());
        ride.note_unreadable();
    }
}

bool RideReader::erased(const RideQuery& query, std::int64_t arrival_ms) const
{
    return options_.erased != nullptr && options_.erased->erased(query.racer_id, arrival_ms);
}

}  // namespace alleycat::archive
