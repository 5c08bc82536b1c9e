#include "stream_api_fixture.hpp"

#include <set>

using namespace alleycat;
using namespace alleycat::ingest;

// What holds for every call.

TEST_CASE("every answer has an id of its own and the public API's type", "[ingest][api]")
{
    ApiFixture fixture;
    const auto good = fixture.call("ListStreams", "{}");
    const auto refused = fixture.call("PutRecord", "{}");
    CHECK(good.status == 200);
    CHECK(refused.status == 400);
    std::set<std::string> ids;
    for (const auto& response : {good, refused}) {
        CHECK(header_of(response, "Content-Type") == "application/x-amz-json-1.1");
        ids.insert(header_of(response, "x-amzn-RequestId"));
    }
    CHECK(ids.size() == 2);
    CHECK(ids.begin()->size() == 36);
}

TEST_CASE("an operation that is not offered is unknown", "[ingest][api]")
{
    ApiFixture fixture;
    CHECK(fixture.refused("CreateStream", "{}") ==
          error_text("UnknownOperationException", "There is no operation 'Kinesis_20131202.CreateStream' here."));
    for (const auto* target :
         {"", "PutRecord", "Kinesis_20131202", "Kinesis_20131202.putrecord", "DynamoDB_20120810.PutItem"}) {
        auto request = ApiRequest::call("", "{}");
        request.headers["x-amz-target"] = target;
        const auto response = fixture.wait(fixture.send(request));
        CHECK(response.status == 400);
        CHECK(member(body_of(response), "__type") == "UnknownOperationException");
    }
    auto bytes = ApiRequest::call("", "{}");
    bytes.headers["x-amz-target"] = "\xFF\"\x01";
    CHECK(body_of(fixture.wait(fixture.send(bytes))) ==
          error_text("UnknownOperationException", "There is no operation '?\"?' here."));
}

TEST_CASE("calls are JSON, under either name of it", "[ingest][api]")
{
    ApiFixture fixture;
    const auto with_type = [&fixture](const std::string& type) {
        auto request = ApiRequest::call("ListStreams", "{}");
        request.headers["content-type"] = type;
        return fixture.wait(fixture.send(request));
    };
    CHECK(with_type("application/x-amz-json-1.1; charset=utf-8").status == 200);
    CHECK(with_type("application/json").status == 200);
    CHECK(with_type("").status == 400);
    CHECK(member(body_of(with_type("text/plain")), "__type") == "UnknownOperationException");
    const auto cbor = with_type("application/x-amz-cbor-1.1");
    CHECK(cbor.status == 400);
    CHECK(member(body_of(cbor), "__type") == "SerializationException");
    CHECK(member(body_of(cbor), "message").find("AWS_CBOR_DISABLE") != std::string::npos);
}

TEST_CASE("a call that is no JSON object is refused, whatever it is", "[ingest][api]")
{
    ApiFixture fixture;
    for (const auto* operation : {"PutRecord", "PutRecords", "GetRecords", "GetShardIterator", "ListStreams",
                                  "ListShards", "DescribeStream", "DescribeStreamSummary"}) {
        CAPTURE(operation);
        CHECK(member(fixture.refused(operation, ""), "__type") == "SerializationException");
        CHECK(member(fixture.refused(operation, "{"), "__type") == "SerializationException");
        CHECK(fixture.refused(operation, "[]") ==
              error_text("SerializationException", "Start of list found where not expected"));
    }
}

TEST_CASE("a description names the region for which it was signed", "[ingest][api]")
{
    ApiFixture fixture;
    auto request = ApiRequest::call("DescribeStreamSummary", R"({"StreamName":"alleycat"})");
    request.headers["authorization"] =
        "AWS4-HMAC-SHA256 Credential=any/20210401/ap-south-1/kinesis/aws4_request, SignedHeaders=host, Signature=any";
    CHECK(member(body_of(fixture.wait(fixture.send(request))), "StreamARN") ==
          "arn:aws:kinesis:ap-south-1:000000000000:stream/alleycat");
    CHECK(member(fixture.good("DescribeStreamSummary", R"({"StreamName":"alleycat"})"), "StreamARN") ==
          "arn:aws:kinesis:us-east-1:000000000000:stream/alleycat");
}

TEST_CASE("with access keys, only who signs gets an answer", "[ingest][api]")
{
    StreamApiOptions options;
    options.access_keys = {{"AKID", "secret"}};
    ApiFixture fixture(1, options);
    CHECK(fixture.refused("ListStreams", "{}") ==
          error_text("MissingAuthenticationTokenException", "Missing Authentication Token"));
    auto request = ApiRequest::call("PutRecord", R"({"StreamName":"alleycat","Data":"","PartitionKey":"k"})");
    request.headers["x-amz-date"] = "20210401T151320Z";  // ApiFixture::kNow
    request.headers["authorization"] =
        "AWS4-HMAC-SHA256 Credential=AKID/20210401/us-east-1/kinesis/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-target, "
        "Signature=7095298e9d8b2cdd86116f9b4f47d36b1d59302c72d64bfc8d580a0cb03b73dc";
    CHECK(fixture.wait(fixture.send(request)).status == 200);
    fixture.now_ms += 301'000;
    CHECK(member(body_of(fixture.wait(fixture.send(request))), "__type") == "InvalidSignatureException");
}

TEST_CASE("a stream that is not open answers who is admitted, or signs", "[ingest][api]")
{
    StreamApiOptions options;
    options.open = false;
    options.admits = [](const net::Request& request) { return request.header("Authorization") == "Bearer good"; };
    ApiFixture fixture(1, options);
    const auto missing = error_text("MissingAuthenticationTokenException", "Missing Authentication Token");
    CHECK(fixture.refused("ListStreams", "{}") == missing);
    auto request = ApiRequest::call("ListStreams", "{}");
    request.headers["authorization"] = "Bearer bad";
    CHECK(body_of(fixture.wait(fixture.send(request))) ==
          error_text("AccessDeniedException", "This token may not use the stream."));
    request.headers["authorization"] = "Bearer good";
    CHECK(fixture.wait(fixture.send(request)).status == 200);
}

TEST_CASE("a door that is closed answers 503", "[ingest][api]")
{
    ApiFixture fixture;
    fixture.api->close();
    for (const auto* operation : {"PutRecord", "ListStreams", "GetRecords"}) {
        const auto response = fixture.call(operation, "{}");
        CHECK(response.status == 503);
        CHECK(member(body_of(response), "__type") == "ServiceUnavailable");
    }
    CHECK(fixture.api->settled());
}
