#include "progress.hpp"
#include "sender.hpp"
#include "summary.hpp"

#include <catch2/catch.hpp>

using namespace alleycat::sim;
using namespace std::chrono_literals;

TEST_CASE("the summary is one line of JSON with the rate of answers", "[sim][report]")
{
    const Summary summary{"websocket", 10, 4, 2, 100, 90, 10, 0.5, 1.23456, 2, 3.5, 0.25};
    CHECK(to_json(summary) ==
          R"({"transport":"websocket","riders":10,"connections":4,"batch":2,"sent":100,"acked":90,"rejected":10,)"
          R"("elapsed_s":0.5,"rate":200,"latency_ms":{"p50":1.235,"p99":2,"max":3.5},"cpu_s":0.25})");
}

TEST_CASE("a run without any time has no rate", "[sim][report]")
{
    CHECK(to_json(Summary{"mqtt"}).find(R"("elapsed_s":0,"rate":0,)") != std::string::npos);
}

TEST_CASE("the progress bar shows the share of the race and the rate since the last look", "[sim][report]")
{
    ProgressBar bar;
    Progress progress;
    progress.phase = Progress::Phase::Racing;
    progress.race_id = 5984393;
    progress.share = 0.5;
    progress.sent = 1000;
    progress.acked = 900;
    progress.now = std::chrono::steady_clock::time_point(1h);
    CHECK(bar.render(progress, 200) ==
          "\r\x1b[Krace 5984393 [============>           ] 50 %  sent 1000  acked 900  0/s");
    progress.share = 1;
    progress.acked = 1200;
    progress.rejected = 200;
    progress.now += 500ms;
    CHECK(bar.render(progress, 200) ==
          "\r\x1b[Krace 5984393 [========================] 100 %  sent 1000  acked 1200  rejected 200  1000/s");
}

TEST_CASE("the progress bar is never wider than the terminal", "[sim][report]")
{
    ProgressBar bar;
    Progress progress;
    for (const auto phase : {Progress::Phase::Connecting, Progress::Phase::Waiting, Progress::Phase::Racing,
                             Progress::Phase::Settling, Progress::Phase::Done}) {
        progress.phase = phase;
        CHECK(bar.render(progress, 20).size() <= std::string_view(kClearLine).size() + 20);
    }
}

TEST_CASE("the pause before another attempt grows to a limit", "[sim][report]")
{
    CHECK(reconnect_pause(1) == 100ms);
    CHECK(reconnect_pause(2) == 200ms);
    CHECK(reconnect_pause(5) == 1600ms);
    CHECK(reconnect_pause(1'000'000) == 1600ms);
}
