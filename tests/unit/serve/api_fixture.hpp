#pragma once

#include "../net/server_thread.hpp"
#include "live_viewer.hpp"
#include "made_race.hpp"
#include "temporary_directory.hpp"

#include <alleycat/results/result_store.hpp>
#include <alleycat/serve/api_routes.hpp>
#include <alleycat/serve/page_routes.hpp>

#include <catch2/catch.hpp>
#include <simdjson.h>

#include <memory>
#include <string>
#include <vector>

namespace alleycat::serve {

/// What a racer brought home, the same in every meaning of score but the sum.
inline ranking::ResultRow result(std::uint64_t racer, double output, std::uint64_t order = 0, bool finished = true)
{
    ranking::ResultRow made;
    made.racer_id = RacerId{racer};
    made.name = "R" + std::to_string(racer);
    made.second = finished ? 300 : 57;
    made.finished = finished;
    made.output = output;
    made.best = output;
    made.mean = output;
    made.total = 300 * output;
    made.order = order;
    made.first_ms = 1'000 + static_cast<std::int64_t>(racer);
    made.last_ms = 301'000 + static_cast<std::int64_t>(racer);
    return made;
}

inline std::shared_ptr<const ranking::RaceResult> stored_race(std::int64_t id, std::int64_t start_ms,
                                                              std::vector<ranking::ResultRow> rows,
                                                              std::uint32_t class_id = 1, bool closed = true)
{
    return std::make_shared<ranking::RaceResult>(
        ranking::RaceResult{ClassId{class_id}, RaceId{id}, start_ms, start_ms + 300'000, closed, std::move(rows)});
}

/// The API on a free port, above a database in a fresh directory. Classes 1 and 2.
class ApiServer {
public:
    explicit ApiServer(ranking::Ties ties = ranking::Ties::Competition, bool answer_questions = true)
        : boards_(ties),
          store_({.path = directory_.path() / "alleycat.db", .ties = ties}, boards_),
          queries_(results::ResultReader(directory_.path() / "alleycat.db")),
          feed_({.classes = {ClassId{1}, ClassId{2}},
                 .races = 4,
                 .ties = ties,
                 .bests = [this](ClassId id) { return bests(id); },
                 .name_of = name_of})
    {
        add_page_routes(net.server);
        add_api_routes(
            net.server,
            {.classes =
                 [] {
                     return std::vector<ClassInfo>{{ClassId{1}, "Spin \"Basics\"", 300}, {ClassId{2}, "Hills", 300}};
                 },
             .name_of = name_of,
             .bests = [this](ClassId id) { return bests(id); },
             .live = feed_,
             .leaderboards = boards_,
             .queries = queries_,
             .score = ranking::Score::Output,
             .ties = ties,
             .clock = [this] { return moment; },
             .rejects = rejects,
             .access = [this](const net::Request&) { return access; },
             .erase = [this](RacerId racer, auto done) { erase(racer, done); },
             .ride = [this](const archive::RideQuery& query, auto done) { return ride(query, done); },
             .quarantine = &quarantine_,
             .release = [](const ReleaseOrder&, const auto&) { return false; }});
        if (answer_questions) {
            queries_.start();
        }
        net.start();
    }
    ~ApiServer()
    {
        queries_.stop();
        net.stop();
    }

    void store(std::vector<std::shared_ptr<const ranking::RaceResult>> races)
    {
        REQUIRE(store_.write({std::move(races), {}}).has_value());
    }
    void publish(std::vector<Snapshot> races)
    {
        net.on_thread([&] { feed_.publish({std::move(races), {}}); });
    }
    /// Personal bests of class 1. Before the first request.
    void merge(std::uint32_t second, std::uint64_t racer, double output)
    {
        const telemetry::Sample sample{ClassId{1}, second, RacerId{racer}, output};
        history_.merge(std::span(&sample, 1));
    }

    [[nodiscard]] net::Answer get(const std::string& target, const std::string& headers = {},
                                  const std::string& method = "GET") const
    {
        net::RawClient client(net.port());
        return client.get(target, headers, method);
    }
    /// The body of a good answer.
    [[nodiscard]] std::string body(const std::string& target) const
    {
        const auto answer = get(target);
        INFO(target << ": " << answer.body);
        REQUIRE(answer.status == 200);
        REQUIRE(answer.header("content-type") == "application/json");
        REQUIRE(answer.header("access-control-allow-origin") == "*");
        return answer.body;
    }
    /// Whether the answer is a problem of this status about this parameter ("": none).
    void check_problem(const std::string& target, unsigned status, const std::string& parameter) const
    {
        CAPTURE(target);
        const auto answer = get(target);
        CAPTURE(answer.body);
        REQUIRE(answer.status == status);
        CHECK(answer.header("content-type") == "application/problem+json");
        CHECK(answer.header("access-control-allow-origin") == "*");
        simdjson::dom::parser parser;
        const simdjson::dom::object problem = parser.parse(answer.body);
        CHECK(std::string_view(problem["type"]) == "about:blank");
        CHECK(std::string_view(problem["title"]) == net::reason(status));
        CHECK(std::uint64_t(problem["status"]) == status);
        CHECK(std::string_view(problem["instance"]) == target.substr(0, target.find('?')));
        simdjson::dom::element named;
        const bool names = problem["parameter"].get(named) == simdjson::SUCCESS;
        CHECK((names ? std::string(std::string_view(named)) : "") == parameter);
        CHECK(std::string_view(problem["detail"]).substr(0, parameter.size()) == parameter);
    }

    net::ServerThread net;
    RaceMoment moment = race_moment(1'620'240'656'076, 300, 300);  // what the clock says; the network thread
    AccessInfo access;
    RecentRejects rejects;
    std::optional<Result<archive::Ride>> stored_ride;           // what the archive answers; none: too many wait
    std::optional<archive::RideQuery> asked_ride;               // what it was asked last
    std::vector<RacerId> erased;                                // the network thread
    ErasureOutcome erasure{ErasureReport{R"({"results":2})"}};  // likewise

private:
    static std::string name_of(RacerId racer) { return "R" + std::to_string(raw(racer)); }
    [[nodiscard]] std::shared_ptr<const history::ClassBests> bests(ClassId id)
    {
        return id == ClassId{1} ? history_.snapshot() : std::make_shared<const history::ClassBests>();
    }
    bool ride(const archive::RideQuery& query, const std::function<void(const Result<archive::Ride>&)>& done)
    {
        asked_ride = query;
        if (stored_ride) {
            done(*stored_ride);
        }
        return stored_ride.has_value();
    }
    void erase(RacerId racer, const std::function<void(ErasureOutcome)>& done)
    {
        erased.push_back(racer);
        done(erasure);
    }

    const TemporaryDirectory directory_;
    results::Leaderboards boards_;
    results::ResultStore store_;
    results::ResultQueries queries_;
    quarantine::Quarantine quarantine_{{.path = directory_.path() / "quarantine.db"}};  // which nobody starts
    history::BestTable history_{300};
    LiveFeed feed_;
};

}  // namespace alleycat::serve
