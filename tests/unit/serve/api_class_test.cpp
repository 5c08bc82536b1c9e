#include "api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::serve;
using ranking::RaceState;

namespace {

/// Racers 1 … 30 in class 1, racer 30 best; 11 and 12 share a score.
void store_leaderboard(ApiServer& server)
{
    std::vector<ranking::ResultRow> rows;
    for (std::uint64_t racer = 1; racer <= 30; ++racer) {
        rows.push_back(result(racer, racer == 12 ? 111 : 100 + static_cast<double>(racer)));
    }
    server.store({stored_race(9, 5'000, rows)});
}

/// The racers of a leaderboard, as ids with their ranks.
std::vector<std::pair<std::uint64_t, std::uint64_t>> ranks(const std::string& text)
{
    simdjson::dom::parser parser;
    const simdjson::dom::object board = parser.parse(text);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
    for (const simdjson::dom::object entry : board["entries"]) {
        found.emplace_back(std::uint64_t(entry["rank"]), std::uint64_t(entry["racerId"]));
    }
    return found;
}

/// The ids of all races of class 1, by pages of `limit`.
std::vector<std::int64_t> all_pages(const ApiServer& server, std::size_t limit)
{
    std::vector<std::int64_t> ids;
    std::string next = "/api/v1/classes/1/races?limit=" + std::to_string(limit);
    while (!next.empty()) {
        simdjson::dom::parser parser;
        const simdjson::dom::object page = parser.parse(server.body(next));
        const simdjson::dom::array races = page["races"];
        CHECK(races.size() <= limit);
        for (const simdjson::dom::object race : races) {
            ids.push_back(std::int64_t(race["raceId"]));
        }
        std::string_view more;
        next = page["next"].get(more) == simdjson::SUCCESS ? std::string(more) : "";
    }
    return ids;
}

}  // namespace

TEST_CASE("the classes are told with what is ridden in them", "[serve][api]")
{
    ApiServer server;
    CHECK(server.body("/api/v1/classes") ==
          R"([{"id":1,"name":"Spin \"Basics\"","raceLength":300,"activeRace":null,"racersNow":0,"score":"output"},)"
          R"({"id":2,"name":"Hills","raceLength":300,"activeRace":null,"racersNow":0,"score":"output"}])");
    server.publish({make_race({.rows = {row(0, 1, 110)}, .id = 10}),
                    make_race({.rows = {row(0, 1, 110), row(0, 2, 100)}, .id = -5, .opened = 2}),
                    make_race({.rows = {row(0, 1, 110)}, .id = 11, .opened = 3, .state = RaceState::Closed}),
                    make_race({.rows = {row(0, 1, 110)}, .id = 12, .class_id = 2, .state = RaceState::Closed})});
    CHECK(server.body("/api/v1/classes") ==
          R"([{"id":1,"name":"Spin \"Basics\"","raceLength":300,"activeRace":-5,"racersNow":2,"score":"output"},)"
          R"({"id":2,"name":"Hills","raceLength":300,"activeRace":null,"racersNow":0,"score":"output"}])");
}

TEST_CASE("a leaderboard's entries say who rode what, when and where", "[serve][api]")
{
    ApiServer server;
    CHECK(server.body("/api/v1/classes/2/leaderboard") == R"({"classId":2,"score":"output","total":0,"entries":[]})");
    store_leaderboard(server);
    CHECK(server.body("/api/v1/classes/1/leaderboard?limit=2") ==
          R"({"classId":1,"score":"output","total":30,"entries":[)"
          R"({"rank":1,"racerId":30,"name":"R30","output":130,"raceId":9,"achievedAt":305000},)"
          R"({"rank":2,"racerId":29,"name":"R29","output":129,"raceId":9,"achievedAt":305000}]})");
}

TEST_CASE("a leaderboard is paged, and ranks count from its top", "[serve][api]")
{
    const auto ties = GENERATE(ranking::Ties::Competition, ranking::Ties::Dense);
    const bool dense = ties == ranking::Ties::Dense;
    ApiServer server(ties);
    store_leaderboard(server);
    CHECK(ranks(server.body("/api/v1/classes/1/leaderboard")).size() == 30);
    using Ranks = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
    CHECK(ranks(server.body("/api/v1/classes/1/leaderboard?offset=17&limit=4")) ==
          (dense ? Ranks{{18, 13}, {19, 11}, {19, 12}, {20, 10}} : Ranks{{18, 13}, {19, 11}, {19, 12}, {21, 10}}));
    CHECK(ranks(server.body("/api/v1/classes/1/leaderboard?offset=30")).empty());
    CHECK(ranks(server.body("/api/v1/classes/1/leaderboard?offset=1000000000&limit=1000")).empty());
}

TEST_CASE("around shows a racer's neighbours", "[serve][api]")
{
    ApiServer server;
    store_leaderboard(server);
    const auto racers = [&](const std::string& query) {
        std::vector<std::uint64_t> ids;
        for (const auto& [rank, racer] : ranks(server.body("/api/v1/classes/1/leaderboard?" + query))) {
            ids.push_back(racer);
        }
        return ids;
    };
    using Ids = std::vector<std::uint64_t>;
    CHECK(racers("around=20") == Ids{25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15});
    CHECK(racers("around=20&limit=3") == Ids{21, 20, 19});
    CHECK(racers("around=20&limit=1") == Ids{20});
    CHECK(racers("around=20&limit=4") == Ids{22, 21, 20, 19});
    CHECK(racers("around=30&limit=3") == Ids{30, 29});
    CHECK(racers("around=30&limit=4") == Ids{30, 29});
    CHECK(racers("around=1&limit=4") == Ids{3, 2, 1});
    CHECK(racers("around=12&limit=3") == Ids{11, 12, 10});
    CHECK(ranks(server.body("/api/v1/classes/1/leaderboard?around=10&limit=3")) ==
          std::vector<std::pair<std::uint64_t, std::uint64_t>>{{19, 12}, {21, 10}, {22, 9}});
    server.check_problem("/api/v1/classes/1/leaderboard?around=99", 404, "around");
    server.check_problem("/api/v1/classes/2/leaderboard?around=20", 404, "around");
    server.check_problem("/api/v1/classes/1/leaderboard?around=20&offset=1", 400, "offset");
}

TEST_CASE("what is wrong with a class's parameters is named", "[serve][api]")
{
    ApiServer server;
    const std::string board = "/api/v1/classes/1/leaderboard?";
    for (const std::string value : {"0", "1001", "-1", "", "x", "1.5", "99999999999999999999", "1&limit=1"}) {
        server.check_problem(board + "limit=" + value, 400, "limit");
    }
    for (const std::string value : {"-1", "", "x", "1000000001", "1&offset=1"}) {
        server.check_problem(board + "offset=" + value, 400, "offset");
    }
    for (const std::string value : {"-1", "", "x", "9007199254740992", "1&around=1"}) {
        server.check_problem(board + "around=" + value, 400, "around");
    }
    for (const std::string value : {"0", "101", "x"}) {
        server.check_problem("/api/v1/classes/1/races?limit=" + value, 400, "limit");
    }
    for (const std::string value : {"x", "", "1.5", "99999999999999999999", "77"}) {
        server.check_problem("/api/v1/classes/1/races?before=" + value, 400, "before");
    }
    for (const std::string part : {"leaderboard", "races", "history?top=1"}) {
        server.check_problem("/api/v1/classes/3/" + part, 404, "classId");
        server.check_problem("/api/v1/classes/x/" + part, 400, "classId");
    }
    CHECK(server.body(board + "unknown=x&limit=5").size() > 2);
}

TEST_CASE("a class's races come newest first, remembered and stored ones as one list", "[serve][api]")
{
    ApiServer server;
    CHECK(server.body("/api/v1/classes/1/races") == R"({"classId":1,"races":[],"next":null})");
    server.store({stored_race(10, 1'000, {result(1, 110), result(2, 100)}),
                  stored_race(11, 2'000, {result(1, 110)}, 1, false), stored_race(12, 2'500, {result(1, 1)}, 2)});
    server.publish({make_race({.rows = {row(0, 1, 110), row(0, 2, 1), row(0, 3, 1)},
                               .id = 11,
                               .state = RaceState::Closed,
                               .start_ms = 2'000,
                               .last_ms = 302'500}),
                    make_race({.rows = {row(0, 1, 110)}, .id = 9, .opened = 2, .start_ms = 3'000, .last_ms = 4'000})});
    CHECK(server.body("/api/v1/classes/1/races") ==
          R"({"classId":1,"races":[{"raceId":9,"start":3000,"end":null,"state":"running","racers":1},)"
          R"({"raceId":11,"start":2000,"end":302500,"state":"closed","racers":3},)"
          R"({"raceId":10,"start":1000,"end":301000,"state":"closed","racers":2}],"next":null})");
    CHECK(server.body("/api/v1/classes/2/races") ==
          R"({"classId":2,"races":[{"raceId":12,"start":2500,"end":302500,"state":"closed","racers":1}],"next":null})");
    CHECK(server.body("/api/v1/classes/1/races?limit=1") ==
          R"({"classId":1,"races":[{"raceId":9,"start":3000,"end":null,"state":"running","racers":1}],)"
          R"("next":"/api/v1/classes/1/races?limit=1&before=9"})");
}

TEST_CASE("pages of races miss none and repeat none, also while new ones come", "[serve][api]")
{
    ApiServer server;
    std::vector<std::shared_ptr<const ranking::RaceResult>> races;
    std::vector<std::int64_t> expected;
    for (std::int64_t id = 20; id >= 1; --id) {
        races.push_back(stored_race(id, 1'000 * ((id + 1) / 2), {result(1, 110)}));  // two begin together
        expected.push_back(id);
    }
    server.store(races);
    server.publish({make_race({.rows = {row(0, 1, 110)}, .id = 20, .start_ms = 10'000}),
                    make_race({.rows = {row(0, 1, 110)}, .id = 7, .opened = 2, .start_ms = 4'000})});
    for (const std::size_t limit : {1U, 2U, 3U, 7U, 20U, 100U}) {
        CHECK(all_pages(server, limit) == expected);
    }
    const auto second_page = server.body("/api/v1/classes/1/races?limit=5&before=16");
    server.publish({make_race({.rows = {row(0, 1, 110)}, .id = 99, .opened = 3, .start_ms = 50'000})});
    CHECK(server.body("/api/v1/classes/1/races?limit=5&before=16") == second_page);
}

TEST_CASE("a part of the history has the shape of the whole", "[serve][api]")
{
    ApiServer server;
    server.merge(1, 7, 115.2);
    server.merge(1, 12, 98.55);
    server.merge(1, 3, 120);
    server.merge(300, 12, 101.5);
    CHECK(server.body("/api/v1/classes/1/history?racers=12,7") == R"({"1":{"7":115.2,"12":98.55},"300":{"12":101.5}})");
    CHECK(server.body("/api/v1/classes/1/history?racers=7%2C7") == R"({"1":{"7":115.2}})");
    CHECK(server.body("/api/v1/classes/1/history?racers=99") == "{}");
    CHECK(server.body("/api/v1/classes/1/history?top=1") == R"({"1":{"3":120},"300":{"12":101.5}})");
    CHECK(server.body("/api/v1/classes/1/history?top=2") == R"({"1":{"3":120,"7":115.2},"300":{"12":101.5}})");
    CHECK(server.body("/api/v1/classes/2/history?top=1000") == "{}");
    server.check_problem("/api/v1/classes/1/history", 400, "racers");
    server.check_problem("/api/v1/classes/1/history?racers=7&top=1", 400, "top");
    std::string many = "0";
    for (int racer = 1; racer < 100; ++racer) {
        many += "," + std::to_string(racer);
    }
    CHECK(server.get("/api/v1/classes/1/history?racers=" + many).status == 200);
    for (const auto& racers : {std::string(), std::string("x"), std::string("1,"), std::string(",1"),
                               std::string("1,-2"), std::string("9007199254740992"), many + ",100"}) {
        server.check_problem("/api/v1/classes/1/history?racers=" + racers, 400, "racers");
    }
    for (const std::string top : {"", "0", "1001", "x"}) {
        server.check_problem("/api/v1/classes/1/history?top=" + top, 400, "top");
    }
}
