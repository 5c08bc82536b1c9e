#include "outbox.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace alleycat::sim;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kAll = 1'000'000;
const Instant kStart{1h};

}  // namespace

TEST_CASE("bytes leave in order and frames are counted when their last byte is handed over", "[sim][outbox]")
{
    Outbox outbox;
    CHECK(outbox.empty());
    CHECK(outbox.frame_rest().empty());
    outbox.append("aaaa", 2);
    outbox.append("bb", 1);
    CHECK(outbox.unsent(kAll) == "aaaabb");
    CHECK(outbox.unsent(3) == "aaa");
    CHECK(outbox.frame_rest() == "aaaa");
    CHECK(outbox.at_boundary());
    CHECK(outbox.handed_over(3, kStart) == 0);
    CHECK_FALSE(outbox.at_boundary());
    CHECK(outbox.frame_rest() == "a");
    CHECK(outbox.handed_over(1, kStart) == 2);
    CHECK(outbox.at_boundary());
    CHECK(outbox.frame_rest() == "bb");
    CHECK(outbox.handed_over(2, kStart) == 1);
    CHECK(outbox.unacknowledged_frames() == 2);
    CHECK_FALSE(outbox.empty());
}

TEST_CASE("latency is counted a record, from the handing over of its frame", "[sim][outbox]")
{
    Outbox outbox;
    LatencyHistogram latency;
    outbox.append("a", 10);
    outbox.append("b", 10);
    outbox.handed_over(1, kStart);
    outbox.handed_over(1, kStart + 10ms);
    REQUIRE(outbox.acknowledge(5, kStart + 10ms, latency));
    REQUIRE(outbox.acknowledge(20, kStart + 12ms, latency));
    CHECK(latency.count() == 20);
    CHECK(latency.max() == 12ms);
    CHECK(latency.percentile(0.5) < 3ms);
    CHECK(outbox.empty());
}

TEST_CASE("totals that fall, or run ahead of what was handed over, are refused", "[sim][outbox]")
{
    Outbox outbox;
    LatencyHistogram latency;
    outbox.append("a", 2);
    outbox.append("b", 2);
    outbox.handed_over(1, kStart);
    CHECK_FALSE(outbox.acknowledge(3, kStart, latency));
    CHECK(outbox.acknowledge(2, kStart, latency));
    CHECK(outbox.acknowledge(2, kStart, latency));
    CHECK_FALSE(outbox.acknowledge(1, kStart, latency));
}

TEST_CASE("after a rewind everything not acknowledged is sent again, from the start of its frame", "[sim][outbox]")
{
    Outbox outbox;
    LatencyHistogram latency;
    outbox.append("aa", 2);
    outbox.append("bb", 2);
    outbox.append("cc", 2);
    CHECK(outbox.handed_over(5, kStart) == 4);
    REQUIRE(outbox.acknowledge(3, kStart, latency));
    CHECK(outbox.rewind() == 1);
    CHECK(outbox.unsent(kAll) == "bbcc");
    CHECK(outbox.handed_over(4, kStart) == 2);  // only those of the last frame are new
    REQUIRE(outbox.acknowledge(4, kStart, latency));
    CHECK(outbox.empty());
}

TEST_CASE("a server that answers message by message acknowledges the oldest", "[sim][outbox]")
{
    Outbox outbox;
    LatencyHistogram latency;
    CHECK(outbox.acknowledge_frame(kStart, latency) == 0);
    outbox.append("a", 3);
    outbox.append("b", 4);
    CHECK(outbox.acknowledge_frame(kStart, latency) == 0);
    outbox.handed_over(2, kStart);
    CHECK(outbox.acknowledge_frame(kStart, latency) == 3);
    CHECK(outbox.acknowledge_frame(kStart, latency) == 4);
    CHECK(outbox.empty());
}

TEST_CASE("discarding keeps the frame under way", "[sim][outbox]")
{
    Outbox outbox;
    LatencyHistogram latency;
    outbox.append("aa", 1);
    outbox.append("bb", 1);
    outbox.append("cc", 1);
    SECTION("whose rest must follow")
    {
        outbox.handed_over(3, kStart);
        outbox.discard_unsent();
        CHECK(outbox.unsent(kAll) == "b");
        outbox.handed_over(1, kStart);
        CHECK(outbox.acknowledge(2, kStart, latency));
    }
    SECTION("of which there is none between two frames")
    {
        outbox.handed_over(2, kStart);
        outbox.discard_unsent();
        CHECK(outbox.unsent(kAll).empty());
        CHECK(outbox.acknowledge(1, kStart, latency));
    }
    SECTION("of which there is none at the beginning")
    {
        outbox.discard_unsent();
    }
    CHECK(outbox.empty());
    outbox.append("dd", 1);
    CHECK(outbox.unsent(kAll) == "dd");
}

TEST_CASE("no byte is lost or repeated however appending, sending and acknowledging mix", "[sim][outbox]")
{
    std::mt19937 random(GENERATE(1U, 2U, 3U));
    Outbox outbox;
    LatencyHistogram latency;
    std::string wanted;
    std::string got;
    std::uint64_t handed = 0;
    std::uint64_t acked = 0;
    for (int step = 0; step < 30'000; ++step) {
        if (random() % 2 == 0) {
            const std::string frame(1 + random() % 300, static_cast<char>('a' + random() % 26));
            outbox.append(frame, static_cast<std::uint32_t>(1 + random() % 3));
            wanted += frame;
        }
        const std::string_view bytes = outbox.unsent(random() % 400);
        got += bytes;
        handed += outbox.handed_over(bytes.size(), kStart);
        if (handed > acked && random() % 4 == 0) {
            acked += 1 + random() % (handed - acked);
            REQUIRE(outbox.acknowledge(acked, kStart, latency));
        }
    }
    got += outbox.unsent(kAll);
    CHECK(got == wanted);
    CHECK(latency.count() == acked);
}
