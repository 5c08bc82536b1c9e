#include "api_fixture.hpp"

#include <alleycat/history/gunzip.hpp>

#include <algorithm>
#include <set>

using namespace alleycat;
using namespace alleycat::serve;

namespace {

const std::vector<std::string> kPaths{
    "/leaderboard?classId=1",
    "/getRaces?classId=1",
    "/api/v1/classes",
    "/api/v1/classes/1/leaderboard",
    "/api/v1/classes/1/races",
    "/api/v1/classes/1/history?top=50",
    "/api/v1/races/4/results?classId=1",
    "/api/v1/races/4/results.csv?classId=1",
    "/api/v1/racers?search=r",
    "/api/v1/racers/7",
    "/api/v1/rejects",
    "/api/v1/openapi.json",
    "/api/v1/asyncapi.json",
};

std::string unzipped(const std::string& gzip)
{
    history::Gunzip reader{std::string_view(gzip)};
    std::string text(10'000'000, '\0');
    const auto size = reader.read(text);
    REQUIRE(size);
    text.resize(*size);
    return text;
}

void store_a_race(ApiServer& server)
{
    std::vector<ranking::ResultRow> rows;
    for (std::uint64_t racer = 1; racer <= 200; ++racer) {
        rows.push_back(result(racer, 100 + static_cast<double>(racer)));
    }
    server.store({stored_race(4, 1'000, rows)});
    server.merge(1, 7, 115.2);
}

}  // namespace

TEST_CASE("what a client of the API has already is not sent again", "[serve][api][http]")
{
    ApiServer server;
    store_a_race(server);
    for (const auto& path : kPaths) {
        CAPTURE(path);
        const auto first = server.get(path);
        REQUIRE(first.status == 200);
        CHECK(first.header("cache-control") == "no-cache");
        CHECK(first.header("access-control-allow-origin") == "*");
        const auto tag = first.header("etag");
        const auto again = server.get(path, "If-None-Match: " + tag + "\r\n");
        CHECK(again.status == 304);
        CHECK(again.body.empty());
        CHECK(again.header("etag") == tag);
        CHECK(server.get(path, "If-None-Match: \"other\"\r\n").body == first.body);
    }
    const std::string board = "/api/v1/classes/1/leaderboard";
    const auto before = server.get(board).header("etag");
    server.store({stored_race(5, 2'000, {result(7, 999)})});
    const auto changed = server.get(board, "If-None-Match: " + before + "\r\n");
    CHECK(changed.status == 200);
    CHECK(changed.header("etag") != before);
}

TEST_CASE("long answers are zipped for who takes it, under a tag of their own", "[serve][api][http]")
{
    ApiServer server;
    store_a_race(server);
    const std::string takes = "Accept-Encoding: br, gzip\r\n";
    for (const auto& path : kPaths) {
        CAPTURE(path);
        const auto plain = server.get(path);
        const auto zipped = server.get(path, takes);
        CHECK(plain.header("vary") == "Accept-Encoding");
        CHECK(zipped.header("vary") == "Accept-Encoding");
        CHECK_FALSE(plain.headers.contains("content-encoding"));
        if (plain.body.size() < 1'024) {
            CHECK_FALSE(zipped.headers.contains("content-encoding"));
            CHECK(zipped.body == plain.body);
            continue;
        }
        REQUIRE(zipped.header("content-encoding") == "gzip");
        CHECK(zipped.body.size() < plain.body.size());
        CHECK(unzipped(zipped.body) == plain.body);
        CHECK(zipped.header("etag") != plain.header("etag"));
        CHECK(zipped.header("content-type") == plain.header("content-type"));
        CHECK(server.get(path, takes + "If-None-Match: " + zipped.header("etag") + "\r\n").status == 304);
        CHECK(server.get(path, takes + "If-None-Match: " + plain.header("etag") + "\r\n").status == 200);
    }
}

TEST_CASE("openapi.json names every route, and no other", "[serve][api][http]")
{
    ApiServer server;
    std::set<std::string> routes;
    for (const auto& route : server.net.server.routes()) {
        routes.insert(route);
    }
    // Those of other rooms, and of the history, which the fixture does without.
    for (const auto* other : {"POST /", "GET /history/class-{}.gz", "GET /history/class-{}.json", "GET /healthz",
                              "GET /readyz", "GET /metrics"}) {
        routes.insert(other);
    }
    simdjson::dom::parser parser;
    const simdjson::dom::object document = parser.parse(server.body("/api/v1/openapi.json"));
    std::set<std::string> named;
    for (const auto [path, item] : simdjson::dom::object(document["paths"])) {
        for (const auto [method, operation] : simdjson::dom::object(item)) {
            std::string pattern;
            bool inside = false;
            for (const char each : path) {
                inside = each == '{' || (inside && each != '}');
                pattern += inside && each != '{' ? "" : std::string(1, each);
            }
            named.insert((method == "get" ? "GET " : method == "post" ? "POST " : "DELETE ") + pattern);
        }
    }
    CHECK(named == routes);
}

TEST_CASE("HEAD is answered on every route of the API", "[serve][api][http]")
{
    ApiServer server;
    store_a_race(server);
    for (const auto& path : kPaths) {
        CAPTURE(path);
        const auto head = server.get(path, "", "HEAD");
        const auto get = server.get(path);
        CHECK(head.status == 200);
        CHECK(head.body.empty());
        CHECK(head.header("content-length") == std::to_string(get.body.size()));
        CHECK(head.header("etag") == get.header("etag"));
    }
}

TEST_CASE("what the server refuses under /api is a problem too", "[serve][api][http]")
{
    ApiServer server;
    for (const std::string path : {"/api", "/api/", "/api/v1", "/api/v2/classes", "/api/v1/classes/",
                                   "/api/v1/classes/1", "/api/v1/racers/", "/api/v1/races/4/results.tsv"}) {
        server.check_problem(path, 404, "");
    }
    for (const std::string method : {"POST", "PUT", "PATCH", "DELETE"}) {
        CAPTURE(method);
        const auto answer = server.get("/api/v1/classes", "Content-Length: 0\r\n", method);
        CHECK(answer.status == 405);
        CHECK(answer.header("allow") == "GET, HEAD, OPTIONS");
        CHECK(answer.header("content-type") == "application/problem+json");
        CHECK(server.get("/getRaces", "Content-Length: 0\r\n", method).header("content-type") ==
              "application/problem+json");
    }
    CHECK(server.get("/api/v1/racers/7", "Content-Length: 0\r\n", "PUT").header("allow") ==
          "GET, HEAD, OPTIONS, DELETE");
    const auto bad_target = server.get("/api/v1/classes?a=%zz");
    CHECK(bad_target.status == 400);
    CHECK(bad_target.header("content-type") == "application/problem+json");
    const auto too_large = server.get("/api/v1/classes", "Content-Length: 99999999\r\n");
    CHECK(too_large.status == 413);
    CHECK(too_large.header("content-type") == "application/problem+json");
    CHECK(server.get("/nothing").header("content-type") == "text/plain; charset=utf-8");
    CHECK(server.get("/apis").body == "there is nothing at /apis\n");
}

TEST_CASE("a problem is JSON whatever bytes were asked for", "[serve][api][http]")
{
    ApiServer server;
    const auto answer = server.get("/api/v1/%ff%22%5c%0a%20x");
    CHECK(answer.status == 404);
    simdjson::dom::parser parser;
    const simdjson::dom::object problem = parser.parse(answer.body);
    CHECK(std::string_view(problem["instance"]) == "/api/v1/%FF%22%5C%0A%20x");
    CHECK(std::string_view(problem["detail"]) == "there is nothing at /api/v1/?\"\\? x");
}

TEST_CASE("too many questions to the database are answered with 503, and harm no others", "[serve][api][http]")
{
    ApiServer server(ranking::Ties::Competition, false);
    std::vector<std::unique_ptr<net::RawClient>> clients;
    for (std::size_t count = 0; count <= results::ResultQueries::kCapacity; ++count) {
        clients.push_back(std::make_unique<net::RawClient>(server.net.port()));
        clients.back()->send("GET /api/v1/classes/1/races HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    const auto answered = [](const auto& client) { return client->has_bytes(); };
    auto first = clients.end();
    while (first == clients.end()) {  // one too many, whichever came last
        first = std::find_if(clients.begin(), clients.end(), answered);
    }
    const auto refused = (*first)->answer();
    CHECK(refused.status == 503);
    CHECK(refused.header("retry-after") == "1");
    CHECK(refused.header("content-type") == "application/problem+json");
    CHECK(server.body("/leaderboard?classId=1") == "[]");
    clients.clear();  // who has left harms nobody either
    CHECK(server.get("/api/v1/classes").status == 200);
}
