#include "put_answer.hpp"

#include <catch2/catch.hpp>

using namespace alleycat::sim;
using Kind = PutAnswer::Kind;

TEST_CASE("each record of an answer is accepted or failed, in the order of the call", "[sim][put]")
{
    PutAnswerReader reader;
    const PutAnswer answer = reader.read(200, R"({"FailedRecordCount":2,"Records":[
        {"SequenceNumber":"1","ShardId":"shardId-000000000000"},
        {"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard \"1\""},
        {"SequenceNumber":"2","ShardId":"shardId-000000000000","ErrorCode":null},
        {"ErrorCode":"InternalFailure"}]})");
    CHECK(answer.kind == Kind::Records);
    CHECK(answer.failed == std::vector<bool>{false, true, false, true});
    CHECK(answer.message == R"(ProvisionedThroughputExceededException: Rate exceeded for shard "1")");
}

TEST_CASE("an answer that is not of this API is malformed", "[sim][put]")
{
    const std::string body = GENERATE("", "<html>", "[]", "{}", R"({"Records":7})", R"({"Records":[7]})",
                                      R"({"Records":[{}]})", R"({"Records":[{"SequenceNumber":"1"})",
                                      R"({"Records":[{"SequenceNumber":"1","ErrorCode":"InternalFailure"}]})",
                                      R"({"FailedRecordCount":1,"Records":[{"SequenceNumber":"1"}]})");
    CAPTURE(body);
    PutAnswerReader reader;
    const PutAnswer answer = reader.read(200, body);
    CHECK(answer.kind == Kind::Malformed);
    CHECK(answer.message.find("malformed") != std::string::npos);
}

TEST_CASE("an error of the whole call is for good", "[sim][put]")
{
    PutAnswerReader reader;
    const PutAnswer named =
        reader.read(400, R"({"__type":"ResourceNotFoundException","message":"Stream x not found."})");
    CHECK(named.kind == Kind::Refused);
    CHECK(named.message == "ResourceNotFoundException: Stream x not found.");
    const PutAnswer spaced = reader.read(400, R"({"__type":"com.amazon.coral.service#UnrecognizedClientException"})");
    CHECK(spaced.kind == Kind::Refused);
    CHECK(spaced.message == "UnrecognizedClientException");
    CHECK(reader.read(404, "not here").kind == Kind::Refused);
    CHECK(reader.read(404, "not here").message == "HTTP 404");
    CHECK(reader.read(204, "").kind == Kind::Refused);
}

TEST_CASE("unless it is throttling or a fault of the server", "[sim][put]")
{
    const std::string type =
        GENERATE("ProvisionedThroughputExceededException", "LimitExceededException", "a#ThrottlingException");
    PutAnswerReader reader;
    CHECK(reader.read(400, R"({"__type":")" + type + "\"}").kind == Kind::TryLater);
    CHECK(reader.read(429, "").kind == Kind::TryLater);
    CHECK(reader.read(500, R"({"__type":"InternalFailure"})").kind == Kind::TryLater);
    const PutAnswer unavailable = reader.read(503, "<html>");
    CHECK(unavailable.kind == Kind::TryLater);
    CHECK(unavailable.message == "HTTP 503");
}
