#include "../net/server_thread.hpp"
#include "live_viewer.hpp"
#include "made_race.hpp"

#include <alleycat/serve/live_feed.hpp>

#include <map>
#include <memory>
#include <random>

using namespace alleycat;
using namespace alleycat::serve;
using net::RawClient;
using net::WebSocketClient;

namespace {

/// `/live` on a free port, and what is published to it.
struct FeedServer {
    history::BestTable history{300};
    std::shared_ptr<const history::ClassBests> bests = history.snapshot();  // the network thread, once started
    LiveFeed feed;
    net::ServerThread net;
    std::map<std::int64_t, std::uint64_t> opened;

    explicit FeedServer(std::size_t races = 16)
        : feed({.classes = {ClassId{1}, ClassId{2}},
                .last_second = 300,
                .max_top = 1000,
                .races = races,
                .bests =
                    [this](ClassId id) {
                        return id == ClassId{1} ? bests : std::make_shared<const history::ClassBests>();
                    },
                .name_of = [](RacerId racer) { return "R" + std::to_string(raw(racer)); }})
    {
        net.server.websocket("/live", [this](const net::Request& request) { return feed.open(request); });
        net.start();
    }

    /// A race as ranking publishes it: rows are put in order and ranked.
    Snapshot race(std::vector<ranking::Entry> rows, std::int64_t id = 5397285, std::uint32_t class_id = 1,
                  ranking::RaceState state = ranking::RaceState::Running)
    {
        const auto order = opened.try_emplace(id, opened.size() + 1).first->second;
        return make_race({.rows = std::move(rows), .id = id, .class_id = class_id, .opened = order, .state = state});
    }
    void publish(std::vector<Snapshot> races, std::vector<ranking::RecordEvent> records = {})
    {
        net.on_thread([&] { feed.publish({races, records}); });
    }
    /// Merges personal bests of class 1 at second 57.
    void merge(const std::map<std::uint64_t, double>& outputs, std::uint32_t second = 57)
    {
        for (const auto& [racer, output] : outputs) {
            const telemetry::Sample sample{ClassId{1}, second, RacerId{racer}, output};
            history.merge(std::span(&sample, 1));
        }
        net.on_thread([&] { bests = history.snapshot(); });
    }
    [[nodiscard]] WebSocketClient watch(const std::string& query, int receive_buffer = 0) const
    {
        return WebSocketClient(net.port(), "/live?" + query, "", receive_buffer);
    }
    /// The remembered races of class 1.
    [[nodiscard]] std::vector<std::int64_t> race_ids()
    {
        return net.on_thread([&] {
            std::vector<std::int64_t> ids;
            for (const auto& each : feed.races(ClassId{1})) {
                ids.push_back(raw(each->race_id));
            }
            return ids;
        });
    }
    [[nodiscard]] std::size_t viewers()
    {
        return net.on_thread([&] { return feed.viewers(); });
    }
    ~FeedServer() { net.stop(); }
};

/// The entries of a message, as written.
std::string entries(const std::string& message)
{
    const auto from = message.find("\"entries\":") + 10;
    return message.substr(from, message.find("]", from) + 1 - from);
}

std::string written(const ranking::Entry& entry)
{
    std::string text;
    append_entry(text, entry);
    return text;
}

bool starts_with(const std::string& text, const std::string& with)
{
    return text.rfind(with, 0) == 0;
}

}  // namespace

TEST_CASE("a viewer's first frame is a snapshot, then come deltas", "[serve][live]")
{
    FeedServer server;
    auto early = server.watch("classId=1");
    CHECK(early.receive_text() ==
          R"({"type":"snapshot","seq":1,"classId":1,"raceId":null,"board":"now","total":0,"entries":[]})");
    server.publish({server.race({row(0, 7, 115.2, 57, true), row(0, 12, 98.55)})});
    const auto snapshot = early.receive_text();
    CHECK(snapshot == R"({"type":"snapshot","seq":2,"classId":1,"raceId":5397285,"board":"now","total":2,"entries":[)"
                      R"({"rank":1,"racerId":7,"name":"R7","second":57,"output":115.2,"record":true},)"
                      R"({"rank":2,"racerId":12,"name":"R12","second":57,"output":98.55,"record":false}]})");
    auto late = server.watch("classId=1");
    CHECK(late.receive_text() == snapshot);
    server.publish({server.race({row(0, 7, 115.2, 57, true), row(0, 12, 99, 58)})});
    for (auto* viewer : {&early, &late}) {
        CHECK(viewer->receive_text() ==
              R"({"type":"delta","seq":3,"classId":1,"raceId":5397285,"board":"now","total":2,"entries":[)"
              R"({"rank":2,"racerId":12,"name":"R12","second":58,"output":99,"record":false}],"removed":[]})");
    }
    CHECK(server.viewers() == 2);
}

TEST_CASE("a viewer that says who it is gets its own row in every frame", "[serve][live]")
{
    FeedServer server;
    auto me = server.watch("classId=1&racerId=3&top=2");
    CHECK(me.receive_text().find(R"("entries":[],"me":null})") != std::string::npos);
    server.publish({server.race({row(0, 1, 110), row(0, 2, 105), row(0, 3, 100)})});
    auto text = me.receive_text();
    CHECK(entries(text) == "[" + written(row(1, 1, 110)) + "," + written(row(2, 2, 105)) + "]");
    CHECK(text.find(R"("total":3)") != std::string::npos);
    CHECK(text.find(R"(,"me":)" + written(row(3, 3, 100)) + "}") != std::string::npos);
    server.publish({server.race({row(0, 1, 110), row(0, 2, 105), row(0, 3, 101, 58)})});
    text = me.receive_text();  // of the first two nothing changed, but of the own row
    CHECK(starts_with(text, R"({"type":"delta","seq":3,)"));
    CHECK(entries(text) == "[]");
    CHECK(text.find(R"(,"me":)" + written(row(3, 3, 101, 58)) + "}") != std::string::npos);

    auto other = server.watch("classId=1&racerId=1&top=2");  // shares the board, not the row
    CHECK(other.receive_text().find(R"(,"me":)" + written(row(1, 1, 110)) + "}") != std::string::npos);
    auto nobody = server.watch("classId=1&racerId=99&top=2");
    CHECK(nobody.receive_text().find(R"(,"me":null})") != std::string::npos);
    server.publish({server.race({row(0, 1, 111, 58), row(0, 2, 105), row(0, 3, 101, 58)})});
    CHECK(me.receive_text().find(R"(,"me":)" + written(row(3, 3, 101, 58)) + "}") != std::string::npos);
    CHECK(other.receive_text().find(R"(,"me":)" + written(row(1, 1, 111, 58)) + "}") != std::string::npos);
    CHECK(nobody.receive_text().find(R"(,"me":null})") != std::string::npos);
}

TEST_CASE("a viewer with its own row gets no frame where neither the board nor that row changed", "[serve][live]")
{
    FeedServer server;
    const auto rows = [](double third, std::uint32_t second) {
        return std::vector{row(0, 1, 110), row(0, 2, 105), row(0, 3, third, second), row(0, 4, 90)};
    };
    server.publish({server.race(rows(100, 57))});
    auto third = server.watch("classId=1&racerId=3&top=1");
    auto fourth = server.watch("classId=1&racerId=4&top=1");
    auto nobody = server.watch("classId=1&racerId=99&top=1");
    std::vector<ModelViewer> models(3);
    models[0].apply(third.receive_text());
    models[1].apply(fourth.receive_text());
    models[2].apply(nobody.receive_text());
    server.publish({server.race(rows(100, 57))});  // published anew, but the same
    server.publish({server.race({row(0, 5, 50)}, 77, 2)});
    server.publish({server.race(rows(101, 58))});  // news for the third only
    models[0].apply(third.receive_text());         // which misses no number
    CHECK(models[0].sequence() == 2);
    CHECK(models[0].own_row() == written(row(3, 3, 101, 58)));
    CHECK_FALSE(fourth.has_bytes());
    CHECK_FALSE(nobody.has_bytes());
    server.publish({server.race({row(0, 1, 111, 58), row(0, 2, 105), row(0, 3, 101, 58), row(0, 4, 90)})});
    models[0].apply(third.receive_text());
    models[1].apply(fourth.receive_text());
    models[2].apply(nobody.receive_text());
    CHECK(models[0].sequence() == 3);
    CHECK(models[1].sequence() == 2);
    CHECK(models[2].sequence() == 2);
    for (const auto& model : models) {
        CHECK(model.last_type() == "delta");
        CHECK(model.board() == models[0].board());
    }
    CHECK(models[1].own_row() == written(row(4, 4, 90)));
    CHECK(models[2].own_row() == "null");
}

TEST_CASE("a stored race is on the boards until somebody rides, and the API does not see it", "[serve][live]")
{
    FeedServer server;
    ranking::RaceResult result{ClassId{1}, RaceId{9}, 1'000, 2'000, true, {}};
    const auto brought = [&](std::uint64_t racer, double output, std::uint64_t order) {
        ranking::ResultRow made;
        made.racer_id = RacerId{racer};
        made.name = "R" + std::to_string(racer);
        made.second = 57;
        made.output = output;
        made.order = order;
        result.rows.push_back(made);
    };
    brought(1, 100, 5);
    brought(2, 110, 4);
    brought(3, 100, 3);
    const auto show = [&] {
        server.net.on_thread([&] {
            server.feed.show_stored(
                ranking::RaceSnapshot::of(result, ranking::Score::Output, ranking::Ties::Competition));
        });
    };
    auto early = server.watch("classId=1");
    CHECK(early.receive_text().find(R"("raceId":null)") != std::string::npos);
    show();
    const auto board =
        "[" + written(row(1, 2, 110)) + "," + written(row(2, 3, 100)) + "," + written(row(2, 1, 100)) + "]";
    CHECK(entries(early.receive_text()) == board);
    CHECK(entries(server.watch("classId=1&raceId=9").receive_text()) == board);
    CHECK(server.race_ids().empty());
    CHECK(server.net.on_thread([&] { return server.feed.race(ClassId{1}, RaceId{9}); }) == nullptr);

    server.publish({server.race({row(0, 7, 90)}, 10)});
    CHECK(starts_with(early.receive_text(), R"({"type":"snapshot","seq":3,"classId":1,"raceId":10,)"));
    auto stored = server.watch("classId=1&raceId=9");
    CHECK(entries(stored.receive_text()) == board);
    server.net.on_thread([&] { server.feed.erase(RacerId{3}); });
    CHECK(stored.receive_text().find(R"("total":0)") != std::string::npos);
    show();
    CHECK(entries(stored.receive_text()) == board);
    server.net.on_thread([&] { server.feed.forget(ClassId{1}, RaceId{9}); });
    CHECK(stored.receive_text().find(R"("total":0)") != std::string::npos);
}

TEST_CASE("a viewer follows the newest race, or stays with the one it named", "[serve][live]")
{
    FeedServer server;
    server.publish({server.race({row(0, 1, 110)}, 10)});
    auto newest = server.watch("classId=1");
    auto named = server.watch("classId=1&raceId=10");
    auto named_own = server.watch("classId=1&raceId=10&racerId=1");
    auto unknown = server.watch("classId=1&raceId=77");
    auto other_class = server.watch("classId=2");
    CHECK(starts_with(newest.receive_text(), R"({"type":"snapshot","seq":1,"classId":1,"raceId":10,)"));
    CHECK(starts_with(named.receive_text(), R"({"type":"snapshot","seq":1,"classId":1,"raceId":10,)"));
    CHECK(starts_with(named_own.receive_text(), R"({"type":"snapshot","seq":1,"classId":1,"raceId":10,)"));
    CHECK(starts_with(unknown.receive_text(), R"({"type":"snapshot","seq":1,"classId":1,"raceId":77,)"));
    CHECK(starts_with(other_class.receive_text(), R"({"type":"snapshot","seq":1,"classId":2,"raceId":null,)"));

    server.publish({server.race({row(0, 2, 105)}, 5)});  // opened later, so newer, whatever its number
    CHECK(starts_with(newest.receive_text(), R"({"type":"snapshot","seq":2,"classId":1,"raceId":5,)"));
    server.publish({server.race({row(0, 1, 111, 58)}, 10)});
    // Each hears of its own race only: nothing came between.
    CHECK(starts_with(named.receive_text(), R"({"type":"delta","seq":2,"classId":1,"raceId":10,)"));
    CHECK(starts_with(named_own.receive_text(), R"({"type":"delta","seq":2,"classId":1,"raceId":10,)"));
    server.publish({server.race({row(0, 2, 106, 58)}, 5)});
    CHECK(starts_with(newest.receive_text(), R"({"type":"delta","seq":3,"classId":1,"raceId":5,)"));
    server.publish({server.race({row(0, 9, 100)}, 77), server.race({row(0, 9, 100)}, 78, 2)});
    CHECK(unknown.receive_text().find(R"("racerId":9)") != std::string::npos);
    CHECK(starts_with(other_class.receive_text(), R"({"type":"snapshot","seq":2,"classId":2,"raceId":78,)"));
    CHECK_FALSE(named.has_bytes());
}

TEST_CASE("races beyond those remembered are forgotten, the oldest first", "[serve][live]")
{
    FeedServer server(2);
    for (const std::int64_t id : {1, 2, 3}) {
        server.publish({server.race({row(0, 1, 110)}, id)});
    }
    CHECK(server.watch("classId=1&raceId=1").receive_text().find(R"("total":0)") != std::string::npos);
    CHECK(server.watch("classId=1&raceId=2").receive_text().find(R"("total":1)") != std::string::npos);
    CHECK(server.watch("classId=1&raceId=3").receive_text().find(R"("total":1)") != std::string::npos);
    CHECK(server.race_ids() == std::vector<std::int64_t>{3, 2});
    CHECK(server.net.on_thread([&] { return server.feed.races(ClassId{2}).size(); }) == 0);
}

TEST_CASE("closed races are forgotten before others", "[serve][live]")
{
    FeedServer server(2);
    server.publish({server.race({row(0, 1, 110)}, 1)});
    server.publish({server.race({row(0, 1, 110)}, 2, 1, ranking::RaceState::Closed)});
    server.publish({server.race({row(0, 1, 110)}, 3, 1, ranking::RaceState::Finished)});
    CHECK(server.race_ids() == std::vector<std::int64_t>{3, 1});
    server.publish({server.race({row(0, 1, 110)}, 4)});  // none is closed: the oldest makes room
    CHECK(server.race_ids() == std::vector<std::int64_t>{4, 3});
    CHECK(server.net.on_thread([&] { return server.feed.race(ClassId{1}, RaceId{3})->race_id; }) == RaceId{3});
    CHECK(server.net.on_thread([&] { return server.feed.race(ClassId{1}, RaceId{1}); }) == nullptr);
    CHECK(server.net.on_thread([&] { return server.feed.race(ClassId{2}, RaceId{3}); }) == nullptr);
}

TEST_CASE("who is erased is forgotten with the closed races, and their viewers see it", "[serve][live]")
{
    FeedServer server;
    server.publish({server.race({row(0, 1, 110), row(0, 7, 100)}, 1, 1, ranking::RaceState::Closed),
                    server.race({row(0, 1, 110)}, 2, 1, ranking::RaceState::Closed), server.race({row(0, 7, 110)}, 3)});
    auto viewer = server.watch("classId=1&raceId=1");
    CHECK(viewer.receive_text().find(R"("total":2)") != std::string::npos);
    server.net.on_thread([&] { server.feed.erase(RacerId{7}); });
    CHECK(server.race_ids() == std::vector<std::int64_t>{3, 2});  // the open one is published anew by ranking
    CHECK(viewer.receive_text() ==
          R"({"type":"delta","seq":2,"classId":1,"raceId":1,"board":"now","total":0,"entries":[],"removed":[1,7]})");
}

TEST_CASE("the all-time board is of the viewer's second, with the viewer's current output", "[serve][live]")
{
    FeedServer server;
    server.merge({{1, 100}, {2, 120}, {3, 110}, {4, 90}});
    server.merge({{5, 200}}, 300);
    auto stranger = server.watch("classId=1&board=alltime");
    CHECK(stranger.receive_text() ==  // nobody rides: the last second
          R"({"type":"snapshot","seq":1,"classId":1,"raceId":null,"board":"alltime","total":1,"entries":[)"
          R"({"rank":1,"racerId":5,"name":"R5","second":300,"output":200,"record":false}]})");

    auto mine = row(0, 3, 999, 57, true);  // the score has another meaning than the output
    mine.current_output = 105;             // at the latest second, and 999 before
    server.publish({server.race({mine, row(0, 9, 95, 57)})});
    CHECK(stranger.receive_text() ==  // the second of the race
          R"({"type":"snapshot","seq":2,"classId":1,"raceId":5397285,"board":"alltime","total":4,"entries":[)" +
              written(row(1, 2, 120)) + "," + written(row(2, 3, 110)) + "," + written(row(3, 1, 100)) + "," +
              written(row(4, 4, 90)) + "]}");
    auto rider = server.watch("classId=1&board=alltime&racerId=3&top=3");
    CHECK(rider.receive_text() ==
          R"({"type":"snapshot","seq":1,"classId":1,"raceId":5397285,"board":"alltime","total":4,"entries":[)" +
              written(row(1, 2, 120)) + "," + written(row(2, 3, 105, 57, true)) + "," + written(row(3, 1, 100)) +
              R"(],"me":)" + written(row(2, 3, 105, 57, true)) + "}");
    auto newcomer = server.watch("classId=1&board=alltime&racerId=9&top=3");
    auto text = newcomer.receive_text();
    CHECK(text.find(R"("total":5)") != std::string::npos);  // the history's four, and this one
    CHECK(text.find(R"(,"me":)" + written(row(4, 9, 95)) + "}") != std::string::npos);
    auto watching = server.watch("classId=1&board=alltime&racerId=4");  // has a history, but does not ride
    CHECK(watching.receive_text().find(R"(,"me":)" + written(row(4, 4, 90)) + "}") != std::string::npos);
    auto unknown = server.watch("classId=1&board=alltime&racerId=77");
    CHECK(unknown.receive_text().find(R"(,"me":null})") != std::string::npos);
}

TEST_CASE("an all-time board moves with its viewer and with the history", "[serve][live]")
{
    FeedServer server;
    server.merge({{1, 100}, {2, 120}});
    server.merge({{1, 101}, {2, 99}}, 58);
    server.publish({server.race({row(0, 1, 110, 57), row(0, 8, 50, 58)})});
    auto rider = server.watch("classId=1&board=alltime&racerId=1");
    auto stranger = server.watch("classId=1&board=alltime");
    CHECK(entries(rider.receive_text()) == "[" + written(row(1, 2, 120)) + "," + written(row(2, 1, 110)) + "]");
    CHECK(entries(stranger.receive_text()) ==
          "[" + written(row(1, 1, 101, 58)) + "," + written(row(2, 2, 99, 58)) + "]");

    server.publish({server.race({row(0, 1, 105, 58), row(0, 8, 50, 58)})});
    ModelViewer model;
    model.apply(server.watch("classId=1&board=alltime&racerId=1").receive_text());
    CHECK(entries(model.snapshot()) == "[" + written(row(1, 1, 105, 58)) + "," + written(row(2, 2, 99, 58)) + "]");
    CHECK(starts_with(rider.receive_text(), R"({"type":"delta","seq":2,)"));

    server.merge({{2, 130}}, 58);  // a window was merged
    server.publish({});
    auto text = rider.receive_text();
    CHECK(starts_with(text, R"({"type":"delta","seq":3,)"));
    CHECK(entries(text) == "[" + written(row(1, 2, 130, 58)) + "," + written(row(2, 1, 105, 58)) + "]");
    text = stranger.receive_text();
    CHECK(entries(text) == "[" + written(row(1, 2, 130, 58)) + "," + written(row(2, 1, 101, 58)) + "]");
}

TEST_CASE("a bad query is refused with the parameter's name", "[serve][live]")
{
    FeedServer server;
    for (const auto& [query, parameter] :
         std::vector<std::pair<std::string, std::string>>{{"", "classId"},
                                                          {"classId=", "classId"},
                                                          {"classId=3", "classId"},
                                                          {"classId=0", "classId"},
                                                          {"classId=1x", "classId"},
                                                          {"classId=-1", "classId"},
                                                          {"classid=1", "classId"},
                                                          {"classId=1&classId=9", "classId"},
                                                          {"classId=99999999999999999999", "classId"},
                                                          {"classId=1&board=", "board"},
                                                          {"classId=1&board=NOW", "board"},
                                                          {"classId=1&raceId=", "raceId"},
                                                          {"classId=1&raceId=x", "raceId"},
                                                          {"classId=1&raceId=1.5", "raceId"},
                                                          {"classId=1&racerId=-1", "racerId"},
                                                          {"classId=1&racerId=9007199254740992", "racerId"},
                                                          {"classId=1&racerId=x", "racerId"},
                                                          {"classId=1&top=0", "top"},
                                                          {"classId=1&top=1001", "top"},
                                                          {"classId=1&top=-5", "top"},
                                                          {"classId=1&top=", "top"}}) {
        CAPTURE(query);
        RawClient client(server.net.port());
        client.send(net::upgrade_request("/live?" + query));
        const auto answer = client.answer();
        CHECK(answer.status == 400);
        CHECK(starts_with(answer.body, parameter + ": must be "));
    }
    for (const std::string query : {"classId=1&board=now&raceId=-5&racerId=0&top=1", "classId=2&board=alltime&top=1000",
                                    "classId=1&racerId=9007199254740991&unknown=x"}) {
        CHECK(starts_with(server.watch(query).receive_text(), R"({"type":"snapshot")"));
    }
    CHECK(server.net.on_thread([&] { return server.net.server.connections(); }) < 30);
}

TEST_CASE("viewers come and go", "[serve][live]")
{
    FeedServer server;
    {
        auto first = server.watch("classId=1");
        auto second = server.watch("classId=1");
        auto third = server.watch("classId=1&racerId=1");
        for (auto* viewer : {&first, &second, &third}) {
            CHECK(starts_with(viewer->receive_text(), R"({"type":"snapshot")"));
        }
        CHECK(server.viewers() == 3);
        second.send(net::client_frame(net::Opcode::Close, ""));
        CHECK(second.receive_frame().opcode == net::Opcode::Close);
        CHECK(second.read_to_end().empty());
        CHECK(server.viewers() == 2);
        server.publish({server.race({row(0, 1, 110)})});
        CHECK(starts_with(first.receive_text(), R"({"type":"snapshot")"));
        first.send_text("viewers have nothing to say");
        server.publish({server.race({row(0, 1, 111)})});
        CHECK(starts_with(first.receive_text(), R"({"type":"delta")"));
    }
    auto again = server.watch("classId=1");
    CHECK(again.receive_text().find(R"("output":111)") != std::string::npos);
}

TEST_CASE("a viewer that does not read is bounded, gets a fresh snapshot, and slows nobody", "[serve][live]")
{
    constexpr int kTicks = 150;
    const std::string query = GENERATE(std::string("classId=1&top=1000"), std::string("classId=1&top=1000&racerId=1"));
    FeedServer server;
    const auto board = [&](int tick) {
        std::vector<ranking::Entry> rows;
        for (std::uint64_t racer = 0; racer < 1'000; ++racer) {
            rows.push_back(row(0, racer,
                               100 + static_cast<double>((racer * 7 + static_cast<std::uint64_t>(tick) * 13) % 1'000),
                               static_cast<std::uint32_t>(tick) + 1));
        }
        return server.race(std::move(rows));
    };
    auto slow = server.watch(query, 4'096);
    auto quick = server.watch(query);
    ModelViewer quick_model;
    quick_model.apply(quick.receive_text());
    for (int tick = 0; tick < kTicks; ++tick) {
        server.publish({board(tick)});
        quick_model.apply(quick.receive_text());
        REQUIRE(quick_model.sequence() == static_cast<std::uint64_t>(tick) + 2);  // misses none
    }
    CHECK(quick_model.last_type() == "delta");

    ModelViewer slow_model;
    std::size_t bytes = 0;
    int messages = 0;
    int snapshots = 0;
    while (slow_model.sequence() < quick_model.sequence()) {
        const auto text = slow.receive_text();
        slow_model.apply(text);
        bytes += text.size();
        ++messages;
        snapshots += slow_model.last_type() == "snapshot" ? 1 : 0;
    }
    CHECK(slow_model.last_type() == "snapshot");
    CHECK(snapshots >= 3);  // the empty board, the race's first, and behind what it missed
    CHECK(messages < kTicks / 2);
    CHECK(bytes < 8'000'000);  // of some 13 MB that were published
    CHECK(slow_model.snapshot() == quick_model.snapshot());
    CHECK(slow_model.own_row() == quick_model.own_row());
    CHECK(server.net.on_thread([&] { return server.feed.resyncs(); }) >= 1);

    server.publish({board(kTicks)});  // and goes on with the others
    slow_model.apply(slow.receive_text());
    quick_model.apply(quick.receive_text());
    CHECK(slow_model.last_type() == "delta");
    CHECK(slow_model.snapshot() == quick_model.snapshot());
}

TEST_CASE("at every tick a viewer holds what a new one is told", "[serve][live]")
{
    std::mt19937 random(7);
    const auto pick = [&](std::size_t below) { return random() % below; };
    for (const std::string query : {"classId=1&top=5", "classId=1&top=5&racerId=3", "classId=1&board=alltime&top=5",
                                    "classId=1&board=alltime&top=5&racerId=3"}) {
        CAPTURE(query);
        FeedServer server;
        server.merge({{1, 100}, {2, 101}, {3, 102}});
        auto viewer = server.watch(query);
        ModelViewer model;
        model.apply(viewer.receive_text());
        std::vector<ranking::Entry> rows;
        std::int64_t race = 1;
        for (int tick = 0; tick < 80; ++tick) {
            CAPTURE(tick);
            if (pick(20) == 0) {
                ++race;
                rows.clear();
            }
            for (auto changes = 1 + pick(4); changes > 0; --changes) {
                const auto racer = pick(10);
                const auto second = 55 + static_cast<std::uint32_t>(pick(4));
                std::erase_if(rows, [&](const auto& each) { return raw(each.racer_id) == racer; });
                rows.insert(rows.begin() + static_cast<std::ptrdiff_t>(pick(rows.size() + 1)),
                            row(0, racer, 100 + static_cast<double>(pick(3)), second));
            }
            if (pick(4) == 0) {
                server.merge({{pick(10), 100 + static_cast<double>(pick(4))}},
                             55 + static_cast<std::uint32_t>(pick(4)));
            }
            server.publish({server.race(rows, race)});
            auto fresh = server.watch(query);
            ModelViewer told;
            told.apply(fresh.receive_text());  // everything published before it is on its way to the viewer as well
            while (model.board() != told.board() || model.own_row() != told.own_row()) {
                model.apply(viewer.receive_text());
            }
            REQUIRE_FALSE(viewer.has_bytes());
        }
    }
}
