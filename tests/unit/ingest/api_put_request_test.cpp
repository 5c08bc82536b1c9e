#include "api_put_request.hpp"

#include "stream_api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ingest;

// What a put may hold. Error types and messages are the public API's.

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
const std::string kLargestKey = "340282366920938463463374607431768211455";

struct Reader {
    PutRequestReader reader;
    std::string body;

    ApiResult<PutRequestReader::Entries> one(std::string_view text)
    {
        body = ApiRequest::padded(text);
        return reader.read_record(std::string_view(body).substr(0, text.size()), {"alleycat", kMiB});
    }
    ApiResult<PutRequestReader::Entries> many(std::string_view text)
    {
        body = ApiRequest::padded(text);
        return reader.read_records(std::string_view(body).substr(0, text.size()), {"alleycat", kMiB});
    }
};

/// "Type: message", or "good".
std::string outcome(const ApiResult<PutRequestReader::Entries>& result)
{
    return result ? "good" : result.error().type + ": " + result.error().message;
}

/// Of a PutRecord with these members besides a stream's name.
std::string one(const std::string& members)
{
    Reader reader;
    return outcome(reader.one(R"({"StreamName":"alleycat",)" + members + "}"));
}

std::string many(const std::string& records)
{
    Reader reader;
    return outcome(reader.many(R"({"StreamName":"alleycat","Records":)" + records + "}"));
}

std::string wrong_value(const std::string& complaint)
{
    return "ValidationException: 1 validation error detected: Value " + complaint;
}

std::string repeated(const std::string& text, int times)
{
    std::string made;
    for (int time = 0; time < times; ++time) {
        made += text;
    }
    return made;
}

}  // namespace

TEST_CASE("a put brings data, keys and hash keys as they were sent", "[ingest][api]")
{
    Reader reader;
    const auto entries = reader.many(
        put_records({put_entry("hello", "k1"), put_entry(std::string("\0\xFF\x80", 3), "\\u00e9\\n", ",\"Other\":[{}]"),
                     put_entry("", "k3", R"(,"ExplicitHashKey":"0")"),
                     put_entry("x", "k4", R"(,"ExplicitHashKey":")" + kLargestKey + "\"")}));
    REQUIRE(entries.has_value());
    REQUIRE(entries->size() == 4);
    CHECK((*entries)[0].data == "hello");
    CHECK((*entries)[0].partition_key == "k1");
    CHECK_FALSE((*entries)[0].hash_key);
    CHECK((*entries)[1].data == std::string_view("\0\xFF\x80", 3));
    CHECK((*entries)[1].partition_key == "\xC3\xA9\n");
    CHECK((*entries)[2].data.empty());
    CHECK((*entries)[2].hash_key == stream::HashKey{0});
    CHECK((*entries)[3].hash_key == stream::kMaxHashKey);
}

TEST_CASE("a reader is used again, after good calls and bad ones", "[ingest][api]")
{
    Reader reader;
    CHECK(reader.many(put_records({put_entry("a", "k"), put_entry("b", "k")}))->size() == 2);
    CHECK_FALSE(reader.many("{").has_value());
    CHECK_FALSE(reader.one(R"({"StreamName":"alleycat"})").has_value());
    const auto entries = reader.one(R"({"StreamName":"alleycat","Data":"aGVsbG8=","PartitionKey":"k"})");
    REQUIRE(entries.has_value());
    REQUIRE(entries->size() == 1);
    CHECK(entries->front().data == "hello");
}

TEST_CASE("what is absent is told, all of it at once", "[ingest][api]")
{
    Reader reader;
    CHECK(outcome(reader.one("{}")) ==
          "ValidationException: 3 validation errors detected: Value null at 'partitionKey' failed to satisfy "
          "constraint: Member must not be null; Value null at 'data' failed to satisfy constraint: Member must not be "
          "null; Value null at 'streamName' failed to satisfy constraint: Member must not be null");
    CHECK(outcome(reader.many("{}")) ==
          "ValidationException: 2 validation errors detected: Value null at 'records' failed to satisfy constraint: "
          "Member must not be null; Value null at 'streamName' failed to satisfy constraint: Member must not be null");
    CHECK(one(R"("Data":null,"PartitionKey":"k")") ==
          wrong_value("null at 'data' failed to satisfy constraint: Member must not be null"));
    CHECK(many("null") == wrong_value("null at 'records' failed to satisfy constraint: Member must not be null"));
    CHECK(many("[{}]") ==
          "ValidationException: 2 validation errors detected: Value null at 'records.1.member.partitionKey' failed to "
          "satisfy constraint: Member must not be null; Value null at 'records.1.member.data' failed to satisfy "
          "constraint: Member must not be null");
    CHECK(many("[null]") == many("[{}]"));
}

TEST_CASE("no more than ten complaints are told", "[ingest][api]")
{
    const auto told = many("[{},{},{},{},{},{},{}]");
    CHECK(told.starts_with("ValidationException: 10 validation errors detected: "));
    CHECK(count(told, "must not be null") == 10);
}

TEST_CASE("a partition key has 1 to 256 characters, whatever each takes in bytes", "[ingest][api]")
{
    const auto with_key = [](const std::string& key) { return one(R"("Data":"","PartitionKey":")" + key + "\""); };
    const std::string bike = "\xF0\x9F\x9A\xB2";  // four bytes
    CHECK(with_key("k") == "good");
    CHECK(with_key(std::string(256, 'k')) == "good");
    CHECK(with_key(repeated(bike, 256)) == "good");
    CHECK(with_key("") ==
          wrong_value("'' at 'partitionKey' failed to satisfy constraint: Member must have length greater than "
                      "or equal to 1"));
    const std::string too_long(257, 'k');
    CHECK(with_key(too_long) == wrong_value("'" + too_long +
                                            "' at 'partitionKey' failed to satisfy constraint: Member must "
                                            "have length less than or equal to 256"));
    CHECK(with_key(repeated(bike, 257)).starts_with("ValidationException: "));
}

TEST_CASE("an explicit hash key is a decimal number up to 2^128-1", "[ingest][api]")
{
    const auto with_key = [](const std::string& key) {
        return one(R"("Data":"","PartitionKey":"k","ExplicitHashKey":")" + key + "\"");
    };
    CHECK(with_key("0") == "good");
    CHECK(with_key(std::string(38, '9')) == "good");
    CHECK(with_key(kLargestKey) == "good");
    for (const std::string beyond :
         {"340282366920938463463374607431768211456", "340282366920938463463374607431768211460",
          "999999999999999999999999999999999999999"}) {
        CHECK(with_key(beyond) ==
              "InvalidArgumentException: Invalid ExplicitHashKey. ExplicitHashKey must be in the "
              "range: [0, 2^128-1]. Specified value was " +
                  beyond);
    }
    for (const std::string strange : {"", "-1", "1a", "01", "00", " 1", "1000000000000000000000000000000000000000"}) {
        CHECK(with_key(strange) == wrong_value("'" + strange +
                                               "' at 'explicitHashKey' failed to satisfy constraint: Member "
                                               "must satisfy regular expression pattern: 0|([1-9]\\d{0,38})"));
    }
    CHECK(
        many("[" + put_entry("", "k", R"(,"ExplicitHashKey":"x")") + "]").find("'records.1.member.explicitHashKey'") !=
        std::string::npos);
}

TEST_CASE("data that is not base64 is refused, with what is wrong", "[ingest][api]")
{
    const auto with_data = [](const std::string& data) { return one(R"("PartitionKey":"k","Data":)" + data); };
    CHECK(with_data(R"("")") == "good");
    CHECK(with_data(R"("aGVsbG8=")") == "good");
    CHECK(with_data(R"("\/+8=")") == "good");  // as PHP escapes it
    CHECK(
        with_data(R"("abc")") ==
        "SerializationException: 'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of "
        "4 bytes but found: 3");
    CHECK(with_data(R"("aGVs bG8=")").starts_with("SerializationException: "));
    CHECK(with_data(R"("=+/=")") ==
          "SerializationException: '=+/=' can not be converted to a Blob: Invalid Base64 character: '='");
    CHECK(with_data(R"("ab-_")") ==
          "SerializationException: 'ab-_' can not be converted to a Blob: Invalid Base64 character: '-'");
    CHECK(with_data(R"("aa==aaaa")").starts_with("SerializationException: "));
    CHECK(with_data(R"("QQ==")") == "good");
    CHECK(with_data(R"("QR==")") ==
          "SerializationException: 'QR==' can not be converted to a Blob: Invalid last non-pad Base64 character");
    CHECK(with_data(R"("QUI=")") == "good");
    CHECK(with_data(R"("QUJ=")").starts_with("SerializationException: "));
    CHECK(with_data(R"("a===")").starts_with("SerializationException: "));
    CHECK(many(R"([{"PartitionKey":"k","Data":"abc"}])").starts_with("SerializationException: 'abc'"));
}

TEST_CASE("a member of another JSON type is told in the public API's words", "[ingest][api]")
{
    CHECK(
        one(R"("Data":1,"PartitionKey":"k")") ==
        "SerializationException: class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to "
        "a Blob");
    CHECK(one(R"("Data":true,"PartitionKey":"k")") ==
          "SerializationException: class java.lang.Boolean can not be converted to a Blob");
    CHECK(one(R"("Data":{},"PartitionKey":"k")") ==
          "SerializationException: Start of structure or map found where not expected.");
    CHECK(one(R"("Data":[],"PartitionKey":"k")") == "SerializationException: Start of list found where not expected");
    CHECK(
        one(R"("Data":"","PartitionKey":5)") ==
        "SerializationException: class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to "
        "an String");
    CHECK(many(R"("a")") == "SerializationException: Expected list or null");
    CHECK(many("3") == "SerializationException: Expected list or null");
    CHECK(many("{}") == "SerializationException: Start of structure or map found where not expected.");
    CHECK(many("[1]") == "SerializationException: Expected null");
    CHECK(many("[[]]") == "SerializationException: Start of list found where not expected");
}

TEST_CASE("what is not one JSON object is refused", "[ingest][api]")
{
    Reader reader;
    for (const auto* text : {"", " ", "{", "nothing", "1", "\"a\"", R"({"StreamName":"alleycat")",
                             R"({"StreamName":"a"} {})", R"({"StreamName":nul})", R"({"Records":[{]})",
                             R"({"Records":[1})", "{\"StreamName\":\"\xFF\"}", R"({"StreamName" "a"})"}) {
        CAPTURE(text);
        const auto result = reader.many(text);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().type == "SerializationException");
    }
    CHECK(outcome(reader.many("[]")) == "SerializationException: Start of list found where not expected");
}

TEST_CASE("a call has 1 to 500 records", "[ingest][api]")
{
    const auto records = [](std::size_t count) {
        return put_records(std::vector<std::string>(count, put_entry("hello", "k")));
    };
    Reader reader;
    CHECK(outcome(reader.many(records(0))) ==
          wrong_value("'[]' at 'records' failed to satisfy constraint: Member must have "
                      "length greater than or equal to 1"));
    CHECK(reader.many(records(500))->size() == 500);
    CHECK(outcome(reader.many(records(501))) ==
          wrong_value("at 'records' failed to satisfy constraint: Member must have length less than or equal to 500"));
}

TEST_CASE("a record's data and key have 1 MiB together", "[ingest][api]")
{
    const auto with_data = [](std::size_t bytes) {
        return one(R"("PartitionKey":"key","Data":")" + base64(std::string(bytes, 'x')) + "\"");
    };
    CHECK(with_data(kMiB - 3) == "good");
    CHECK(with_data(kMiB - 2) ==
          wrong_value("at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048573"));
    CHECK(with_data(kMiB + 1) ==
          wrong_value("at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576"));
    CHECK(many("[" + put_entry("", "k") + "," + put_entry(std::string(kMiB, 'x'), "k") + "]")
              .find("'records.2.member.data'") != std::string::npos);
}

TEST_CASE("a call's data and keys have 10 MiB together", "[ingest][api]")
{
    std::vector<std::string> records(10, put_entry(std::string(kMiB - 1, 'x'), "k"));
    CHECK(many("[" + joined(records, ",") + "]") == "good");
    records.push_back(put_entry("", "k"));
    CHECK(many("[" + joined(records, ",") + "]") == "InvalidArgumentException: Records size exceeds 10 MB limit");
}

TEST_CASE("a stream is named by its name, its ARN or both", "[ingest][api]")
{
    Reader reader;
    const auto named = [&reader](const std::string& members) {
        return outcome(reader.one("{" + members + R"(,"Data":"","PartitionKey":"k"})"));
    };
    const std::string arn = R"("StreamARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/)";
    CHECK(named(R"("StreamName":"alleycat")") == "good");
    CHECK(named(arn + "alleycat\"") == "good");
    CHECK(named(arn + R"(alleycat","StreamName":"alleycat")") == "good");
    CHECK(named(arn + R"(other","StreamName":"alleycat")") ==
          "InvalidArgumentException: StreamARN and StreamName must refer to the same stream.");
    CHECK(named(R"("StreamName":"other")") ==
          "ResourceNotFoundException: Stream other under account 000000000000 not found.");
    CHECK(named(arn + "other\"") == "ResourceNotFoundException: Stream other under account 000000000000 not found.");
    CHECK(named(R"("StreamName":"a$b")") ==
          wrong_value(
              "'a$b' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
              "[a-zA-Z0-9_.-]+"));
    CHECK(named(R"("StreamName":"")") ==
          "ValidationException: 2 validation errors detected: Value '' at 'streamName' failed to satisfy constraint: "
          "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'streamName' failed to satisfy "
          "constraint: Member must have length greater than or equal to 1");
    CHECK(named(R"("StreamName":")" + std::string(129, 'a') + "\"") ==
          wrong_value(
              "'" + std::string(129, 'a') +
              "' at 'streamName' failed to satisfy constraint: Member must have length less than or equal to 128"));
    for (const std::string strange :
         {"alleycat", "arn:aws:kinesis:eu:12345678901:stream/alleycat", "arn:aws:s3:eu:123456789012:stream/alleycat",
          "arn:aws:kinesis:eu:123456789012:stream/", "arn:aws:kinesis:eu:123456789012:table/alleycat"}) {
        CHECK(named(R"("StreamARN":")" + strange + "\"") ==
              wrong_value("'" + strange +
                          "' at 'streamARN' failed to satisfy constraint: Member must satisfy regular expression "
                          "pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+"));
    }
}

TEST_CASE("a number for ordering must be a sequence number", "[ingest][api]")
{
    CHECK(one(R"("Data":"","PartitionKey":"k","SequenceNumberForOrdering":"5")") == "good");
    CHECK(
        one(R"("Data":"","PartitionKey":"k","SequenceNumberForOrdering":"05")") ==
        wrong_value(
            "'05' at 'sequenceNumberForOrdering' failed to satisfy constraint: Member must satisfy regular expression "
            "pattern: 0|([1-9]\\d{0,128})"));
}
