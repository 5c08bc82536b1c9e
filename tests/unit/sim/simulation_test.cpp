#include "simulation.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace alleycat;
using namespace alleycat::sim;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kEpoch = 1'795'317'914'130;  // 14.13 s into race 5984393

/// Keeps what it gets, and answers when the test says so.
class FakeSender final : public Sender {
public:
    void start() override {}
    bool connected() const override { return is_connected; }
    void reserve(std::uint32_t, std::size_t, std::size_t) override {}
    bool can_take(std::uint32_t) const override { return takes; }
    void enqueue(std::uint32_t connection, RacerId racer, std::string_view payload, std::uint32_t records) override
    {
        payloads.push_back(std::to_string(connection) + ' ' + std::string(payload));
        racers.push_back(racer);
        enqueued += records;
    }
    void flush() override { counts.sent = enqueued; }
    bool idle() const override { return counts.acked + counts.rejected == enqueued; }
    void discard_unsent() override { enqueued = counts.sent; }
    void stop() override {}
    const Tally& tally() const override { return counts; }

    void answer(Instant now)
    {
        if (counts.acked != counts.sent) {
            counts.acked = counts.sent;
            counts.last_answer = now;
        }
    }

    /// How many payloads say `text`.
    [[nodiscard]] std::ptrdiff_t count(const std::string& text) const
    {
        return std::count_if(payloads.begin(), payloads.end(),
                             [&](const std::string& each) { return each.find(text) != std::string::npos; });
    }

    Tally counts;
    std::vector<std::string> payloads;
    std::vector<RacerId> racers;  // of the payloads
    std::uint64_t enqueued{0};
    bool is_connected{true};
    bool takes{true};
};

/// A simulation whose time passes only when told.
struct Stage {
    explicit Stage(const Options& options)
        : simulation(options, sender,
                     {[this] { return Instant(1h) + passed; }, [this] { return kEpoch + passed / 1ms; },
                      [this] { return cpu; }})
    {
    }

    /// Ticks every 10 ms; each record is answered at the next tick unless told otherwise. False when the run ended.
    bool run_for(std::chrono::milliseconds time, bool answers = true)
    {
        for (const auto end = passed + time; passed < end; passed += 10ms) {
            if (answers) {
                sender.answer(Instant(1h) + passed);
            }
            if (!simulation.tick()) {
                return false;
            }
        }
        return true;
    }

    std::chrono::milliseconds passed{0};
    double cpu{0};
    FakeSender sender;
    Simulation simulation;
};

Options options(std::uint32_t riders, std::uint32_t seconds, double speed)
{
    Options result;
    result.riders = riders;
    result.classes = {ClassId{1}, ClassId{2}};
    result.seconds = seconds;
    result.speed = speed;
    result.connections = std::min(riders, 2U);
    result.host = "server";
    result.port = "1";
    return result;
}

}  // namespace

TEST_CASE("at real speed a race takes its time and sends each record once", "[sim][simulation]")
{
    Stage stage(options(10, 3, 1));
    CHECK(stage.run_for(1s));
    CHECK(stage.sender.enqueued == 10);
    CHECK(stage.sender.count(R"("second":1,)") == 10);
    CHECK(stage.run_for(1850ms));
    CHECK_FALSE(stage.run_for(1s));
    CHECK(stage.sender.enqueued == 30);
    CHECK(stage.sender.count(R"("event":"final")") == 10);
    CHECK(stage.sender.count(R"("raceId":5984393,)") == 30);
    CHECK(stage.sender.count(R"("classId":2,)") == 15);
    CHECK(stage.simulation.succeeded());
    CHECK(stage.simulation.summary().elapsed_s == Approx(2.9).margin(0.05));
}

TEST_CASE("a faster race is over sooner, and the bike's clock says when", "[sim][simulation]")
{
    Stage stage(options(1, 10, 10));
    CHECK_FALSE(stage.run_for(1s));
    CHECK(stage.sender.enqueued == 10);
    CHECK(stage.sender.count(R"("deviceTimestamp":)" + std::to_string(kEpoch + 900)) == 1);
}

TEST_CASE("races in a row have ids in a row and begin where the last one ended", "[sim][simulation]")
{
    auto asked = options(2, 2, 1);
    asked.races = 3;
    SECTION("from the window")
    {
        Stage stage(asked);
        CHECK_FALSE(stage.run_for(7s));
        CHECK(stage.sender.count(R"("raceId":5984393,)") == 4);
        CHECK(stage.sender.count(R"("raceId":5984394,)") == 4);
        CHECK(stage.sender.count(R"("raceId":5984395,)") == 4);
        CHECK(stage.sender.count(R"("deviceTimestamp":)" + std::to_string(kEpoch + 4000)) == 1);
    }
    SECTION("from a number of the caller's")
    {
        asked.race_id = 7;
        Stage stage(asked);
        CHECK_FALSE(stage.run_for(7s));
        CHECK(stage.sender.count(R"("raceId":7,)") == 4);
        CHECK(stage.sender.count(R"("raceId":9,)") == 4);
    }
}

TEST_CASE("a race that waits for its window begins with it and has its id", "[sim][simulation]")
{
    auto asked = options(1, 300, 1);
    asked.start = Start::Window;
    asked.races = 2;
    Stage stage(asked);
    CHECK(stage.run_for(285'860ms));
    CHECK(stage.sender.enqueued == 0);
    CHECK(stage.run_for(20ms));
    CHECK(stage.sender.enqueued == 1);
    CHECK(stage.sender.count(R"("raceId":5984394,)") == 1);
    CHECK(stage.sender.count(R"("deviceTimestamp":1795318200000)") == 1);
    CHECK_FALSE(stage.run_for(601s));
    CHECK(stage.sender.count(R"("raceId":5984394,)") == 300);
    CHECK(stage.sender.count(R"("raceId":5984395,)") == 300);  // the next window, without a gap
}

TEST_CASE("a race that runs already is joined, and what is behind is ridden at once", "[sim][simulation]")
{
    auto asked = options(1, 300, 1);
    asked.start = Start::Running;
    asked.races = 2;
    Stage stage(asked);
    CHECK(stage.run_for(50ms));
    CHECK(stage.sender.enqueued == 15);
    CHECK(stage.sender.count(R"("raceId":5984393,)") == 15);
    CHECK(stage.sender.count(R"("deviceTimestamp":1795317900000)") == 1);
    CHECK_FALSE(stage.run_for(601s));
    CHECK(stage.sender.count(R"("raceId":5984393,)") == 300);
    CHECK(stage.sender.count(R"("raceId":5984394,)") == 300);
    CHECK(stage.sender.count(R"("deviceTimestamp":1795318200000)") == 1);
}

TEST_CASE("a race that is over when the riders come is not joined", "[sim][simulation]")
{
    auto asked = options(1, 10, 1);
    asked.start = Start::Running;
    Stage stage(asked);
    CHECK(stage.run_for(285'860ms));
    CHECK(stage.sender.enqueued == 0);
    CHECK_FALSE(stage.run_for(20s));
    CHECK(stage.sender.count(R"("raceId":5984394,)") == 10);
}

TEST_CASE("a window of another length has its own boundaries and numbers", "[sim][simulation]")
{
    auto asked = options(1, 5, 1);
    asked.start = Start::Window;
    asked.window = 7s;
    asked.races = 2;
    Stage stage(asked);
    CHECK_FALSE(stage.run_for(30s));
    const auto first = kEpoch / 7'000 + 1;
    CHECK(stage.sender.count(R"("raceId":)" + std::to_string(first) + ",") == 5);
    CHECK(stage.sender.count(R"("raceId":)" + std::to_string(first + 1) + ",") == 5);
    CHECK(stage.sender.count(R"("deviceTimestamp":)" + std::to_string((first + 1) * 7'000)) == 1);
}

TEST_CASE("as fast as possible, the whole race is on its way at once, in each rider's order", "[sim][simulation]")
{
    auto asked = options(4, 3, 0);
    asked.batch = 5;
    Stage stage(asked);
    CHECK(stage.run_for(30ms, false));
    CHECK(stage.sender.enqueued == 12);
    REQUIRE(stage.sender.payloads.size() == 4);  // two connections of 6 records, at most 5 a message
    CHECK(stage.sender.payloads[0].substr(0, 4) == "0 [{");
    CHECK(stage.sender.payloads[0].find(R"("second":1,)") < stage.sender.payloads[0].find(R"("second":2,)"));
    CHECK(stage.sender.payloads[1].find(R"("event":"final")") != std::string::npos);
    stage.cpu = 0.5;
    CHECK_FALSE(stage.run_for(50ms));
    CHECK(stage.simulation.summary().acked == 12);
    CHECK(stage.simulation.summary().cpu_s == 0.5);
    CHECK(stage.simulation.succeeded());
}

TEST_CASE("a stream is given its records one by one, each with its racer", "[sim][simulation]")
{
    auto asked = options(4, 2, GENERATE(0.0, 1.0));
    asked.transport = Transport::Stream;
    asked.batch = 500;
    asked.first_racer = 10;
    Stage stage(asked);
    CHECK_FALSE(stage.run_for(3s));
    REQUIRE(stage.sender.payloads.size() == 8);
    for (std::size_t at = 0; at < stage.sender.payloads.size(); ++at) {
        const std::string& payload = stage.sender.payloads[at];
        CHECK(payload.substr(1, 2) == " {");
        CHECK(payload.find(R"("racerId":)" + std::to_string(raw(stage.sender.racers[at])) + ',') != std::string::npos);
    }
    CHECK(stage.simulation.summary().transport == "stream");
    CHECK(stage.simulation.summary().batch == 500);
}

TEST_CASE("as fast as possible, races follow when the one before is answered", "[sim][simulation]")
{
    auto asked = options(2, 2, 0);
    asked.races = 3;
    Stage stage(asked);
    CHECK_FALSE(stage.run_for(1s));
    CHECK(stage.sender.enqueued == 12);
    CHECK(stage.sender.count(R"("raceId":5984395,)") == 4);
}

TEST_CASE("riders wait while the server takes nothing, and lose nothing", "[sim][simulation]")
{
    Stage stage(options(10, 2, 1));
    stage.sender.takes = false;
    CHECK(stage.run_for(3s));
    CHECK(stage.sender.enqueued == 0);
    stage.sender.takes = true;
    CHECK_FALSE(stage.run_for(100ms));
    CHECK(stage.sender.enqueued == 20);
}

TEST_CASE("a server that cannot be reached ends the run with a reason", "[sim][simulation]")
{
    Stage stage(options(1, 1, 1));
    stage.sender.is_connected = false;
    stage.sender.counts.last_error = "Connection refused";
    CHECK(stage.run_for(30s));
    CHECK_FALSE(stage.run_for(1s));
    CHECK(stage.simulation.failure() == "cannot connect to server:1 for 30 s: Connection refused");
    CHECK_FALSE(stage.simulation.succeeded());
}

TEST_CASE("a server that stops acknowledging ends the run with a reason", "[sim][simulation]")
{
    Stage stage(options(1, 60, 1));
    CHECK(stage.run_for(5s));
    CHECK(stage.run_for(29s, false));
    CHECK_FALSE(stage.run_for(3s, false));
    CHECK(stage.simulation.failure() == "no acknowledgement from server:1 for 30 s");
}

TEST_CASE("a request to stop sends no more and waits a while for answers", "[sim][simulation]")
{
    auto asked = options(10, 10, 1);
    asked.races = 0;
    Stage stage(asked);
    CHECK(stage.run_for(1500ms, false));
    stage.simulation.request_stop();
    CHECK(stage.run_for(1s, false));
    CHECK(stage.sender.enqueued == 15);
    SECTION("which come")
    {
        CHECK_FALSE(stage.run_for(50ms));
        CHECK(stage.simulation.succeeded());
    }
    SECTION("which do not come")
    {
        CHECK(stage.run_for(3s, false));
        CHECK_FALSE(stage.run_for(2s, false));
        CHECK_FALSE(stage.simulation.succeeded());
    }
    SECTION("unless it is told twice")
    {
        stage.simulation.request_stop();
        CHECK_FALSE(stage.run_for(20ms, false));
        CHECK_FALSE(stage.simulation.succeeded());
    }
}
