#include "api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::serve;

TEST_CASE("the clock says which race runs, and is never kept", "[serve][api][clock]")
{
    ApiServer server;
    server.moment = race_moment(1'620'240'656'076, 300, 300);
    const auto answer = server.get("/api/v1/clock");
    CHECK(answer.status == 200);
    CHECK(answer.header("content-type") == "application/json");
    CHECK(answer.header("cache-control") == "no-store");
    CHECK(answer.header("access-control-allow-origin") == "*");
    CHECK_FALSE(answer.headers.contains("etag"));
    CHECK(answer.body == R"({"now":1620240656076,"raceId":5400802,"second":57,"start":1620240600000,)"
                         R"("next":1620240900000,"length":300,"window":300,"viewerTop":1000})");
    CHECK(server.get("/api/v1/clock", "", "HEAD").header("content-length") == std::to_string(answer.body.size()));
}

TEST_CASE("a client is told whether it needs a token, and what its own is good for", "[serve][api][access]")
{
    ApiServer server;
    CHECK(server.body("/api/v1/access") == R"({"mode":"none","openViewing":false,"role":null})");
    server.net.on_thread([&] { server.access = {true, true, {}}; });
    CHECK(server.body("/api/v1/access") == R"({"mode":"token","openViewing":true,"role":null})");
    server.net.on_thread([&] {
        server.access = {true, false, access::Identity{"k3m9tx2p", access::Role::Bike, RacerId{7}}};
    });
    CHECK(server.body("/api/v1/access") == R"({"mode":"token","openViewing":false,"role":"bike","racerId":7})");
}

TEST_CASE("between two races the clock says when the next one begins", "[serve][api][clock]")
{
    ApiServer server;
    server.moment = race_moment(1'620'240'600'000 + 300'000, 600, 300);
    CHECK(server.body("/api/v1/clock") ==
          R"({"now":1620240900000,"raceId":null,"second":null,"start":null,"next":1620241200000,"length":300,)"
          R"("window":600,"viewerTop":1000})");
    server.net.on_thread([&] { server.moment = race_moment(1'620'240'899'999, 600, 300); });
    CHECK(server.body("/api/v1/clock") ==
          R"({"now":1620240899999,"raceId":2700401,"second":300,"start":1620240600000,"next":1620241200000,)"
          R"("length":300,"window":600,"viewerTop":1000})");
}

TEST_CASE("what the doors refused is told newest first, each reason in a row once", "[serve][api][rejects]")
{
    ApiServer server;
    CHECK(server.body("/api/v1/rejects") == R"({"rejects":[]})");
    server.rejects.add("websocket", "OutOfRange", "cadence: must be \"0\" to 250", 1'000);
    server.rejects.add("mqtt-gym", "MissingField", "second: is missing", 2'000);
    server.rejects.add("mqtt-gym", "MissingField", "second: is missing", 3'000);
    CHECK(
        server.body("/api/v1/rejects") ==
        R"({"rejects":[{"at":3000,"door":"mqtt-gym","code":"MissingField","message":"second: is missing","count":2},)"
        R"({"at":1000,"door":"websocket","code":"OutOfRange","message":"cadence: must be \"0\" to 250","count":1}]})");
    CHECK(
        server.body("/api/v1/rejects?limit=1") ==
        R"({"rejects":[{"at":3000,"door":"mqtt-gym","code":"MissingField","message":"second: is missing","count":2}]})");
    for (const std::string wrong : {"0", "101", "x", ""}) {
        server.check_problem("/api/v1/rejects?limit=" + wrong, 400, "limit");
    }
}
