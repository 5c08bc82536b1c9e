#include "history_sink.hpp"

#include "way_fixture.hpp"

using namespace alleycat;
using namespace alleycat::app;
namespace fs = std::filesystem;
using Positions = Checkpoints::Positions;

namespace {

struct SinkFixture : WayFixture {
    Durations flush_times;
    HistorySink sink{{store, ranking, ledger, &checkpoints, &flush_times}};

    SinkFixture() { ranking.start(); }
    ~SinkFixture() { ranking.stop(); }
    SinkFixture(const SinkFixture&) = delete;
    SinkFixture& operator=(const SinkFixture&) = delete;

    void deliver(std::uint32_t shard, std::uint64_t last_sequence, std::vector<telemetry::Sample> samples,
                 std::uint64_t failed = 0, std::uint64_t dropped = 0)
    {
        delivery::Delivered window;
        window.shard = ShardId{shard};
        window.last_sequence = last_sequence;
        window.failed = failed;
        window.dropped = dropped;
        window.samples = std::move(samples);
        ledger.replay(window.samples.size() + failed + dropped);
        sink.deliver(window);
    }
    void settle_after(milliseconds pause)
    {
        now += pause;
        static_cast<void>(sink.settle(now));
    }
    /// No history file can be written until mend() is called.
    void break_history() const
    {
        fs::rename(directory.path() / "history", directory.path() / "moved");
        static_cast<void>(directory.write("history", "a file where the directory was"));
    }
    void mend_history() const
    {
        fs::remove(directory.path() / "history");
        fs::rename(directory.path() / "moved", directory.path() / "history");
    }
};

}  // namespace

TEST_CASE("each time that files are written is measured", "[app][sink]")
{
    SinkFixture fixture;
    fixture.settle_after(milliseconds(0));
    CHECK(fixture.flush_times.read().count() == 0);
    fixture.deliver(1, 10, {sample(1, 7, 100)});
    fixture.settle_after(milliseconds(0));
    CHECK(fixture.flush_times.read().count() == 1);
    fixture.settle_after(milliseconds(0));
    CHECK(fixture.flush_times.read().count() == 1);
}

TEST_CASE("a window's position is saved behind the files that hold it", "[app][sink]")
{
    SinkFixture fixture;
    fixture.deliver(1, 10, {sample(1, 7, 100)});
    CHECK(fixture.checkpoints.history() == Positions{0, 0});
    CHECK(fixture.store.file(ClassId{1}) == nullptr);
    fixture.settle_after(milliseconds(0));
    CHECK(fixture.store.file(ClassId{1}) != nullptr);
    CHECK(fixture.checkpoints.history() == Positions{0, 10});
    CHECK(fixture.reloaded().history() == Positions{0, 10});
}

TEST_CASE("a flush that fails holds the position back, also at the stop", "[app][sink]")
{
    SinkFixture fixture;
    fixture.deliver(0, 10, {sample(1, 7, 100)});
    fixture.settle_after(milliseconds(0));
    fixture.break_history();
    fixture.deliver(0, 20, {sample(1, 7, 101)});
    fixture.deliver(1, 25, {sample(1, 7, 90)});  // improves nothing, but stands behind
    for (int round = 0; round < 3; ++round) {
        fixture.settle_after(seconds(20));
        CHECK(fixture.reloaded().history() == Positions{10, 0});
    }
    SECTION("until it succeeds")
    {
        fixture.mend_history();
        fixture.settle_after(seconds(20));
        CHECK(fixture.reloaded().history() == Positions{20, 25});
    }
    SECTION("also at the stop")
    {
        fixture.sink.finish();
        CHECK(fixture.reloaded().history() == Positions{10, 0});
        fixture.mend_history();
    }
}

TEST_CASE("one class that is not written holds back what is behind it only", "[app][sink]")
{
    SinkFixture fixture;
    fixture.deliver(0, 10, {sample(1, 7, 100, 1)});
    fixture.settle_after(milliseconds(0));
    fixture.deliver(1, 20, {sample(1, 7, 100, 2)});
    fixture.deliver(0, 30, {sample(1, 7, 101, 1)});  // class 1 rests still
    fixture.deliver(1, 40, {sample(1, 7, 90, 2)});
    fixture.settle_after(milliseconds(0));  // class 2 is written; a checkpoint was a moment ago
    CHECK(fixture.reloaded().history() == Positions{10, 0});
    fixture.settle_after(milliseconds(999));
    CHECK(fixture.reloaded().history() == Positions{10, 0});
    fixture.settle_after(milliseconds(1));
    CHECK(fixture.reloaded().history() == Positions{30, 40});
}

TEST_CASE("settle asks to be called when a checkpoint waits", "[app][sink]")
{
    SinkFixture fixture;
    fixture.deliver(0, 10, {sample(1, 7, 100)});
    fixture.settle_after(milliseconds(0));
    fixture.deliver(0, 20, {sample(1, 7, 90)});
    const auto next = fixture.sink.settle(fixture.now);
    CHECK(next == fixture.now + seconds(1));
    CHECK(fixture.sink.settle(next) > next);
    CHECK(fixture.reloaded().history() == Positions{20, 0});
}

TEST_CASE("very many windows that wait for a file are remembered as fewer, and none is forgotten", "[app][sink]")
{
    SinkFixture fixture;
    fixture.deliver(0, 1, {sample(1, 7, 1)});
    fixture.settle_after(milliseconds(0));
    for (std::uint64_t n = 2; n <= 500; ++n) {
        fixture.deliver(0, n, {sample(1, 7, static_cast<double>(n))});
    }
    fixture.settle_after(milliseconds(0));
    CHECK(fixture.reloaded().history() == Positions{1, 0});
    fixture.settle_after(seconds(2));
    CHECK(fixture.reloaded().history() == Positions{500, 0});
}

TEST_CASE("a checkpoint that cannot be saved is tried again", "[app][sink]")
{
    SinkFixture fixture;
    static_cast<void>(fixture.directory.write("checkpoints", "a file where the directory was"));
    fixture.deliver(0, 10, {sample(1, 7, 100)});
    fixture.settle_after(milliseconds(0));
    CHECK(fixture.checkpoints.history() == Positions{0, 0});
    fs::remove(fixture.directory.path() / "checkpoints");
    fixture.settle_after(seconds(1));
    CHECK(fixture.reloaded().history() == Positions{10, 0});
}

TEST_CASE("each record of a window is applied, failed or dropped in the ledger", "[app][sink]")
{
    SinkFixture fixture;
    fixture.deliver(0, 10, {sample(1, 7, 100), sample(1, 7, 90), sample(9'999, 7, 100)}, 2, 5);
    const auto totals = fixture.ledger.totals();
    CHECK(totals.applied == 3);  // better or not
    CHECK(totals.failed == 2);
    CHECK(totals.dropped == 5);
    CHECK(totals.in_delivery == 0);
}

TEST_CASE("without a log there are no checkpoints", "[app][sink]")
{
    WayFixture fixture;
    fixture.ranking.start();
    HistorySink sink({fixture.store, fixture.ranking, fixture.ledger, nullptr});
    delivery::Delivered window;
    window.samples = {sample(1, 7, 100)};
    sink.deliver(window);
    const auto next = sink.settle(fixture.now);
    CHECK((next == fixture.store.next_due()));
    sink.finish();
    CHECK(fixture.store.file(ClassId{1}) != nullptr);
    CHECK_FALSE(fs::exists(fixture.directory.path() / "checkpoints"));
    fixture.ranking.stop();
}
