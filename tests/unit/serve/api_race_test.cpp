#include "api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::serve;
using ranking::RaceState;

namespace {

constexpr const char* kResults = "/api/v1/races/5397285/results?classId=1";
constexpr const char* kCsv = "/api/v1/races/5397285/results.csv?classId=1";

ranking::Entry named(ranking::Entry entry, std::string name)
{
    entry.name = std::move(name);
    return entry;
}

}  // namespace

TEST_CASE("results of a stored race are ranked by the score, ties by who got there first", "[serve][api]")
{
    const auto ties = GENERATE(ranking::Ties::Competition, ranking::Ties::Dense);
    const std::string last_rank = ties == ranking::Ties::Dense ? "3" : "4";
    ApiServer server(ties);
    server.store({stored_race(5397285, 1'000,
                              {result(3, 100, 9), result(7, 115.2, 1), result(8, 90, 2, false), result(12, 100, 8)})});
    CHECK(server.body(kResults) ==
          R"({"classId":1,"raceId":5397285,"start":1000,"end":301000,"state":"closed","score":"output","total":4,)"
          R"("results":[{"rank":1,"racerId":7,"name":"R7","output":115.2,"second":300,"finished":true},)"
          R"({"rank":2,"racerId":12,"name":"R12","output":100,"second":300,"finished":true},)"
          R"({"rank":2,"racerId":3,"name":"R3","output":100,"second":300,"finished":true},)"
          R"({"rank":)" +
              last_rank + R"(,"racerId":8,"name":"R8","output":90,"second":57,"finished":false}]})");
    CHECK(server.body(std::string(kResults) + "&offset=1&limit=1") ==
          R"({"classId":1,"raceId":5397285,"start":1000,"end":301000,"state":"closed","score":"output","total":4,)"
          R"("results":[{"rank":2,"racerId":12,"name":"R12","output":100,"second":300,"finished":true}]})");
    CHECK(server.body(std::string(kResults) + "&offset=9").find(R"("total":4,"results":[]})") != std::string::npos);
}

TEST_CASE("results of a race that is remembered are those of its board", "[serve][api]")
{
    ApiServer server;
    server.store({stored_race(5397285, 1'000, {result(7, 1)})});  // an earlier state
    auto finished = row(0, 12, 98.55, 300);
    finished.finished = true;
    server.publish({make_race({.rows = {row(0, 7, 115.2, 57, true), finished}, .start_ms = 1'000, .last_ms = 2'000})});
    CHECK(server.body(kResults) ==
          R"({"classId":1,"raceId":5397285,"start":1000,"end":null,"state":"running","score":"output","total":2,)"
          R"("results":[{"rank":1,"racerId":7,"name":"R7","output":115.2,"second":57,"finished":false,"record":true},)"
          R"({"rank":2,"racerId":12,"name":"R12","output":98.55,"second":300,"finished":true,"record":false}]})");
    CHECK(server.body(std::string(kResults) + "&offset=1").find(R"("results":[{"rank":2,"racerId":12,)") !=
          std::string::npos);
}

TEST_CASE("results are told of a race that there is, in its class", "[serve][api]")
{
    ApiServer server;
    server.store({stored_race(-5, 1'000, {result(7, 1)})});
    CHECK(server.body("/api/v1/races/-5/results?classId=1").find(R"("raceId":-5)") != std::string::npos);
    for (const std::string ending : {"results", "results.csv"}) {
        server.check_problem("/api/v1/races/-5/" + ending + "?classId=2", 404, "raceId");
        server.check_problem("/api/v1/races/77/" + ending + "?classId=1", 404, "raceId");
        server.check_problem("/api/v1/races/x/" + ending + "?classId=1", 400, "raceId");
        server.check_problem("/api/v1/races/-5/" + ending, 400, "classId");
        server.check_problem("/api/v1/races/-5/" + ending + "?classId=9", 400, "classId");
    }
    server.check_problem("/api/v1/races/-5/results?classId=1&limit=1001", 400, "limit");
    server.check_problem("/api/v1/races/-5/results?classId=1&offset=x", 400, "offset");
}

TEST_CASE("results are exported as CSV", "[serve][api]")
{
    ApiServer server;
    server.publish({make_race(
        {.rows = {named(row(0, 1, 110, 300), "Zo\xC3\xAB"), named(row(0, 2, 109), "a,b"),
                  named(row(0, 3, 108), "say \"hi\""), named(row(0, 4, 107), "=1+1"), named(row(0, 5, 106), "@x,\"y\""),
                  named(row(0, 6, 105.5), ""), named(row(0, 7, 105), "two\nlines"), named(row(0, 8, 104), "-1"),
                  named(row(0, 9, 103), "+1"), named(row(0, 10, 102), "a=b")}})});
    const auto answer = server.get(kCsv);
    CHECK(answer.status == 200);
    CHECK(answer.header("content-type") == "text/csv; charset=utf-8");
    CHECK(answer.header("content-disposition") == "attachment; filename=\"race-5397285-class-1.csv\"");
    CHECK(answer.body ==
          "rank,racerId,name,output,second,finished,unverified\r\n"
          "1,1,Zo\xC3\xAB,110,300,false,false\r\n"
          "2,2,\"a,b\",109,57,false,false\r\n"
          "3,3,\"say \"\"hi\"\"\",108,57,false,false\r\n"
          "4,4,'=1+1,107,57,false,false\r\n"
          "5,5,\"'@x,\"\"y\"\"\",106,57,false,false\r\n"
          "6,6,,105.5,57,false,false\r\n"
          "7,7,\"two\nlines\",105,57,false,false\r\n"
          "8,8,'-1,104,57,false,false\r\n"
          "9,9,'+1,103,57,false,false\r\n"
          "10,10,a=b,102,57,false,false\r\n");
    server.store({stored_race(4, 1'000, {result(7, 115.2, 1), result(12, 115.2, 0)})});
    CHECK(server.get("/api/v1/races/4/results.csv?classId=1").body ==
          "rank,racerId,name,output,second,finished,unverified\r\n1,12,R12,115.2,300,true,false\r\n1,7,R7,115.2,300,"
          "true,false\r\n");
}
