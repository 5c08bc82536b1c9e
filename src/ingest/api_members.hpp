#pragma once

#include "api_checks.hpp"

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat::ingest {

/// The members of all calls that bring no records. Views are valid until the next call is read.
struct CallMembers {
    using Text = std::optional<std::string_view>;
    using Number = std::optional<std::int64_t>;

    Text stream_name;
    Text stream_arn;
    Text exclusive_start_stream_name;
    Text exclusive_start_shard_id;
    Text next_token;
    Text shard_id;
    Text shard_iterator_type;
    Text starting_sequence_number;
    Text shard_iterator;
    Number limit;
    Number max_results;
    Number timestamp_ms;
    Number stream_creation_ms;
    bool has_shard_filter{false};
    Text filter_type;
    Text filter_shard_id;
    Number filter_timestamp_ms;
};

class JsonReader;

/// Thread: one at a time; its room is used again and again.
class CallReader {
public:
    CallReader();
    ~CallReader();

    /// `body`: with net::Request::kBodyPadding readable bytes behind it. Members that no call has are passed over.
    [[nodiscard]] ApiResult<CallMembers> read(std::string_view body);

private:
    const std::unique_ptr<JsonReader> json_;
};

/// Checks name and ARN of a stream for their form; one of them is required.
void check_stream_address(Checks& checks, Checks::Text name, Checks::Text arn);
/// Name and ARN, whose form is right, say the same, and it is `stream`.
[[nodiscard]] std::optional<ApiError> check_stream(Checks::Text name, Checks::Text arn, std::string_view stream);

/// "shardId-000000000001"
[[nodiscard]] std::string shard_name(ShardId shard);
/// The number of a shard by its name, whether there is such a shard or not.
[[nodiscard]] std::optional<std::uint32_t> shard_number(std::string_view name);
/// The same with a complaint for what names no shard of `stream`.
[[nodiscard]] ApiResult<ShardId> find_shard(std::string_view name, std::string_view stream, std::uint32_t shards);

}  // namespace alleycat::ingest
