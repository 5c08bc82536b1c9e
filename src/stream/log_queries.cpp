#include <alleycat/core/clock.hpp>
#include <alleycat/stream/log_queries.hpp>

#include <algorithm>

namespace alleycat::stream {

namespace {

/// How long ago `arrival_ms` was; a clock that was set back does not make it negative, nor 0, which means "none".
std::int64_t age_ms(std::int64_t arrival_ms)
{
    return std::max<std::int64_t>(epoch_ms() - arrival_ms, 1);
}

/// Without those whose records all arrived before `not_before_ms`: they were complete when the next one began.
std::vector<commitlog::Segment> since(std::vector<commitlog::Segment> segments, std::int64_t not_before_ms)
{
    if (not_before_ms == 0) {
        return segments;
    }
    const auto first = std::adjacent_find(segments.begin(), segments.end(), [&](const auto&, const auto& next) {
        return next.created_ms >= not_before_ms;
    });
    if (first != segments.end()) {
        segments.erase(segments.begin(), first);
    } else if (!segments.empty()) {
        segments.erase(segments.begin(), segments.end() - 1);
    }
    return segments;
}

}  // namespace

LogQueries::LogQueries(const Stream& stream, commitlog::Disk& disk) : stream_(stream), disk_(disk) {}

bool LogQueries::try_ask(LogQuery query, OnRecord on_record, OnDone on_done)
{
    return thread_.try_run([this, query, on_record = std::move(on_record), on_done = std::move(on_done)] {
        on_done(answer(query, on_record));
    });
}

Result<LogAnswer> LogQueries::answer(const LogQuery& query, const OnRecord& on_record) const
{
    commitlog::LogReader reader(
        disk_, query.shard, since(stream_.segments(query.shard), query.from.not_before_ms), query.from.after,
        [](const auto&) {},
        query.from.position);  // the shard itself tells of damage
    LogAnswer answer{query.from, 0};
    std::size_t bytes = 0;
    for (std::size_t records = 0;;) {
        answer.next.position = reader.position();
        const auto next = reader.next();
        if (!next) {
            return next.error();
        }
        if (!*next) {
            answer.next.position = reader.position();  // behind all that was passed over
            return answer;
        }
        const auto& record = **next;
        if (record.arrival_ms < answer.next.not_before_ms) {
            answer.next.after = record.sequence;
            continue;
        }
        const auto size = record.partition_key.size() + record.data.size();
        if (records == query.max_records || (records > 0 && bytes + size > query.max_bytes)) {
            answer.behind_ms = age_ms(record.arrival_ms);
            return answer;
        }
        on_record({record.sequence, record.arrival_ms, record.partition_key, record.data});
        answer.next.after = record.sequence;
        answer.next.not_before_ms = 0;  // found
        ++records;
        bytes += size;
    }
}

}  // namespace alleycat::stream
