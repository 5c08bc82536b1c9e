#include "../net/server_thread.hpp"
#include "live_viewer.hpp"
#include "made_race.hpp"

#include <alleycat/serve/live_feed.hpp>
#include <alleycat/serve/record_message.hpp>

using namespace alleycat;
using namespace alleycat::serve;
using net::WebSocketClient;
using Kind = ranking::RecordEvent::Kind;

namespace {

ranking::RecordEvent event(Kind kind, std::uint64_t racer, std::int64_t race = 5397285, std::uint32_t class_id = 1)
{
    return {kind, ClassId{class_id}, RaceId{race}, RacerId{racer}, "R" + std::to_string(racer), 57, 115.2, 110.5};
}

/// `/live` on a free port with one race in class 1.
struct RecordServer {
    LiveFeed feed{{.classes = {ClassId{1}, ClassId{2}},
                   .bests = [](ClassId) { return std::make_shared<const history::ClassBests>(); },
                   .name_of = [](RacerId racer) { return "R" + std::to_string(raw(racer)); }}};
    net::ServerThread net;

    RecordServer()
    {
        net.server.websocket("/live", [this](const net::Request& request) { return feed.open(request); });
        net.start();
        publish(57, {});
    }
    ~RecordServer() { net.stop(); }

    /// A tick at which racer 7 has come to `second`.
    void publish(std::uint32_t second, std::vector<ranking::RecordEvent> records, std::int64_t race = 5397285)
    {
        const auto made = make_race({.rows = {row(0, 7, 115.2, second)}, .id = race});
        net.on_thread([&] { feed.publish({{made}, std::move(records)}); });
    }
    /// A viewer that has read its first frame.
    [[nodiscard]] WebSocketClient watch(const std::string& query) const
    {
        WebSocketClient viewer(net.port(), "/live?" + query);
        REQUIRE(viewer.receive_text().rfind(R"({"type":"snapshot")", 0) == 0);
        return viewer;
    }
};

bool is_delta(const std::string& text)
{
    return text.rfind(R"({"type":"delta")", 0) == 0;
}

}  // namespace

TEST_CASE("a record is written as viewers and subscribers read it", "[serve][records]")
{
    CHECK(record_message({Kind::Second, ClassId{1}, RaceId{5397285}, RacerId{7}, "Hubert", 57, 115.2, 110.5}) ==
          R"({"type":"record","kind":"second","classId":1,"raceId":5397285,"racerId":7,"name":"Hubert","second":57,)"
          R"("output":115.2,"previous":110.5})");
    CHECK(record_message({Kind::Personal, ClassId{6}, RaceId{-5}, RacerId{0}, "a \"b\"", 300, 22.75, {}}) ==
          R"({"type":"record","kind":"personal","classId":6,"raceId":-5,"racerId":0,"name":"a \"b\"","second":300,)"
          R"("output":22.75,"previous":null})");
    CHECK(record_message(event(Kind::Class, 7)).find(R"("kind":"class")") != std::string::npos);
}

TEST_CASE("records come behind the tick's delta, on both boards, to who watches the race", "[serve][records]")
{
    RecordServer server;
    std::vector<WebSocketClient> watching;
    for (const std::string query :
         {"classId=1", "classId=1&racerId=7", "classId=1&raceId=5397285", "classId=1&board=alltime&racerId=7"}) {
        watching.push_back(server.watch(query));
    }
    auto other_race = server.watch("classId=1&raceId=77");
    auto other_class = server.watch("classId=2");
    server.publish(58, {event(Kind::Second, 7), event(Kind::Second, 8, 5397285, 2)});
    for (auto& viewer : watching) {
        CHECK(is_delta(viewer.receive_text()));
        CHECK(viewer.receive_text() == record_message(event(Kind::Second, 7)));
    }
    server.net.on_thread([&] {
        server.feed.publish_records(std::vector{event(Kind::Class, 7), event(Kind::Personal, 9, 77)});
    });
    for (auto& viewer : watching) {
        CHECK(viewer.receive_text() == record_message(event(Kind::Class, 7)));
        CHECK_FALSE(viewer.has_bytes());
    }
    CHECK(other_race.receive_text() == record_message(event(Kind::Personal, 9, 77)));
    CHECK_FALSE(other_class.has_bytes());
}

TEST_CASE("of many records those of a race's end are told first, and no more than a hundred", "[serve][records]")
{
    RecordServer server;
    auto viewer = server.watch("classId=1");
    std::vector<ranking::RecordEvent> records;
    for (std::uint64_t racer = 0; racer < 150; ++racer) {
        records.push_back(event(Kind::Second, racer));
    }
    records.push_back(event(Kind::Personal, 200));
    records.push_back(event(Kind::Class, 200));
    server.publish(58, records);
    CHECK(is_delta(viewer.receive_text()));
    CHECK(viewer.receive_text() == record_message(event(Kind::Class, 200)));
    CHECK(viewer.receive_text() == record_message(event(Kind::Personal, 200)));
    for (std::uint64_t racer = 0; racer < 98; ++racer) {
        REQUIRE(viewer.receive_text() == record_message(event(Kind::Second, racer)));
    }
    server.publish(59, {});
    CHECK(is_delta(viewer.receive_text()));
}

TEST_CASE("a viewer that does not read loses records, and no message of its board", "[serve][records]")
{
    constexpr std::uint32_t kTicks = 200;
    RecordServer server;
    WebSocketClient slow(server.net.port(), "/live?classId=1", "", 4'096);
    std::vector<ranking::RecordEvent> records;
    for (std::uint64_t racer = 0; racer < 100; ++racer) {
        records.push_back(event(Kind::Second, racer));
        records.back().name = std::string(400, 'x');  // 11 MB in all: far more than sockets take
    }
    for (std::uint32_t tick = 0; tick < kTicks; ++tick) {
        server.publish(58 + tick, records);
    }
    ModelViewer model;
    model.apply(slow.receive_text());
    std::size_t told = 0;
    while (model.sequence() < kTicks + 1) {
        const auto text = slow.receive_text();
        if (text.rfind(R"({"type":"record")", 0) == 0) {
            ++told;
        } else {
            model.apply(text);
            REQUIRE(model.last_type() == "delta");
        }
    }
    CHECK(told > 0);
    CHECK(told < kTicks * records.size());
    CHECK(server.net.on_thread([&] { return server.feed.resyncs(); }) == 0);
}
