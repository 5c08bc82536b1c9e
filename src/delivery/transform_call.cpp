#include "transform_call.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/core/json_text.hpp>

#include <fmt/format.h>

namespace alleycat::delivery {

namespace {

constexpr std::string_view kEnd = "]}";

}  // namespace

void append_shard_name(std::string& out, ShardId shard)
{
    fmt::format_to(std::back_inserter(out), "shardId-{:012}", raw(shard));
}

void TransformCall::start(std::string_view invocation_id)
{
    body_.assign("{\"invocationId\":");
    append_string(body_, invocation_id);
    body_.append(",\"records\":[");
    empty_ = true;
}

bool TransformCall::try_add(const Window& window, const Window::Record& record)
{
    const auto before = body_.size();
    append_number(body_.append(empty_ ? "{\"recordId\":\"" : ",{\"recordId\":\""), record.sequence);
    append_number(body_.append("\",\"approximateArrivalTimestamp\":"), record.arrival_ms);
    append_base64(body_.append(",\"data\":\""), window.data(record));
    append_number(body_.append("\",\"kinesisRecordMetadata\":{\"sequenceNumber\":\""), record.sequence);
    append_string(body_.append("\",\"subsequenceNumber\":0,\"partitionKey\":"), window.partition_key(record));
    append_shard_name(body_.append(",\"shardId\":\""), window.shard);
    append_number(body_.append("\",\"approximateArrivalTimestamp\":"), record.arrival_ms);
    body_.append("}}");
    if (!empty_ && body_.size() + kEnd.size() > max_bytes_) {
        body_.resize(before);
        return false;
    }
    empty_ = false;
    return true;
}

std::string_view TransformCall::finish()
{
    return body_.append(kEnd);
}

}  // namespace alleycat::delivery
