#include "api_members.hpp"

#include "api_json.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace alleycat::ingest {

namespace {

struct TextMember {
    std::string_view name;
    CallMembers::Text CallMembers::*member;
};
struct NumberMember {
    std::string_view name;
    CallMembers::Number CallMembers::*member;
};

constexpr std::array kTexts{
    TextMember{"StreamName", &CallMembers::stream_name},
    TextMember{"StreamARN", &CallMembers::stream_arn},
    TextMember{"ExclusiveStartStreamName", &CallMembers::exclusive_start_stream_name},
    TextMember{"ExclusiveStartShardId", &CallMembers::exclusive_start_shard_id},
    TextMember{"NextToken", &CallMembers::next_token},
    TextMember{"ShardId", &CallMembers::shard_id},
    TextMember{"ShardIteratorType", &CallMembers::shard_iterator_type},
    TextMember{"StartingSequenceNumber", &CallMembers::starting_sequence_number},
    TextMember{"ShardIterator", &CallMembers::shard_iterator},
};
constexpr std::array kIntegers{
    NumberMember{"Limit", &CallMembers::limit},
    NumberMember{"MaxResults", &CallMembers::max_results},
};
constexpr std::array kTimes{
    NumberMember{"Timestamp", &CallMembers::timestamp_ms},
    NumberMember{"StreamCreationTimestamp", &CallMembers::stream_creation_ms},
};

Complaint read_shard_filter(JsonValue value, CallMembers& into)
{
    std::optional<simdjson::ondemand::object> filter;
    if (auto complaint = open_object(value, filter); complaint || !filter) {
        return complaint;
    }
    into.has_shard_filter = true;
    return read_members(*filter, [&into](std::string_view name, JsonValue member) -> Complaint {
        if (name == "Type") {
            return read_text(member, into.filter_type);
        }
        if (name == "ShardId") {
            return read_text(member, into.filter_shard_id);
        }
        if (name == "Timestamp") {
            return read_time(member, into.filter_timestamp_ms);
        }
        return std::nullopt;
    });
}

Complaint read_member(std::string_view name, JsonValue value, CallMembers& into)
{
    for (const auto& text : kTexts) {
        if (text.name == name) {
            return read_text(value, into.*text.member);
        }
    }
    for (const auto& integer : kIntegers) {
        if (integer.name == name) {
            return read_integer(value, into.*integer.member);
        }
    }
    for (const auto& time : kTimes) {
        if (time.name == name) {
            return read_time(value, into.*time.member);
        }
    }
    return name == "ShardFilter" ? read_shard_filter(value, into) : std::nullopt;
}

}  // namespace

CallReader::CallReader() : json_(std::make_unique<JsonReader>()) {}

CallReader::~CallReader() = default;

ApiResult<CallMembers> CallReader::read(std::string_view body)
{
    CallMembers members;
    auto complaint = json_->read(
        body, [&members](std::string_view name, JsonValue value) { return read_member(name, value, members); });
    if (complaint) {
        return std::move(*complaint);
    }
    return members;
}

void check_stream_address(Checks& checks, Checks::Text name, Checks::Text arn)
{
    checks.required("streamName", name || arn);
    checks.name("streamName", name);
    checks.stream_arn(arn);
}

std::optional<ApiError> check_stream(Checks::Text name, Checks::Text arn, std::string_view stream)
{
    const auto by_arn = arn ? stream_of_arn(*arn) : std::nullopt;
    if (name && by_arn && *name != *by_arn) {
        return invalid_argument("StreamARN and StreamName must refer to the same stream.");
    }
    const auto wanted = name ? *name : by_arn.value_or(stream);
    if (wanted != stream) {
        return not_found(fmt::format("Stream {} under account {} not found.", wanted, kAccount));
    }
    return std::nullopt;
}

std::string shard_name(ShardId shard)
{
    return fmt::format("shardId-{:012}", raw(shard));
}

std::optional<std::uint32_t> shard_number(std::string_view name)
{
    constexpr std::string_view kPrefix = "shardId-";
    if (name.starts_with(kPrefix)) {
        name.remove_prefix(kPrefix.size());
    }
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc() && end == name.data() + name.size() ? std::optional(number) : std::nullopt;
}

ApiResult<ShardId> find_shard(std::string_view name, std::string_view stream, std::uint32_t shards)
{
    const auto number = shard_number(name);
    if (!number) {
        return not_found(
            fmt::format("Could not find shard {} in stream {} under account {}.", shown(name), stream, kAccount));
    }
    if (*number >= shards) {
        return not_found(fmt::format("Shard {} in stream {} under account {} does not exist",
                                     shard_name(ShardId{*number}), stream, kAccount));
    }
    return ShardId{*number};
}

}  // namespace alleycat::ingest
