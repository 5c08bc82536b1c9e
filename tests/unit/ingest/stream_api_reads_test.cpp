#include "stream_api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ingest;

// What readers get back, and from where on.

namespace {

const std::string kShard = R"("StreamName":"alleycat","ShardId":"shardId-000000000000","ShardIteratorType":)";

struct ReadFixture : ApiFixture {
    using ApiFixture::ApiFixture;

    /// Puts one record; returns its sequence number.
    std::string put(std::string_view data, std::string_view key = "k")
    {
        return member(good("PutRecord", R"({"StreamName":"alleycat","Data":")" + base64(data) +
                                            R"(","PartitionKey":")" + std::string(key) + "\"}"),
                      "SequenceNumber");
    }
    std::string iterator(const std::string& type)
    {
        return member(good("GetShardIterator", "{" + kShard + type + "}"), "ShardIterator");
    }
    std::string records(const std::string& iterator, const std::string& more = {})
    {
        return good("GetRecords", R"({"ShardIterator":")" + iterator + "\"" + more + "}");
    }
    /// The data of records that stand for themselves, in base64: "YQ== Yg==".
    std::string data(const std::string& iterator, const std::string& more = {})
    {
        std::string all;
        const auto answer = records(iterator, more);
        for (auto at = answer.find(R"("Data":")"); at != std::string::npos; at = answer.find(R"("Data":")", at + 1)) {
            all += (all.empty() ? "" : " ") + member(answer.substr(at), "Data");
        }
        return all;
    }
};

std::string wrong_iterator(ReadFixture& reader, const std::string& type)
{
    const auto told = reader.refused("GetShardIterator", "{" + kShard + type + "}");
    return member(told, "__type") + ": " + member(told, "message");
}

}  // namespace

TEST_CASE("a record comes back as it was put", "[ingest][api][read]")
{
    ReadFixture reader;
    const std::string bytes("\0\xFF{}", 4);
    const auto sequence = reader.put(bytes, "a \\\"key\\\"");
    const auto answer = reader.records(reader.iterator(R"("TRIM_HORIZON")"));
    CHECK(member(answer, "SequenceNumber") == sequence);
    CHECK(member(answer, "Data") == base64(bytes));
    CHECK(answer.find(R"("PartitionKey":"a \"key\"")") != std::string::npos);
    const auto arrival = member(answer, "ApproximateArrivalTimestamp");
    REQUIRE(arrival.size() == std::string("1617290000.123").size());
    CHECK(arrival[10] == '.');
    CHECK(member(answer, "MillisBehindLatest") == "0");
    CHECK(answer.starts_with(R"({"Records":[{)"));
}

TEST_CASE("reading goes on where the last answer ended", "[ingest][api][read]")
{
    ReadFixture reader;
    for (const auto* data : {"a", "b", "c"}) {
        reader.put(data);
    }
    auto answer = reader.records(reader.iterator(R"("TRIM_HORIZON")"), R"(,"Limit":2)");
    CHECK(count(answer, "SequenceNumber") == 2);
    CHECK(std::stoull(member(answer, "MillisBehindLatest")) > 0);
    auto next = member(answer, "NextShardIterator");
    answer = reader.records(next);
    CHECK(member(answer, "Data") == base64("c"));
    CHECK(member(answer, "MillisBehindLatest") == "0");
    next = member(answer, "NextShardIterator");
    answer = reader.records(next);
    CHECK(answer.starts_with(R"({"Records":[],"NextShardIterator":")"));
    reader.put("d");
    CHECK(reader.data(next) == base64("d"));
    CHECK(reader.data(next) == base64("d"));  // an iterator may be used again
}

TEST_CASE("each type of iterator begins at its place", "[ingest][api][read]")
{
    ReadFixture reader;
    reader.put("a");
    const auto second = reader.put("b");
    const auto latest = reader.iterator(R"("LATEST")");
    CHECK(reader.data(latest).empty());
    reader.put("c");
    CHECK(reader.data(latest) == base64("c"));
    CHECK(reader.data(reader.iterator(R"("TRIM_HORIZON")")) == "YQ== Yg== Yw==");
    CHECK(reader.data(reader.iterator(R"("AT_SEQUENCE_NUMBER","StartingSequenceNumber":")" + second + "\"")) ==
          "Yg== Yw==");
    CHECK(reader.data(reader.iterator(R"("AFTER_SEQUENCE_NUMBER","StartingSequenceNumber":")" + second + "\"")) ==
          "Yw==");
    CHECK(reader.data(reader.iterator(R"("AT_SEQUENCE_NUMBER","StartingSequenceNumber":"0")")) == "YQ== Yg== Yw==");
    CHECK(reader.data(reader.iterator(R"("AT_TIMESTAMP","Timestamp":0)")) == "YQ== Yg== Yw==");
    CHECK(reader.data(reader.iterator(R"("AT_TIMESTAMP","Timestamp":-1.5)")) == "YQ== Yg== Yw==");
    CHECK(reader.data(reader.iterator(R"("AT_TIMESTAMP","Timestamp":1617290000.123)")) == "YQ== Yg== Yw==");
}

TEST_CASE("a timestamp of later than all records begins behind them", "[ingest][api][read]")
{
    ReadFixture reader;
    reader.put("a");
    reader.now_ms = std::int64_t{4'000'000'000'000};  // in the year 2096
    CHECK(reader.data(reader.iterator(R"("AT_TIMESTAMP","Timestamp":3999999999)")).empty());
}

TEST_CASE("type and place of an iterator must fit together", "[ingest][api][read]")
{
    ReadFixture reader;
    const std::string rule =
        "InvalidArgumentException: Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
        "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ";
    CHECK(wrong_iterator(reader, R"("AT_SEQUENCE_NUMBER")") ==
          rule + "AT_SEQUENCE_NUMBER and no StartingSequenceNumber.");
    CHECK(wrong_iterator(reader, R"("AFTER_SEQUENCE_NUMBER")") ==
          rule + "AFTER_SEQUENCE_NUMBER and no StartingSequenceNumber.");
    CHECK(wrong_iterator(reader, R"("LATEST","StartingSequenceNumber":"5")") ==
          rule + "LATEST and also a StartingSequenceNumber.");
    CHECK(wrong_iterator(reader, R"("TRIM_HORIZON","StartingSequenceNumber":"5")") ==
          rule + "TRIM_HORIZON and also a StartingSequenceNumber.");
    CHECK(
        wrong_iterator(reader, R"("AT_TIMESTAMP")") ==
        "InvalidArgumentException: Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current "
        "request has no timestamp parameter.");
    CHECK(wrong_iterator(reader, R"("AT_TIMESTAMP","Timestamp":1617290000.124)") ==
          "InvalidArgumentException: The timestampInMillis parameter cannot be greater than the "
          "currentTimestampInMillis. timestampInMillis: 1617290000124, currentTimestampInMillis: 1617290000123");
    CHECK(wrong_iterator(reader, R"("AT_TIMESTAMP","Timestamp":"a")") ==
          "SerializationException: class java.lang.String can not be converted to milliseconds since epoch");
    CHECK(wrong_iterator(reader, R"("X")") ==
          "ValidationException: 1 validation error detected: Value 'X' at 'shardIteratorType' failed to satisfy "
          "constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, "
          "AT_SEQUENCE_NUMBER, TRIM_HORIZON]");
    CHECK(reader.refused("GetShardIterator", "{}") ==
          error_text(
              "ValidationException",
              "3 validation errors detected: Value null at 'shardId' failed to satisfy constraint: Member must not "
              "be null; Value null at 'shardIteratorType' failed to satisfy constraint: Member must not be null; "
              "Value null at 'streamName' failed to satisfy constraint: Member must not be null"));
}

TEST_CASE("a sequence number that never was is refused", "[ingest][api][read]")
{
    ReadFixture reader;
    const auto last = reader.put("a");
    for (const auto& number : {std::to_string(std::stoull(last) + 1), std::string("18446744073709551616"),
                               std::string("99999999999999999999999999999999999999999999999999999999999")}) {
        CHECK(wrong_iterator(reader, R"("AT_SEQUENCE_NUMBER","StartingSequenceNumber":")" + number + "\"") ==
              "InvalidArgumentException: StartingSequenceNumber " + number +
                  " used in GetShardIterator on shard shardId-000000000000 in stream alleycat under account "
                  "000000000000 is "
                  "invalid because it did not come from this stream.");
    }
    CHECK(wrong_iterator(reader, R"("AT_SEQUENCE_NUMBER","StartingSequenceNumber":"abc")") ==
          "ValidationException: 1 validation error detected: Value 'abc' at 'startingSequenceNumber' failed to satisfy "
          "constraint: Member must satisfy regular expression pattern: 0|([1-9]\\\\d{0,128})");
}

TEST_CASE("a shard that is not there is not found", "[ingest][api][read]")
{
    ReadFixture reader(2);
    const auto told = [&reader](const std::string& shard) {
        return reader.refused("GetShardIterator",
                              R"({"StreamName":"alleycat","ShardIteratorType":"LATEST","ShardId":")" + shard + "\"}");
    };
    CHECK(told("shardId-000000000002") ==
          error_text("ResourceNotFoundException",
                     "Shard shardId-000000000002 in stream alleycat under account 000000000000 does not exist"));
    CHECK(told("xyz") == error_text("ResourceNotFoundException",
                                    "Could not find shard xyz in stream alleycat under account 000000000000."));
    CHECK(told("shardId-999999999999") ==
          error_text("ResourceNotFoundException",
                     "Could not find shard shardId-999999999999 in stream alleycat under account 000000000000."));
}

TEST_CASE("shards are read each for itself", "[ingest][api][read]")
{
    ReadFixture reader(2);
    const auto in_shard = [&reader](int shard) {
        return member(reader.good("GetShardIterator", R"({"StreamName":"alleycat","ShardIteratorType":"TRIM_HORIZON",)"
                                                      R"("ShardId":"shardId-00000000000)" +
                                                          std::to_string(shard) + "\"}"),
                      "ShardIterator");
    };
    reader.good("PutRecords",
                put_records({put_entry("a", "k", R"(,"ExplicitHashKey":"0")"),
                             put_entry("b", "k", R"(,"ExplicitHashKey":"340282366920938463463374607431768211455")")}));
    CHECK(reader.data(in_shard(0)) == base64("a"));
    CHECK(reader.data(in_shard(1)) == base64("b"));
}

TEST_CASE("an iterator that is broken or old is refused", "[ingest][api][read]")
{
    ReadFixture reader;
    const auto iterator = reader.iterator(R"("LATEST")");
    CHECK(reader.refused("GetRecords", R"({"ShardIterator":"abc"})") ==
          error_text("InvalidArgumentException", "Invalid ShardIterator."));
    CHECK(
        reader.refused("GetRecords", R"({"ShardIterator":"",)"
                                     R"("Limit":0})") ==
        error_text("ValidationException",
                   "2 validation errors detected: Value '0' at 'limit' failed to satisfy constraint: Member must have "
                   "value greater than or equal to 1; Value '' at 'shardIterator' failed to satisfy constraint: Member "
                   "must have length greater than or equal to 1"));
    CHECK(reader.refused("GetRecords", "{}") ==
          one_error("Value null at 'shardIterator' failed to satisfy constraint: Member must not be null"));
    CHECK(
        reader.refused("GetRecords", R"({"ShardIterator":")" + iterator + R"(","Limit":10001})") ==
        one_error("Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to "
                  "10000"));
    CHECK(reader.refused("GetRecords", R"({"ShardIterator":")" + iterator +
                                           R"(","StreamARN":"arn:aws:kinesis:x:000000000000:stream/other"})") ==
          error_text("ResourceNotFoundException", "Stream other under account 000000000000 not found."));
    reader.now_ms += 300'000;
    const auto fresh = member(reader.records(iterator), "NextShardIterator");
    reader.now_ms += 1;
    CHECK(member(reader.refused("GetRecords", R"({"ShardIterator":")" + iterator + "\"}"), "__type") ==
          "ExpiredIteratorException");
    reader.records(fresh);  // each answer's iterator has its own five minutes
}

TEST_CASE("reading is never in the way of a put that waits", "[ingest][api][read]")
{
    ReadFixture reader;
    reader.put("a");
    const auto iterator = reader.iterator(R"("TRIM_HORIZON")");
    reader.disk.hold_syncs();
    const auto put = reader.send("PutRecord", R"({"StreamName":"alleycat","Data":"Yg==","PartitionKey":"k"})");
    reader.pass_rounds();
    REQUIRE(reader.disk.wait_for_syncs());
    CHECK(reader.data(iterator) == base64("a"));  // what is not durable is not read
    CHECK_FALSE(*put);
    reader.disk.let_all_go();
    CHECK(reader.wait(put).status == 200);
    CHECK(reader.data(iterator) == "YQ== Yg==");
}

TEST_CASE("a log that cannot be read is an internal failure", "[ingest][api][read]")
{
    ReadFixture reader;
    reader.put("a");
    const auto iterator = reader.iterator(R"("TRIM_HORIZON")");
    reader.disk.fail({LogDisk::Call::Read}, EIO);
    const auto response = reader.call("GetRecords", R"({"ShardIterator":")" + iterator + "\"}");
    CHECK(response.status == 500);
    CHECK(member(body_of(response), "__type") == "InternalFailure");
    reader.disk.heal();
    CHECK(reader.data(iterator) == base64("a"));
}

TEST_CASE("a stream without a log says that there is nothing to read", "[ingest][api][read]")
{
    StreamApiOptions options;
    options.log = false;
    ReadFixture reader(1, options);
    CHECK(wrong_iterator(reader, R"("LATEST")") ==
          "InvalidArgumentException: This stream keeps no log (stream.log is off), so there is nothing to read.");
    CHECK(member(reader.refused("GetRecords", R"({"ShardIterator":"x"})"), "__type") == "InvalidArgumentException");
}
