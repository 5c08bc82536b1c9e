#include "ingest_reply.hpp"

#include <catch2/catch.hpp>

using namespace alleycat::sim;

TEST_CASE("an acknowledgement carries running totals", "[sim][reply]")
{
    const auto reply = parse_ingest_reply(R"({"type":"ack","accepted":18446744073709551615,"rejected":2})");
    REQUIRE(std::holds_alternative<Acknowledgement>(reply));
    CHECK(std::get<Acknowledgement>(reply).accepted == 18446744073709551615U);
    CHECK(std::get<Acknowledgement>(reply).rejected == 2);
}

TEST_CASE("a rejection names the record, with and without its uuid", "[sim][reply]")
{
    const std::string uuid = GENERATE(R"()", R"("uuid":"0-1",)");
    const std::string text = R"({"type":"reject","index":17,)" + uuid + R"("code":"OutOfRange","message":"not \"x\""})";
    const auto reply = parse_ingest_reply(text);
    REQUIRE(std::holds_alternative<Rejection>(reply));
    CHECK(std::get<Rejection>(reply).index == 17);
    CHECK(std::get<Rejection>(reply).code == "OutOfRange");
    CHECK(std::get<Rejection>(reply).message == R"(not \"x\")");
}

TEST_CASE("blanks between the tokens change nothing", "[sim][reply]")
{
    const auto reply = parse_ingest_reply(R"({ "type": "ack", "accepted": 3, "rejected" : 0 })");
    REQUIRE(std::holds_alternative<Acknowledgement>(reply));
    CHECK(std::get<Acknowledgement>(reply).accepted == 3);
}

TEST_CASE("other texts say nothing", "[sim][reply]")
{
    const std::string text =
        GENERATE("", "{}", R"({"type":"ack"})", R"({"type":"ack","accepted":"x","rejected":0})",
                 R"({"type":"hello","accepted":1,"rejected":0})", R"({"type":)", R"({"type":"ack)");
    CHECK(std::holds_alternative<std::monostate>(parse_ingest_reply(text)));
}
