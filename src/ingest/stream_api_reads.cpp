#include "stream_api_reads.hpp"

#include "api_descriptions.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/core/json_text.hpp>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <charconv>

namespace alleycat::ingest {

namespace {

constexpr std::int64_t kMostRecords = 10'000;
constexpr std::size_t kMaxUnsentBytes = std::size_t{256} << 20;

/// One GetRecords on its way: on the thread of the queries until it posts the answer.
class Reading {
public:
    Reading(boost::asio::any_io_executor network, net::Reply reply, std::shared_ptr<std::atomic<std::size_t>> unsent,
            std::string stream, const ShardIterator& from)
        : network_(std::move(network)),
          reply_(std::move(reply)),
          unsent_(std::move(unsent)),
          stream_(std::move(stream)),
          from_(from)
    {
    }

    void on_record(const stream::StoredRecord& record)
    {
        if (refused_ || *unsent_ + json_.size() > kMaxUnsentBytes) {
            refused_ = true;
            json_ = {};
            return;
        }
        append_number(json_.append(first_ ? "" : ",").append(R"({"SequenceNumber":")"), record.sequence);
        append_time(json_.append(R"(","ApproximateArrivalTimestamp":)"), record.arrival_ms);
        append_base64(json_.append(R"(,"Data":")"), record.data);
        append_string(json_.append(R"(","PartitionKey":)"), record.partition_key);
        json_.append("}");
        first_ = false;
    }

    void on_done(const Result<stream::LogAnswer>& answer)
    {
        if (!answer) {
            return post(api_refusal(internal_failure("The log cannot be read: " + answer.error().message())));
        }
        if (refused_) {
            return post(api_refusal(rate_exceeded(shard_name(from_.shard), stream_)));
        }
        append_string(json_.append(R"(],"NextShardIterator":)"),
                      to_token({from_.shard, answer->next, from_.issued_ms}, stream_));
        append_number(json_.append(R"(,"MillisBehindLatest":)"), answer->behind_ms);
        json_.append("}");
        const auto size = json_.size();
        *unsent_ += size;
        const net::SharedBody body(new std::string(std::move(json_)),
                                   [size, unsent = unsent_](const std::string* sent) {
                                       delete sent;
                                       *unsent -= size;
                                   });
        post(api_answer(body));
    }

private:
    void post(net::Response response)
    {
        boost::asio::post(
            network_, [reply = std::move(reply_), made = std::move(response)]() mutable { reply(std::move(made)); });
    }

    const boost::asio::any_io_executor network_;
    net::Reply reply_;
    const std::shared_ptr<std::atomic<std::size_t>> unsent_;
    const std::string stream_;
    const ShardIterator from_;  // issued now
    std::string json_{R"({"Records":[)"};
    bool first_{true};
    bool refused_{false};  // too much waits for readers that do not fetch it
};

ApiError no_log()
{
    return invalid_argument("This stream keeps no log (stream.log is off), so there is nothing to read.");
}

ApiError wrong_combination(std::string_view type, bool sequence_given)
{
    return invalid_argument(fmt::format(
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) "
        "TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified {} and {} StartingSequenceNumber.",
        type, sequence_given ? "also a" : "no"));
}

}  // namespace

Reads::Reads(boost::asio::any_io_executor network, const StreamApiOptions& options, const stream::Stream& stream,
             stream::LogQueries& queries)
    : network_(std::move(network)),
      options_(options),
      stream_(stream),
      queries_(queries),
      unsent_(std::make_shared<std::atomic<std::size_t>>(0))
{
}

ApiResult<stream::LogPlace> Reads::start_at_sequence(const CallMembers& call, ShardId shard) const
{
    const auto text = *call.starting_sequence_number;
    stream::SequenceNumber sequence = 0;
    const auto error = std::from_chars(text.data(), text.data() + text.size(), sequence).ec;
    if (error != std::errc() || sequence > stream_.last_sequence(shard)) {
        return invalid_argument(fmt::format(
            "StartingSequenceNumber {} used in GetShardIterator on shard {} in stream {} under account {} is "
            "invalid because it did not come from this stream.",
            text, shard_name(shard), options_.stream_name, kAccount));
    }
    stream::LogPlace place;
    place.after = call.shard_iterator_type == std::string_view("AFTER_SEQUENCE_NUMBER") || sequence == 0 ? sequence
                                                                                                         : sequence - 1;
    return place;
}

ApiResult<stream::LogPlace> Reads::start(const CallMembers& call, ShardId shard, std::int64_t now_ms) const
{
    const auto type = *call.shard_iterator_type;
    const bool by_sequence = type == "AT_SEQUENCE_NUMBER" || type == "AFTER_SEQUENCE_NUMBER";
    if (by_sequence != call.starting_sequence_number.has_value()) {
        return wrong_combination(type, !by_sequence);
    }
    if (by_sequence) {
        return start_at_sequence(call, shard);
    }
    stream::LogPlace place;
    if (type == "LATEST") {
        place.after = stream_.last_sequence(shard);
    } else if (type == "AT_TIMESTAMP") {
        if (!call.timestamp_ms) {
            return invalid_argument(
                "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no "
                "timestamp parameter.");
        }
        if (*call.timestamp_ms > now_ms) {
            return invalid_argument(
                fmt::format("The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
                            "timestampInMillis: {}, currentTimestampInMillis: {}",
                            *call.timestamp_ms, now_ms));
        }
        place.not_before_ms = std::max<std::int64_t>(*call.timestamp_ms, 0);
    }
    return place;
}

ApiResult<std::string> Reads::shard_iterator(const CallMembers& call, std::int64_t now_ms) const
{
    Checks checks;
    checks.required("shardId", call.shard_id.has_value());
    checks.name("shardId", call.shard_id);
    checks.required("shardIteratorType", call.shard_iterator_type.has_value());
    checks.one_of("shardIteratorType", call.shard_iterator_type,
                  {"AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"});
    checks.sequence_number("startingSequenceNumber", call.starting_sequence_number);
    check_stream_address(checks, call.stream_name, call.stream_arn);
    if (auto error = checks.error()) {
        return std::move(*error);
    }
    if (auto error = check_stream(call.stream_name, call.stream_arn, options_.stream_name)) {
        return std::move(*error);
    }
    const auto shard = find_shard(*call.shard_id, options_.stream_name, options_.shards);
    if (!shard) {
        return shard.error();
    }
    if (!options_.log) {
        return no_log();
    }
    const auto place = start(call, *shard, now_ms);
    if (!place) {
        return place.error();
    }
    std::string json = R"({"ShardIterator":)";
    append_string(json, to_token(ShardIterator{*shard, *place, now_ms}, options_.stream_name));
    return json.append("}");
}

ApiResult<ShardIterator> Reads::checked_iterator(const CallMembers& call, std::int64_t now_ms) const
{
    Checks checks;
    checks.range("limit", call.limit, 1, kMostRecords);
    checks.required("shardIterator", call.shard_iterator.has_value());
    checks.length("shardIterator", call.shard_iterator, 1, 512);
    checks.stream_arn(call.stream_arn);
    if (auto error = checks.error()) {
        return std::move(*error);
    }
    if (auto error = check_stream(std::nullopt, call.stream_arn, options_.stream_name)) {
        return std::move(*error);
    }
    if (!options_.log) {
        return no_log();
    }
    auto iterator = parse_iterator(*call.shard_iterator, options_.stream_name, now_ms);
    if (iterator && raw(iterator->shard) >= options_.shards) {  // there were more shards when it was issued
        return invalid_argument("Invalid ShardIterator.");
    }
    return iterator;
}

void Reads::records(const CallMembers& call, std::int64_t now_ms, net::Reply reply)
{
    auto iterator = checked_iterator(call, now_ms);
    if (!iterator) {
        return reply(api_refusal(iterator.error()));
    }
    iterator->issued_ms = now_ms;
    stream::LogQuery query;
    query.shard = iterator->shard;
    query.from = iterator->place;
    query.max_records = static_cast<std::size_t>(call.limit.value_or(kMostRecords));
    const auto reading = std::make_shared<Reading>(network_, reply, unsent_, options_.stream_name, *iterator);
    const bool asked = queries_.try_ask(
        query, [reading](const stream::StoredRecord& record) { reading->on_record(record); },
        [reading](const Result<stream::LogAnswer>& answer) { reading->on_done(answer); });
    if (!asked) {
        reply(api_refusal(rate_exceeded(shard_name(iterator->shard), options_.stream_name)));
    }
}

}  // namespace alleycat::ingest
