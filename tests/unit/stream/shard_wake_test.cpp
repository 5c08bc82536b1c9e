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
    auto producer = fixture.stream.make_producer([] {});
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
    fixture.stream.stop();
    CHECK(calls >= 5);
    CHECK(early <= 1);  // the stop calls once more
}

TEST_CASE("a time that has come already is asked for at once, and the shard goes on reading", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.stream.make_producer([] {});
    auto& log = *fixture.logs[0];
    log.on_end_batch = [](SteadyTime now, std::size_t) { return now; };
    fixture.stream.start();
    REQUIRE(producer.try_append(record(7, 1), 200));
    producer.flush();
    CHECK(log.wait_for_entries(1));
    fixture.stream.stop();
}

TEST_CASE("a flush wakes a shard that sleeps without end", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.stream.make_producer([] {});
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
        REQUIRE(producer.try_append(record(7, second), 200));
        producer.flush();
        REQUIRE(log.wait_for_entries(second));
    }
    fixture.stream.stop();
}

TEST_CASE("end_batch follows each batch", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.stream.make_producer([] {});
    auto& log = *fixture.logs[0];
    std::size_t handed_over = 0;
    log.on_end_batch = [&](SteadyTime, std::size_t entries) {
        handed_over += entries;
        return SteadyTime::max();
    };
    fixture.stream.start();
    for (std::uint32_t second = 1; second <= 3'000; ++second) {
        REQUIRE(producer.try_append(record(7, second), 200));
    }
    fixture.stream.stop();
    CHECK(handed_over == 3'000);
}

TEST_CASE("a shard whose consumer has no room asks again soon, without being woken", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.stream.make_producer([] {});
    auto& log = *fixture.logs[0];
    log.close();
    Signal asked;
    log.on_end_batch = [&](SteadyTime, std::size_t) {
        asked.raise();
        return SteadyTime::max();
    };
    fixture.stream.start();
    REQUIRE(producer.try_append(record(7, 1), 200));
    producer.flush();
    for (int call = 0; call < 3; ++call) {
        REQUIRE(asked.wait());
    }
    CHECK(log.seen().empty());
    log.open();
    CHECK(log.wait_for_entries(1));
    fixture.stream.stop();
}

TEST_CASE("what one producer hands over does not wait for another's flush", "[stream][shard]")
{
    StreamFixture fixture({.shards = 1});
    auto slow = fixture.stream.make_producer([] {});
    auto other = fixture.stream.make_producer([] {});
    auto& log = *fixture.logs[0];
    Signal idle;
    Signal go_on;
    std::size_t read = 0;  // the shard's thread
    bool held = false;     // likewise
    log.on_end_batch = [&](SteadyTime, std::size_t entries) {
        read += entries;
        if (read == 6 && entries == 0 && !held) {
            held = true;
            idle.raise();  // everything is read: the shard is about to look whether it may sleep
            static_cast<void>(go_on.wait());
        }
        return SteadyTime::max();
    };
    for (std::uint32_t second = 1; second <= 5; ++second) {
        REQUIRE(slow.try_append(record(1, second), 200));  // and not yet flushed
    }
    REQUIRE(other.try_append(record(2, 1), 200));
    fixture.stream.start();
    other.flush();
    REQUIRE(idle.wait());
    for (std::uint32_t second = 2; second <= 4; ++second) {
        REQUIRE(other.try_append(record(2, second), 200));
    }
    other.flush();
    go_on.raise();
    // Only where the shard went to sleep on them do they take this long.
    CHECK(log.wait_for_entries(9, std::chrono::steady_clock::now() + std::chrono::seconds(3)));
    slow.flush();
    fixture.stream.stop();
    CHECK(log.seen().size() == 9);
}
