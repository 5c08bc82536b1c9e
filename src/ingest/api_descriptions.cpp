#include "api_descriptions.hpp"

#include "api_tokens.hpp"

#include <alleycat/core/json_text.hpp>
#include <alleycat/stream/hash_key.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace alleycat::ingest {

namespace {

constexpr std::uint32_t kShardsOfDescription = 100;
constexpr std::uint32_t kShardsOfList = 1'000;
constexpr std::int64_t kMostListed = 10'000;

void append_name_and_arn(std::string& json, const StreamFacts& stream)
{
    append_string(json.append(R"("StreamName":)"), stream.name);
    append_string(json.append(R"(,"StreamARN":)"),
                  fmt::format("arn:aws:kinesis:{}:{}:stream/{}", stream.region, kAccount, stream.name));
    json.append(R"(,"StreamStatus":"ACTIVE","StreamModeDetails":{"StreamMode":"PROVISIONED"})");
    append_time(json.append(R"(,"StreamCreationTimestamp":)"), stream.created_ms);
}

void append_settings(std::string& json, const StreamFacts& stream)
{
    const auto hours = std::chrono::ceil<std::chrono::hours>(stream.retention).count();
    append_number(json.append(R"(,"RetentionPeriodHours":)"), std::int64_t{hours});
    json.append(R"(,"EnhancedMonitoring":[{"ShardLevelMetrics":[]}],"EncryptionType":"NONE")");
}

/// Shards `first` … up to `end`, as a list.
void append_shards(std::string& json, std::uint32_t first, std::uint32_t end, std::uint32_t shards)
{
    json.append(R"("Shards":[)");
    for (auto shard = first; shard < end; ++shard) {
        const auto keys = stream::hash_key_range(ShardId{shard}, shards);
        append_string(json.append(shard == first ? "" : ",").append(R"({"ShardId":)"), shard_name(ShardId{shard}));
        json.append(R"(,"HashKeyRange":{"StartingHashKey":")").append(stream::to_decimal(keys.first));
        json.append(R"(","EndingHashKey":")").append(stream::to_decimal(keys.last));
        json.append(R"("},"SequenceNumberRange":{"StartingSequenceNumber":"0"}})");
    }
    json.append("]");
}

/// The number behind that of the shard which `name` says; a complaint where it is no shard's name.
ApiResult<std::uint32_t> shard_behind(std::string_view name, const StreamFacts& stream)
{
    const auto number = shard_number(name);
    if (!number) {
        return find_shard(name, stream.name, stream.shards).error();
    }
    return std::min(*number, stream.shards - 1) + 1;
}

std::uint32_t end_of_page(std::uint32_t first, CallMembers::Number most, std::uint32_t usual, std::uint32_t shards)
{
    const auto size = static_cast<std::uint32_t>(most.value_or(usual));
    return first + std::min(size, shards - first);
}

/// Where the list begins that `call` asks for.
ApiResult<std::uint32_t> first_listed(const CallMembers& call, const StreamFacts& stream)
{
    if (call.next_token) {
        const auto place = parse_next_token(*call.next_token, stream.name, stream.now_ms);
        if (!place) {
            return place.error();
        }
        return std::min(place->next, stream.shards);
    }
    if (auto error = check_stream(call.stream_name, call.stream_arn, stream.name)) {
        return std::move(*error);
    }
    const bool after_shard = call.filter_type == std::string_view("AFTER_SHARD_ID");
    if (after_shard && !call.filter_shard_id) {
        return invalid_argument("ShardId must be given for a ShardFilter of type AFTER_SHARD_ID.");
    }
    const auto start = call.exclusive_start_shard_id ? call.exclusive_start_shard_id
                       : after_shard                 ? call.filter_shard_id
                                                     : std::nullopt;
    return start ? shard_behind(*start, stream) : ApiResult<std::uint32_t>(0U);
}

std::optional<ApiError> check_list_shards(const CallMembers& call)
{
    Checks checks;
    checks.name("exclusiveStartShardId", call.exclusive_start_shard_id);
    checks.range("maxResults", call.max_results, 1, kMostListed);
    checks.length("nextToken", call.next_token, 1, 1'048'576);
    if (call.has_shard_filter) {
        checks.required("shardFilter.type", call.filter_type.has_value());
        checks.one_of(
            "shardFilter.type", call.filter_type,
            {"AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP"});
        checks.name("shardFilter.shardId", call.filter_shard_id);
    }
    checks.name("streamName", call.stream_name);
    checks.stream_arn(call.stream_arn);
    if (auto error = checks.error()) {
        return error;
    }
    const bool named = call.stream_name || call.stream_arn;
    if (!call.next_token && !named) {
        return invalid_argument("Either NextToken or StreamName should be provided.");
    }
    if (call.next_token && named) {
        return invalid_argument("NextToken and StreamName cannot be provided together.");
    }
    return std::nullopt;
}

}  // namespace

void append_time(std::string& json, std::int64_t ms)
{
    fmt::format_to(std::back_inserter(json), "{}.{:03}", ms / 1'000, ms % 1'000);
}

ApiResult<std::string> list_streams(const CallMembers& call, const StreamFacts& stream)
{
    Checks checks;
    checks.range("limit", call.limit, 1, kMostListed);
    checks.name("exclusiveStartStreamName", call.exclusive_start_stream_name);
    checks.length("nextToken", call.next_token, 1, 1'048'576);
    if (auto error = checks.error()) {
        return std::move(*error);
    }
    if (call.next_token) {  // none was ever given: one stream fits in any answer
        return invalid_argument("Invalid NextToken.");
    }
    const bool listed = call.exclusive_start_stream_name.value_or("") < stream.name;
    std::string json = R"({"StreamNames":[)";
    if (listed) {
        append_string(json, stream.name);
    }
    json.append(R"(],"HasMoreStreams":false,"StreamSummaries":[)");
    if (listed) {
        append_name_and_arn(json.append("{"), stream);
        json.append("}");
    }
    return json.append("]}");
}

ApiResult<std::string> describe_stream(const CallMembers& call, const StreamFacts& stream)
{
    Checks checks;
    checks.range("limit", call.limit, 1, kMostListed);
    checks.name("exclusiveStartShardId", call.exclusive_start_shard_id);
    check_stream_address(checks, call.stream_name, call.stream_arn);
    if (auto error = checks.error()) {
        return std::move(*error);
    }
    if (auto error = check_stream(call.stream_name, call.stream_arn, stream.name)) {
        return std::move(*error);
    }
    const auto first = call.exclusive_start_shard_id ? shard_behind(*call.exclusive_start_shard_id, stream)
                                                     : ApiResult<std::uint32_t>(0U);
    if (!first) {
        return first.error();
    }
    const auto end = end_of_page(*first, call.limit, kShardsOfDescription, stream.shards);
    std::string json = R"({"StreamDescription":{)";
    append_name_and_arn(json, stream);
    append_settings(json, stream);
    append_shards(json.append(","), *first, end, stream.shards);
    json.append(R"(,"HasMoreShards":)").append(end < stream.shards ? "true" : "false");
    return json.append("}}");
}

ApiResult<std::string> describe_stream_summary(const CallMembers& call, const StreamFacts& stream)
{
    Checks checks;
    check_stream_address(checks, call.stream_name, call.stream_arn);
    if (auto error = checks.error()) {
        return std::move(*error);
    }
    if (auto error = check_stream(call.stream_name, call.stream_arn, stream.name)) {
        return std::move(*error);
    }
    std::string json = R"({"StreamDescriptionSummary":{)";
    append_name_and_arn(json, stream);
    append_settings(json, stream);
    append_number(json.append(R"(,"OpenShardCount":)"), std::uint64_t{stream.shards});
    return json.append(R"(,"ConsumerCount":0}})");
}

ApiResult<std::string> list_shards(const CallMembers& call, const StreamFacts& stream)
{
    if (auto error = check_list_shards(call)) {
        return std::move(*error);
    }
    const auto first = first_listed(call, stream);
    if (!first) {
        return first.error();
    }
    const auto end = end_of_page(*first, call.max_results, kShardsOfList, stream.shards);
    std::string json = "{";
    append_shards(json, *first, end, stream.shards);
    if (end < stream.shards) {
        append_string(json.append(R"(,"NextToken":)"), to_token(ShardListPlace{end, stream.now_ms}, stream.name));
    }
    return json.append("}");
}

}  // namespace alleycat::ingest
