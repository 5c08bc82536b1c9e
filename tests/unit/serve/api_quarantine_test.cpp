#include "api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::serve;
using quarantine::Filter;
using quarantine::HeldId;
using quarantine::HeldRecord;

namespace {

constexpr auto kList = "/api/v1/quarantine";

/// The quarantine's routes alone, and an application that notes what it is asked to release.
struct QuarantineServer {
    TemporaryDirectory directory;
    quarantine::Quarantine quarantine{
        {.path = directory.path() / "quarantine.db", .now_ms = [] { return std::int64_t{1'000}; }}};
    results::Leaderboards boards;
    results::ResultStore store{{.path = directory.path() / "alleycat.db"}, boards};
    results::ResultQueries queries{results::ResultReader(directory.path() / "alleycat.db")};
    LiveFeed feed{{.classes = {ClassId{1}},
                   .bests = [](ClassId) { return std::make_shared<const history::ClassBests>(); },
                   .name_of = [](RacerId) { return std::string(); }}};
    RecentRejects rejects;
    std::optional<ReleaseOrder> order;  // the network thread
    ReleaseOutcome outcome{3, 2};
    bool busy{false};
    net::ServerThread net;

    QuarantineServer()
    {
        add_api_routes(net.server, {.classes = [] { return std::vector<ClassInfo>(); },
                                    .name_of = [](RacerId) { return std::string(); },
                                    .bests = [](ClassId) { return std::make_shared<const history::ClassBests>(); },
                                    .live = feed,
                                    .leaderboards = boards,
                                    .queries = queries,
                                    .clock = [] { return race_moment(0, 300, 300); },
                                    .rejects = rejects,
                                    .access = {},
                                    .erase = {},
                                    .ride = {},
                                    .quarantine = &quarantine,
                                    .release =
                                        [this](const ReleaseOrder& asked, auto done) {
                                            order = asked;
                                            if (!busy) {
                                                done(outcome);
                                            }
                                            return !busy;
                                        }});
        quarantine.start();
        net.start();
    }
    ~QuarantineServer()
    {
        quarantine.stop();
        net.stop();
    }

    void hold(std::uint64_t sequence, std::uint64_t racer = 7, std::int64_t race = 10, std::uint32_t class_id = 1)
    {
        Suspicions reasons;
        reasons.add(Suspicion::Slew);
        reasons.add(Suspicion::ClockSkew);
        const HeldRecord record{
            {sequence, ShardId{0}}, 1'000,          reasons, ClassId{class_id},
            RaceId{race},           RacerId{racer}, "key",   R"({"second":)" + std::to_string(sequence) + "}"};
        REQUIRE(quarantine.keep(std::span(&record, 1)));
    }
    [[nodiscard]] net::Answer ask(const std::string& target, const std::string& method = "GET") const
    {
        net::RawClient client(net.port());
        return client.get(target, method == "POST" ? "Content-Length: 0\r\n" : "", method);
    }
};

}  // namespace

TEST_CASE("the quarantine is listed newest first, page by page", "[serve][quarantine]")
{
    QuarantineServer server;
    CHECK(server.ask(kList).body == R"({"entries":[],"total":0,"next":null})");
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        server.hold(sequence);
    }
    server.hold(4, 8, 11, 2);
    const auto first = server.ask("/api/v1/quarantine?limit=2&racerId=7&raceId=10&classId=1");
    CHECK(first.status == 200);
    CHECK(first.body ==
          R"({"entries":[{"id":"0-3","arrivalTimestamp":1000,"reasons":["Slew","ClockSkew"],"record":{"second":3}},)"
          R"({"id":"0-2","arrivalTimestamp":1000,"reasons":["Slew","ClockSkew"],"record":{"second":2}}],"total":3,)"
          R"("next":"/api/v1/quarantine?limit=2&classId=1&raceId=10&racerId=7&before=0-2"})");
    const auto rest = server.ask("/api/v1/quarantine?limit=2&classId=1&raceId=10&racerId=7&before=0-2");
    CHECK(rest.body ==
          R"({"entries":[{"id":"0-1","arrivalTimestamp":1000,"reasons":["Slew","ClockSkew"],"record":{"second":1}}],)"
          R"("total":3,"next":null})");
    for (const auto* bad : {"limit=0", "limit=1001", "before=7", "racerId=x", "raceId=x", "classId=0"}) {
        CAPTURE(bad);
        CHECK(server.ask(std::string("/api/v1/quarantine?") + bad).status == 400);
    }
}

TEST_CASE("what is to be released is handed on, and its outcome told", "[serve][quarantine]")
{
    QuarantineServer server;
    const auto one = server.ask("/api/v1/quarantine/0-4711/release", "POST");
    CHECK(one.status == 200);
    CHECK(one.body == R"({"released":3,"left":2})");
    CHECK(std::get<HeldId>(*server.order) == HeldId{4711, ShardId{0}});
    CHECK(server.ask("/api/v1/quarantine/release?racerId=7", "POST").status == 200);
    CHECK(std::get<Filter>(*server.order).racer_id == RacerId{7});
    CHECK_FALSE(std::get<Filter>(*server.order).race_id);

    server.order.reset();
    CHECK(server.ask("/api/v1/quarantine/release", "POST").status == 400);
    CHECK(server.ask("/api/v1/quarantine/nonsense/release", "POST").status == 404);
    CHECK_FALSE(server.order);
    server.outcome = {};
    CHECK(server.ask("/api/v1/quarantine/0-1/release", "POST").status == 404);
    CHECK(server.ask("/api/v1/quarantine/release?classId=1", "POST").body == R"({"released":0,"left":0})");
    server.outcome.invalid = 1;
    CHECK(server.ask("/api/v1/quarantine/0-1/release", "POST").status == 409);
    server.outcome.failure = make_error_code(boost::system::errc::io_error);
    CHECK(server.ask("/api/v1/quarantine/0-1/release", "POST").status == 503);
    server.busy = true;
    CHECK(server.ask("/api/v1/quarantine/0-1/release", "POST").status == 503);
}

TEST_CASE("what is dropped is gone, one by one or by a filter", "[serve][quarantine]")
{
    QuarantineServer server;
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
        server.hold(sequence, sequence % 2);
    }
    CHECK(server.ask("/api/v1/quarantine/0-4", "DELETE").body == R"({"dropped":1})");
    CHECK(server.ask("/api/v1/quarantine/0-4", "DELETE").status == 404);
    CHECK(server.ask("/api/v1/quarantine/nonsense", "DELETE").status == 404);
    CHECK(server.ask(kList, "DELETE").status == 400);
    CHECK(server.ask("/api/v1/quarantine?racerId=1", "DELETE").body == R"({"dropped":2})");
    CHECK(server.ask("/api/v1/quarantine?racerId=1", "DELETE").body == R"({"dropped":0})");
    CHECK(server.quarantine.size() == 1);
}
