#include "log_disk.hpp"

using namespace alleycat;
using namespace alleycat::stream;

// When records become durable. A sync that waits stands for a disk that is slow.

TEST_CASE("no ticket is durable, and no record consumed, before the sync that covers it is done", "[stream][commit]")
{
    LogDisk disk;
    StreamFixture fixture(on_disk(disk));
    Signal progress;
    auto producer = fixture.producer([&progress] { progress.raise(); });
    disk.hold_syncs();
    fixture.stream.start();
    const auto first = push_seconds(producer, 1, 3);
    REQUIRE(disk.wait_for_syncs());
    CHECK(producer.durable() < first);
    const auto second = push_seconds(producer, 4, 5);
    CHECK(second > first);
    CHECK(producer.durable() < first);
    CHECK(fixture.logs[0]->seen().empty());
    CHECK(fixture.state().committed == 0);

    disk.let_one_go();
    REQUIRE(progress.wait());
    CHECK(producer.durable() == first);
    REQUIRE(disk.wait_for_syncs());
    CHECK(producer.durable() == first);
    CHECK(seconds(*fixture.logs[0]) == through(1, 3));

    disk.let_one_go();
    REQUIRE(progress.wait());
    CHECK(producer.durable() == second);
    disk.let_all_go();
    CHECK(fixture.stop() == 0);
    CHECK(seconds(*fixture.logs[0]) == through(1, 5));
    CHECK(fixture.state().committed == 5);
}

TEST_CASE("a ticket is durable when the last of its shards has synced, whichever that is", "[stream][commit]")
{
    LogDisk disk;
    StreamFixture fixture(on_disk(disk, 3));
    auto producer = fixture.producer();
    disk.hold_syncs();
    fixture.stream.start();
    for (std::uint64_t racer = 0; racer < 100; ++racer) {
        REQUIRE(push(producer, record(racer, 1)));
    }
    const auto ticket = producer.flush();
    for (int shard = 0; shard < 3; ++shard) {
        REQUIRE(disk.wait_for_syncs(3 - shard));
        CHECK(producer.durable() < ticket);
        disk.let_one_go();
    }
    disk.let_all_go();
    CHECK(eventually([&] { return producer.durable() == ticket; }));
    fixture.stop();
    CHECK(fixture.entries() == 100);
}

TEST_CASE("each producer hears of its own records", "[stream][commit]")
{
    LogDisk disk;
    StreamFixture fixture(on_disk(disk));
    Signal first_progress;
    Signal second_progress;
    auto first = fixture.producer([&] { first_progress.raise(); });
    auto second = fixture.producer([&] { second_progress.raise(); });
    disk.hold_syncs();
    fixture.stream.start();
    const auto ticket_of_first = push_seconds(first, 1, 10, 1);
    REQUIRE(disk.wait_for_syncs());
    const auto ticket_of_second = push_seconds(second, 1, 10, 2);
    CHECK(first.durable() < ticket_of_first);
    CHECK(second.durable() < ticket_of_second);
    disk.let_one_go();
    REQUIRE(first_progress.wait());
    CHECK(first.durable() == ticket_of_first);
    REQUIRE(second_progress.wait());  // something is durable: it may look, and has to wait on
    CHECK(second.durable() < ticket_of_second);
    REQUIRE(disk.wait_for_syncs());
    disk.let_one_go();
    REQUIRE(second_progress.wait());
    CHECK(second.durable() == ticket_of_second);
    disk.let_all_go();
    fixture.stop();
}

TEST_CASE("a flush without new records returns the same ticket", "[stream][commit]")
{
    LogDisk disk;
    const bool logged = GENERATE(true, false);
    auto options = on_disk(disk);
    if (!logged) {
        options.log.reset();
    }
    StreamFixture fixture(options);
    auto producer = fixture.producer();
    fixture.stream.start();
    const auto none = producer.flush();
    CHECK(producer.flush() == none);
    CHECK(producer.durable() == none);
    const auto ticket = push_seconds(producer, 1, 1);
    CHECK(ticket > none);
    CHECK(producer.flush() == ticket);
    CHECK(eventually([&] { return producer.durable() == ticket; }));
    CHECK(producer.flush() == ticket);
    CHECK(push_seconds(producer, 2, 2) > ticket);
    fixture.stop();
}

TEST_CASE("without a log, what is handed over is durable at once", "[stream][commit]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    fixture.logs[0]->close();
    const auto ticket = push_seconds(producer, 1, 3);
    CHECK(producer.durable() == ticket);
    fixture.stream.start();
    fixture.logs[0]->open();
    CHECK(fixture.stop() == 0);
    CHECK(fixture.state().commit_times.count() == 0);
}

TEST_CASE("enough bytes are committed before the interval is over", "[stream][commit]")
{
    LogDisk disk;
    auto options = on_disk(disk);
    options.log->commit_interval = std::chrono::hours(1);
    options.log->commit_bytes = 4'096;
    StreamFixture fixture(options);
    Signal progress;
    auto producer = fixture.producer([&progress] { progress.raise(); });
    fixture.stream.start();
    const auto first = push_seconds(producer, 1, 1);  // nothing was committed lately: at once
    REQUIRE(eventually([&] { return producer.durable() == first; }));
    push_seconds(producer, 2, 2);
    const auto last = push_seconds(producer, 3, 50);
    REQUIRE(eventually([&] { return producer.durable() == last; }));
    push_seconds(producer, 51, 51);
    CHECK(fixture.stop() == 0);  // which waits for no interval
    CHECK(seconds(*fixture.logs[0]) == through(1, 51));
    CHECK(fixture.state().commit_times.count() <= 4);  // not one a record
}

TEST_CASE("a ring that is full is committed before the interval is over", "[stream][commit]")
{
    LogDisk disk;
    auto options = on_disk(disk);
    options.ring_capacity_bytes = 4'096;
    options.log->commit_interval = std::chrono::hours(1);
    options.log->commit_bytes = 1024 * 1024;
    StreamFixture fixture(options);
    Signal space;
    auto producer = fixture.producer([&space] { space.raise(); });
    fixture.stream.start();
    for (std::uint32_t second = 1; second <= 200; ++second) {
        while (!push(producer, record(7, second))) {
            REQUIRE(space.wait());
        }
    }
    producer.flush();
    CHECK(fixture.stop() == 0);
    CHECK(seconds(*fixture.logs[0]) == through(1, 200));
}

TEST_CASE("many doors at once: what is durable is what was synced, and all of it arrives once", "[stream][commit]")
{
    constexpr std::uint32_t kSeconds = 300;
    LogDisk disk;
    auto options = on_disk(disk, 2);
    options.ring_capacity_bytes = 16 * 1024;
    StreamFixture fixture(options);
    std::vector<Signal> signals(3);
    std::vector<Producer> producers;
    for (auto& signal : signals) {
        producers.push_back(fixture.producer([&signal] { signal.raise(); }));
    }
    fixture.stream.start();
    std::atomic<int> stuck{0};
    std::vector<std::thread> doors;
    for (std::size_t door = 0; door < producers.size(); ++door) {
        doors.emplace_back([&, door] {
            auto& producer = producers[door];
            for (std::uint32_t second = 1; second <= kSeconds; ++second) {
                for (std::uint64_t racer = 0; racer < 5; ++racer) {
                    while (!push(producer, record(door * 10 + racer, second))) {
                        stuck += signals[door].wait() ? 0 : 1;
                    }
                }
                const auto ticket = producer.flush();
                while (second % 50 == 0 && producer.durable() != ticket) {
                    stuck += signals[door].wait() ? 0 : 1;
                }
            }
        });
    }
    for (auto& door : doors) {
        door.join();
    }
    CHECK(stuck == 0);
    CHECK(fixture.stop() == 0);
    CHECK(fixture.entries() == producers.size() * 5 * kSeconds);
    for (const auto& log : fixture.logs) {
        CHECK(increase(sequences(*log)));
    }
}
