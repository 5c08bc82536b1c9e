#include "api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::serve;

namespace {

const std::string kLocal = "Host: 127.0.0.1:8080\r\n";

/// A DELETE with these headers.
net::Answer erase(const ApiServer& server, const std::string& headers, const std::string& racer = "7")
{
    net::RawClient client(server.net.port());
    client.send("DELETE /api/v1/racers/" + racer + " HTTP/1.1\r\n" + headers + "\r\n");
    return client.answer();
}

/// class/race of all of the racer's races, by pages of `limit`.
std::vector<std::string> all_races(const ApiServer& server, std::size_t limit)
{
    std::vector<std::string> found;
    std::string next = "/api/v1/racers/7?limit=" + std::to_string(limit);
    while (!next.empty()) {
        simdjson::dom::parser parser;
        const simdjson::dom::object page = parser.parse(server.body(next));
        const simdjson::dom::array races = page["races"];
        CHECK(races.size() <= limit);
        for (const simdjson::dom::object race : races) {
            found.push_back(std::to_string(std::uint64_t(race["classId"])) + "/" +
                            std::to_string(std::int64_t(race["raceId"])));
        }
        std::string_view more;
        next = page["next"].get(more) == simdjson::SUCCESS ? std::string(more) : "";
    }
    return found;
}

}  // namespace

TEST_CASE("a racer is told with bests and races of every class", "[serve][api]")
{
    ApiServer server;
    server.store({stored_race(4, 10'000, {result(7, 110, 1), result(8, 115)}),
                  stored_race(5, 400'000, {result(7, 105, 2, false)}), stored_race(5, 400'000, {result(7, 90)}, 2)});
    CHECK(
        server.body("/api/v1/racers/7") ==
        R"({"racerId":7,"name":"R7","firstSeen":1007,"lastSeen":301007,"personalBests":[)"
        R"({"classId":1,"output":110,"raceId":4,"rank":2,"achievedAt":310000},)"
        R"({"classId":2,"output":90,"raceId":5,"rank":1,"achievedAt":700000}],"races":[)"
        R"({"classId":2,"raceId":5,"start":400000,"end":700000,"state":"closed","output":90,"second":300,"finished":true},)"
        R"({"classId":1,"raceId":5,"start":400000,"end":700000,"state":"closed","output":105,"second":57,"finished":false},)"
        R"({"classId":1,"raceId":4,"start":10000,"end":310000,"state":"closed","output":110,"second":300,"finished":true}],)"
        R"("next":null})");
    CHECK(server.body("/api/v1/racers/7?limit=1").find(R"("next":"/api/v1/racers/7?limit=1&before=400000_5_2"})") !=
          std::string::npos);
}

TEST_CASE("a racer who rides for the first time is known", "[serve][api]")
{
    ApiServer server;
    server.publish({make_race({.rows = {row(0, 9, 110)}, .id = 6, .start_ms = 500, .last_ms = 600})});
    CHECK(
        server.body("/api/v1/racers/9") ==
        R"({"racerId":9,"name":"R9","firstSeen":null,"lastSeen":null,"personalBests":[],"races":[)"
        R"({"classId":1,"raceId":6,"start":500,"end":null,"state":"running","output":110,"second":57,"finished":false}],)"
        R"("next":null})");
    server.check_problem("/api/v1/racers/10", 404, "racerId");
}

TEST_CASE("pages of a racer's races miss none and repeat none", "[serve][api]")
{
    ApiServer server;
    std::vector<std::shared_ptr<const ranking::RaceResult>> races;
    std::vector<std::string> expected;
    for (std::int64_t id = 8; id >= 1; --id) {
        for (const std::uint32_t class_id : {2U, 1U}) {  // both begin at once
            races.push_back(stored_race(id, 1'000 * id, {result(7, 110)}, class_id));
            expected.push_back(std::to_string(class_id) + "/" + std::to_string(id));
        }
    }
    server.store(races);
    server.publish({make_race({.rows = {row(0, 7, 110)}, .id = 8, .start_ms = 8'000}),
                    make_race({.rows = {row(0, 7, 110)}, .id = 3, .class_id = 2, .opened = 2, .start_ms = 3'000})});
    for (const std::size_t limit : {1U, 2U, 3U, 5U, 16U, 100U}) {
        CHECK(all_races(server, limit) == expected);
    }
}

TEST_CASE("what is wrong with a racer's parameters is named", "[serve][api]")
{
    ApiServer server;
    server.store({stored_race(4, 10'000, {result(7, 110)})});
    for (const std::string id : {"x", "-1", "9007199254740992", "1.5"}) {
        server.check_problem("/api/v1/racers/" + id, 400, "racerId");
    }
    for (const std::string limit : {"0", "101", "x"}) {
        server.check_problem("/api/v1/racers/7?limit=" + limit, 400, "limit");
    }
    for (const std::string before :
         {"", "5", "5_5", "x_1_1", "1_x_1", "1_1_x", "1_1_1_1", "1_1_-1", "1_1_4294967296"}) {
        server.check_problem("/api/v1/racers/7?before=" + before, 400, "before");
    }
}

TEST_CASE("a person is erased, and the answer says what went", "[serve][api][erase]")
{
    ApiServer server;
    const auto answer = erase(server, kLocal);
    CHECK(answer.status == 200);
    CHECK(answer.header("content-type") == "application/json");
    CHECK(answer.body == R"({"results":2})");
    CHECK(server.net.on_thread([&] { return server.erased; }) == std::vector<RacerId>{RacerId{7}});
    server.net.on_thread([&] { server.erasure = ErasureFailure{"the disk is full"}; });
    const auto failed = erase(server, kLocal);
    CHECK(failed.status == 500);
    CHECK(failed.header("content-type") == "application/problem+json");
    CHECK(failed.body.find("the disk is full") != std::string::npos);
    CHECK(erase(server, kLocal, "x").status == 400);
    const auto preflight = server.get("/api/v1/racers/7", "Access-Control-Request-Method: DELETE\r\n", "OPTIONS");
    CHECK(preflight.header("access-control-allow-methods") == "GET, HEAD");
}
