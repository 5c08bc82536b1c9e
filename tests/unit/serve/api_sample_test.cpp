#include "api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::serve;

namespace {

constexpr const char* kLeaderboard =
    R"([{"PK":"class-1","SK":"racer-7","GSI":115.2,"raceId":5397285,"ts":1620240672076},)"
    R"({"PK":"class-1","SK":"racer-12","GSI":98.5556,"raceId":5397284,"ts":1620240372076}])";

constexpr const char* kRaces =
    R"([{"PK":"race-5397286","SK":"results","GSI":1,"results":"{\"7\":120.75}","ts":1620240700000},)"
    R"({"PK":"race-5397285","SK":"results","GSI":1,"results":"{\"7\":115.2,\"12\":90}","ts":1620240672076},)"
    R"({"PK":"race-5397284","SK":"results","GSI":1,"results":"{\"12\":98.55555,\"7\":97.5}","ts":1620240372076}])";

void store_two_races(ApiServer& server)
{
    server.store({stored_race(5397284, 1620240072076, {result(7, 97.5, 2), result(12, 98.55555, 1)}),
                  stored_race(5397285, 1620240372076, {result(7, 115.2, 3), result(12, 90, 4)})});
}

}  // namespace

TEST_CASE("GET /leaderboard is the sample's, byte for byte", "[serve][api][sample]")
{
    ApiServer server;
    store_two_races(server);
    CHECK(server.body("/leaderboard?classId=1") == kLeaderboard);
    CHECK(server.body("/leaderboard?classId=2") == "[]");
}

TEST_CASE("GET /getRaces is the sample's, newest first, running races with it", "[serve][api][sample]")
{
    ApiServer server;
    store_two_races(server);
    server.publish(
        {make_race({.rows = {row(0, 7, 120.75)}, .id = 5397286, .start_ms = 1620240680000, .last_ms = 1620240700000})});
    CHECK(server.body("/getRaces?classId=1") == kRaces);
    CHECK(server.body("/getRaces?classId=2") == "[]");
}

TEST_CASE("a race that is still remembered stands for what the database says of it", "[serve][api][sample]")
{
    ApiServer server;
    store_two_races(server);
    server.publish({make_race({.rows = {row(0, 12, 130.5)},
                               .id = 5397285,
                               .state = ranking::RaceState::Finished,
                               .start_ms = 1620240372076,
                               .last_ms = 1620240672099})});
    const auto text = server.body("/getRaces?classId=1");
    CHECK(text.find(R"("race-5397285","SK":"results","GSI":1,"results":"{\"12\":130.5}","ts":1620240672099})") !=
          std::string::npos);
    CHECK(text.find("race-5397285") == text.rfind("race-5397285"));
}

TEST_CASE("the sample's endpoints show no more than a thousand racers and a hundred races", "[serve][api][sample]")
{
    ApiServer server;
    std::vector<ranking::ResultRow> rows;
    for (std::uint64_t racer = 0; racer < 1'100; ++racer) {
        rows.push_back(result(racer, 100 + static_cast<double>(racer)));
    }
    std::vector<std::shared_ptr<const ranking::RaceResult>> races{stored_race(1, 1'000, rows)};
    for (std::int64_t id = 2; id <= 120; ++id) {
        races.push_back(stored_race(id, id * 1'000, {result(1, 1)}));
    }
    server.store(races);
    simdjson::dom::parser parser;
    simdjson::dom::array entries = parser.parse(server.body("/leaderboard?classId=1"));
    CHECK(entries.size() == 1'000);
    CHECK(std::string_view(entries.at(0)["SK"]) == "racer-1099");
    simdjson::dom::parser race_parser;
    entries = race_parser.parse(server.body("/getRaces?classId=1"));
    CHECK(entries.size() == 100);
    CHECK(std::string_view(entries.at(0)["PK"]) == "race-120");
    CHECK(std::string_view(entries.at(99)["PK"]) == "race-21");
}

TEST_CASE("the sample's endpoints want a class that there is", "[serve][api][sample]")
{
    ApiServer server;
    for (const std::string path : {"/leaderboard", "/getRaces"}) {
        for (const std::string query : {"", "?classId=", "?classId=3", "?classId=x", "?classId=-1", "?classId=1.0",
                                        "?classid=1", "?classId=1&classId=1", "?classId=4294967297"}) {
            server.check_problem(path + query, 400, "classId");
        }
        CHECK(server.get(path).body.find("classes 1, 2") != std::string::npos);
    }
}
