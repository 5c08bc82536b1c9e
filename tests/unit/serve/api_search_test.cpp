#include "api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::serve;
using ranking::RaceState;

namespace {

using RacerIds = std::vector<std::uint64_t>;

RacerIds found(const ApiServer& server, const std::string& query)
{
    simdjson::dom::parser parser;
    const simdjson::dom::object answer = parser.parse(server.body("/api/v1/racers" + query));
    RacerIds ids;
    for (const simdjson::dom::object racer : answer["racers"]) {
        ids.push_back(std::uint64_t(racer["racerId"]));
    }
    return ids;
}

ranking::ResultRow row_of(std::uint64_t racer, const std::string& name, std::int64_t last_ms)
{
    auto made = result(racer, 100);
    made.name = name;
    made.first_ms = last_ms - 300'000;
    made.last_ms = last_ms;
    return made;
}

ranking::Entry riding(std::uint64_t racer, const std::string& name, double output)
{
    auto made = row(0, racer, output);
    made.name = name;
    return made;
}

}  // namespace

TEST_CASE("racers are found by name or id, those seen last first", "[serve][api][search]")
{
    ApiServer server;
    CHECK(server.body("/api/v1/racers") == R"({"racers":[]})");
    server.store({stored_race(1, 1'000,
                              {row_of(7, "Hubert", 400'000), row_of(70, "Anna \"Ann\" Huber", 500'000),
                               row_of(8, "Room 7", 450'000), row_of(9, "50 %", 350'000)})});
    CHECK(server.body("/api/v1/racers?search=hubert") ==
          R"({"racers":[{"racerId":7,"name":"Hubert","firstSeen":100000,"lastSeen":400000}]})");
    CHECK(found(server, "") == RacerIds{70, 8, 7, 9});
    CHECK(found(server, "?search=") == RacerIds{70, 8, 7, 9});
    CHECK(found(server, "?limit=2") == RacerIds{70, 8});
    CHECK(found(server, "?search=HUBER") == RacerIds{70, 7});
    CHECK(found(server, "?search=7") == RacerIds{7, 70, 8});
    CHECK(found(server, "?search=7&limit=1") == RacerIds{7});
    CHECK(found(server, "?search=%25") == RacerIds{9});
    CHECK(found(server, "?search=_").empty());
    CHECK(found(server, "?search=%22ann%22") == RacerIds{70});
    CHECK(found(server, "?search=nobody").empty());
}

TEST_CASE("who rides the first race is found before it is stored", "[serve][api][search]")
{
    ApiServer server;
    server.store({stored_race(1, 1'000, {row_of(7, "Hubert", 400'000), row_of(8, "Berta", 500'000)})});
    server.publish({make_race({.rows = {riding(7, "Hubert H.", 90), riding(99, "Bert", 110)}, .id = 10, .opened = 2}),
                    make_race({.rows = {riding(99, "Bert", 80), riding(12, "Alberta", 70)}, .id = 11, .class_id = 2}),
                    make_race({.rows = {riding(13, "Gilbert", 70)}, .id = 9, .state = RaceState::Closed})});
    CHECK(server.body("/api/v1/racers?search=bert") ==
          R"({"racers":[{"racerId":99,"name":"Bert","firstSeen":null,"lastSeen":null},)"
          R"({"racerId":7,"name":"Hubert H.","firstSeen":100000,"lastSeen":400000},)"
          R"({"racerId":12,"name":"Alberta","firstSeen":null,"lastSeen":null},)"
          R"({"racerId":8,"name":"Berta","firstSeen":200000,"lastSeen":500000}]})");
    CHECK(found(server, "?search=bert&limit=2") == RacerIds{99, 7});
    CHECK(found(server, "?search=9") == RacerIds{99});
    CHECK(found(server, "?search=12&limit=1") == RacerIds{12});
    CHECK(found(server, "?search=gil").empty());  // a closed race is stored, or was erased
}

TEST_CASE("the racer of exactly this id comes first, stored or riding", "[serve][api][search]")
{
    ApiServer server;
    server.store({stored_race(1, 1'000, {row_of(1, "Old", 400'000)})});
    server.publish({make_race({.rows = {riding(10, "A", 90), riding(11, "B", 80), riding(100, "C", 70)}, .id = 10})});
    CHECK(found(server, "?search=1") == RacerIds{1, 10, 11, 100});
    CHECK(found(server, "?search=1&limit=1") == RacerIds{1});
    CHECK(found(server, "?search=100&limit=1") == RacerIds{100});
    CHECK(found(server, "?search=11") == RacerIds{11});
}

TEST_CASE("everybody on large boards is looked at", "[serve][api][search]")
{
    ApiServer server;
    std::vector<ranking::Entry> rows;
    for (std::uint64_t racer = 1; racer <= 2'500; ++racer) {
        rows.push_back(riding(racer, "Rider " + std::to_string(racer), 200 - static_cast<double>(racer) / 100));
    }
    server.publish({make_race({.rows = rows, .id = 10})});
    CHECK(found(server, "?search=rider+2500") == RacerIds{2'500});
    CHECK(found(server, "?search=rider&limit=100").size() == 100);
    CHECK(found(server, "?search=250") == RacerIds{250, 1'250, 2'250, 2'500});  // in their names, too
}

TEST_CASE("a search that cannot be is refused by name", "[serve][api][search]")
{
    ApiServer server;
    const std::string longest = "search=" + std::string(64, 'a');
    CHECK(found(server, "?" + longest).empty());
    server.check_problem("/api/v1/racers?" + longest + "a", 400, "search");
    std::string umlauts = "search=";
    for (int count = 0; count < 64; ++count) {
        umlauts += "%c3%a4";
    }
    CHECK(found(server, "?" + umlauts).empty());
    server.check_problem("/api/v1/racers?" + umlauts + "%c3%a4", 400, "search");
    server.check_problem("/api/v1/racers?search=a&search=b", 400, "search");
    for (const std::string wrong : {"0", "101", "-1", "x", ""}) {
        server.check_problem("/api/v1/racers?limit=" + wrong, 400, "limit");
    }
    CHECK(found(server, "?search=%ff%00%5c").empty());
}
