#include "api_descriptions.hpp"

#include "api_tokens.hpp"
#include "stream_api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ingest;

namespace {

constexpr std::int64_t kNow = 1'617'290'000'123;
using Describe = ApiResult<std::string> (*)(const CallMembers&, const StreamFacts&);

StreamFacts facts(std::uint32_t shards = 4)
{
    return {"alleycat", shards, std::chrono::hours(24), 1'617'200'000'007, "eu-west-1", kNow};
}

/// The answer's JSON, or "Type: message".
std::string told(Describe describe, const std::string& text, const StreamFacts& stream = facts())
{
    CallReader reader;
    const auto body = ApiRequest::padded(text);
    const auto call = reader.read(std::string_view(body).substr(0, text.size()));
    if (!call) {
        return call.error().type + ": " + call.error().message;
    }
    auto made = describe(*call, stream);
    return made ? *made : made.error().type + ": " + made.error().message;
}

const std::string kHead =
    R"("StreamName":"alleycat","StreamARN":"arn:aws:kinesis:eu-west-1:000000000000:stream/alleycat",)"
    R"("StreamStatus":"ACTIVE","StreamModeDetails":{"StreamMode":"PROVISIONED"},)"
    R"("StreamCreationTimestamp":1617200000.007)";
const std::string kSettings =
    R"(,"RetentionPeriodHours":24,"EnhancedMonitoring":[{"ShardLevelMetrics":[]}],"EncryptionType":"NONE")";

std::string shard(const std::string& number, const std::string& first, const std::string& last)
{
    return R"({"ShardId":"shardId-00000000000)" + number + R"(","HashKeyRange":{"StartingHashKey":")" + first +
           R"(","EndingHashKey":")" + last + R"("},"SequenceNumberRange":{"StartingSequenceNumber":"0"}})";
}

const std::string kShard0 = shard("0", "0", "85070591730234615865843651857942052863");
const std::string kShard1 =
    shard("1", "85070591730234615865843651857942052864", "170141183460469231731687303715884105727");
const std::string kShard2 =
    shard("2", "170141183460469231731687303715884105728", "255211775190703847597530955573826158591");
const std::string kShard3 =
    shard("3", "255211775190703847597530955573826158592", "340282366920938463463374607431768211455");

std::string wrong(const std::string& complaint)
{
    return "ValidationException: 1 validation error detected: Value " + complaint;
}

}  // namespace

TEST_CASE("the one stream is listed", "[ingest][api]")
{
    const std::string listed =
        R"({"StreamNames":["alleycat"],"HasMoreStreams":false,"StreamSummaries":[{)" + kHead + "}]}";
    const std::string none = R"({"StreamNames":[],"HasMoreStreams":false,"StreamSummaries":[]})";
    CHECK(told(list_streams, "{}") == listed);
    CHECK(told(list_streams, R"({"Limit":1,"ExclusiveStartStreamName":"a"})") == listed);
    CHECK(told(list_streams, R"({"ExclusiveStartStreamName":"alleycat"})") == none);
    CHECK(told(list_streams, R"({"NextToken":"x"})") == "InvalidArgumentException: Invalid NextToken.");
}

TEST_CASE("limits are whole numbers from 1 to 10000", "[ingest][api]")
{
    CHECK(told(list_streams, R"({"Limit":10000})").front() == '{');
    CHECK(told(list_streams, R"({"Limit":1.9})").front() == '{');
    CHECK(told(list_streams, R"({"Limit":0})") ==
          wrong("'0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"));
    CHECK(told(list_streams, R"({"Limit":10001})") ==
          wrong("'10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000"));
    CHECK(told(list_streams, R"({"Limit":1e300})") == wrong("'2147483647' at 'limit' failed to satisfy constraint: "
                                                            "Member must have value less than or equal to 10000"));
    CHECK(told(list_streams, R"({"Limit":"1"})") ==
          "SerializationException: class java.lang.String can not be converted to an Integer");
    CHECK(told(list_streams, R"({"Limit":{}})") ==
          "SerializationException: Start of structure or map found where not expected.");
    CHECK(told(list_shards, R"({"StreamName":"alleycat","MaxResults":0})") ==
          wrong("'0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1"));
}

TEST_CASE("a stream is described with all its shards", "[ingest][api]")
{
    CHECK(told(describe_stream, R"({"StreamName":"alleycat"})") ==
          R"({"StreamDescription":{)" + kHead + kSettings + R"(,"Shards":[)" + kShard0 + "," + kShard1 + "," + kShard2 +
              "," + kShard3 + R"(],"HasMoreShards":false}})");
}

TEST_CASE("a stream is described page by page", "[ingest][api]")
{
    const auto page = [](const std::string& members) {
        const auto text = told(describe_stream, R"({"StreamName":"alleycat",)" + members + "}");
        return text.substr(text.find(R"("Shards":)"));
    };
    CHECK(page(R"("Limit":2)") == R"("Shards":[)" + kShard0 + "," + kShard1 + R"(],"HasMoreShards":true}})");
    CHECK(page(R"("Limit":2,"ExclusiveStartShardId":"shardId-000000000001")") ==
          R"("Shards":[)" + kShard2 + "," + kShard3 + R"(],"HasMoreShards":false}})");
    CHECK(page(R"("ExclusiveStartShardId":"shardId-000000000003")") == R"("Shards":[],"HasMoreShards":false}})");
    CHECK(page(R"("ExclusiveStartShardId":"shardId-000000000009")") == R"("Shards":[],"HasMoreShards":false}})");
    CHECK(told(describe_stream, R"({"StreamName":"alleycat","ExclusiveStartShardId":"x x"})") ==
          wrong("'x x' at 'exclusiveStartShardId' failed to satisfy constraint: Member must satisfy regular expression "
                "pattern: [a-zA-Z0-9_.-]+"));
    const auto many = told(describe_stream, R"({"StreamName":"alleycat"})", facts(256));
    CHECK(count(many, "\"ShardId\"") == 100);
    CHECK(many.ends_with(R"("HasMoreShards":true}})"));
}

TEST_CASE("a summary says how many shards are open", "[ingest][api]")
{
    CHECK(told(describe_stream_summary, R"({"StreamARN":"arn:aws:kinesis:x:000000000000:stream/alleycat"})") ==
          R"({"StreamDescriptionSummary":{)" + kHead + kSettings + R"(,"OpenShardCount":4,"ConsumerCount":0}})");
    CHECK(told(describe_stream_summary, "{}") ==
          wrong("null at 'streamName' failed to satisfy constraint: Member must not be null"));
    CHECK(told(describe_stream_summary, R"({"StreamName":"other"})") ==
          "ResourceNotFoundException: Stream other under account 000000000000 not found.");
    auto short_lived = facts();
    short_lived.retention = std::chrono::minutes(90);
    CHECK(member(told(describe_stream_summary, R"({"StreamName":"alleycat"})", short_lived), "RetentionPeriodHours") ==
          "2");
}

TEST_CASE("shards are listed page by page, with a token for the next", "[ingest][api]")
{
    CHECK(told(list_shards, R"({"StreamName":"alleycat"})") ==
          R"({"Shards":[)" + kShard0 + "," + kShard1 + "," + kShard2 + "," + kShard3 + "]}");
    const auto first = told(list_shards, R"({"StreamName":"alleycat","MaxResults":3})");
    CHECK(first.starts_with(R"({"Shards":[)" + kShard0 + "," + kShard1 + "," + kShard2 + R"(],"NextToken":")"));
    const auto token = member(first, "NextToken");
    CHECK(told(list_shards, R"({"NextToken":")" + token + "\"}") == R"({"Shards":[)" + kShard3 + "]}");
    auto later = facts();
    later.now_ms += 300'001;
    CHECK(told(list_shards, R"({"NextToken":")" + token + "\"}", later).starts_with("ExpiredNextTokenException: "));
    CHECK(told(list_shards, R"({"NextToken":"x"})") == "InvalidArgumentException: Invalid NextToken.");
    CHECK(told(list_shards, R"({"StreamName":"alleycat","NextToken":")" + token + "\"}") ==
          "InvalidArgumentException: NextToken and StreamName cannot be provided together.");
    CHECK(told(list_shards, "{}") == "InvalidArgumentException: Either NextToken or StreamName should be provided.");
    CHECK(told(list_shards, R"({"NextToken":""})") ==
          wrong("'' at 'nextToken' failed to satisfy constraint: Member must have length greater than or equal to 1"));
}

TEST_CASE("a filter of shards may name the one before, and otherwise takes all", "[ingest][api]")
{
    const auto filtered = [](const std::string& filter) {
        return told(list_shards, R"({"StreamName":"alleycat","ShardFilter":)" + filter + "}");
    };
    const auto all = told(list_shards, R"({"StreamName":"alleycat"})");
    CHECK(filtered(R"({"Type":"AT_LATEST"})") == all);
    CHECK(filtered(R"({"Type":"AT_TIMESTAMP","Timestamp":1617290000.1})") == all);
    CHECK(filtered("null") == all);
    CHECK(filtered(R"({"Type":"AFTER_SHARD_ID","ShardId":"shardId-000000000002"})") ==
          R"({"Shards":[)" + kShard3 + "]}");
    CHECK(filtered(R"({"Type":"AFTER_SHARD_ID"})").starts_with("InvalidArgumentException: "));
    CHECK(filtered("{}") == wrong("null at 'shardFilter.type' failed to satisfy constraint: Member must not be null"));
    CHECK(filtered(R"({"Type":"X"})")
              .find("'shardFilter.type' failed to satisfy constraint: Member must satisfy enum "
                    "value set: [") != std::string::npos);
    CHECK(filtered("[]") == "SerializationException: Start of list found where not expected");
}
