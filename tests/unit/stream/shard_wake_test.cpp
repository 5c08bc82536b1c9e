#include "log_disk.hpp"
#include "stream_fixture.hpp"

#include <optional>

using namespace alleycat;
using namespace alleycat::stream;
using std::chrono::milliseconds;

// When a shard sleeps, and what wakes it. Consumers say by signals what happens to them, so nothing here waits for a
// clock but the shard itself.

TEST_CASE("a quiet shard's consumer is called when it asked to be", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    auto& log = *fixture.logs[0];
    Signal called;
    int calls = 0;  // the shard's thread, as the next two
    std::optional<SteadyTime> asked_for;
    int early = 0;
    log.on_end_batch = [&](SteadyTime now, std::size_t) {
        early += asked_for && now < *asked_for ? 1 : 0;
        asked_for = ++calls < 5 ? now + milliseconds(20) : SteadyTime::max();
        called.raise();
        return *asked_for;
    };
    fixture.stream.start();
    for (int call = 0; call < 5; ++call) {
        CHECK(called.wait());
    }
    fixture.stop();
    CHECK(calls >= 5);
    CHECK(early <= 1);  // the stop calls once more
}

TEST_CASE("a time that has come already is asked for at once, and the shard goes on reading", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    auto& log = *fixture.logs[0];
    log.on_end_batch = [](SteadyTime now, std::size_t) { return now; };
    fixture.stream.start();
    REQUIRE(push(producer, record(7, 1)));
    producer.flush();
    CHECK(log.wait_for_entries(1));
    fixture.stop();
}

TEST_CASE("a flush wakes a shard that sleeps without end", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    auto& log = *fixture.logs[0];
    Signal idle;
    log.on_end_batch = [&](SteadyTime, std::size_t entries) {
        if (entries == 0) {
            idle.raise();
        }
        return SteadyTime::max();
    };
    fixture.stream.start();
    for (std::uint32_t second = 1; second <= 500; ++second) {
        REQUIRE(idle.wait());  // it is about to sleep, or sleeps
        REQUIRE(push(producer, record(7, second)));
        producer.flush();
        REQUIRE(log.wait_for_entries(second));
    }
    fixture.stop();
}

TEST_CASE("end_batch follows each batch", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    auto& log = *fixture.logs[0];
    std::size_t handed_over = 0;
    log.on_end_batch = [&](SteadyTime, std::size_t entries) {
        handed_over += entries;
        return SteadyTime::max();
    };
    fixture.stream.start();
    for (std::uint32_t second = 1; second <= 3'000; ++second) {
        REQUIRE(push(producer, record(7, second)));
    }
    producer.flush();
    fixture.stop();
    CHECK(handed_over == 3'000);
}

TEST_CASE("a shard whose consumer has no room asks again soon, without being woken", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    auto& log = *fixture.logs[0];
    log.close();
    Signal asked;
    log.on_end_batch = [&](SteadyTime, std::size_t) {
        asked.raise();
        return SteadyTime::max();
    };
    fixture.stream.start();
    REQUIRE(push(producer, record(7, 1)));
    producer.flush();
    for (int call = 0; call < 3; ++call) {
        REQUIRE(asked.wait());
    }
    CHECK(log.seen().empty());
    log.open();
    CHECK(log.wait_for_entries(1));
    fixture.stop();
}

TEST_CASE("a record waits for no flush but those of the records before it", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto slow = fixture.producer();
    auto other = fixture.producer();
    auto& log = *fixture.logs[0];
    REQUIRE(push(other, record(2, 1)));
    for (std::uint32_t second = 1; second <= 5; ++second) {
        REQUIRE(push(slow, record(1, second)));  // and not yet flushed
    }
    REQUIRE(push(other, record(2, 2)));
    fixture.stream.start();
    other.flush();
    REQUIRE(log.wait_for_entries(2));
    CHECK(log.seen().front().entry.racer_id == RacerId{2});
    slow.flush();
    REQUIRE(log.wait_for_entries(7));
    CHECK(log.seen().back().entry.racer_id == RacerId{2});
    fixture.stop();
    CHECK(log.seen().size() == 7);
}

TEST_CASE("nothing that is handed over while a shard looks whether it may sleep is slept on", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    auto& log = *fixture.logs[0];
    Signal idle;
    Signal go_on;
    std::size_t read = 0;  // the shard's thread
    bool held = false;     // likewise
    log.on_end_batch = [&](SteadyTime, std::size_t entries) {
        read += entries;
        if (read == 1 && entries == 0 && !held) {
            held = true;
            idle.raise();  // everything is read: the shard is about to look whether it may sleep
            static_cast<void>(go_on.wait());
        }
        return SteadyTime::max();
    };
    REQUIRE(push(producer, record(7, 1)));
    fixture.stream.start();
    producer.flush();
    REQUIRE(idle.wait());
    for (std::uint32_t second = 2; second <= 4; ++second) {
        REQUIRE(push(producer, record(7, second)));
    }
    producer.flush();
    go_on.raise();
    CHECK(log.wait_for_entries(4));  // only where the shard went to sleep on them they never come
    fixture.stop();
}

TEST_CASE("a record that waits for its consumer has an age, and none once it is handed on", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    fixture.logs[0]->close();
    fixture.stream.start();
    CHECK(fixture.state().oldest == milliseconds(0));
    REQUIRE(push(producer, record(7, 1)));
    producer.flush();
    CHECK(eventually([&] { return fixture.state().oldest > milliseconds(0); }));
    fixture.logs[0]->open();
    CHECK(eventually([&] { return fixture.state().consumed == 1; }));
    CHECK(fixture.state().oldest == milliseconds(0));
    fixture.stop();
}
