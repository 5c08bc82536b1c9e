#include "log_disk.hpp"

using namespace alleycat;
using namespace alleycat::stream;
using commitlog::Call;

namespace {

struct Failure {
    std::string name;
    std::set<Call> kinds;
    int error{0};
    std::size_t after{0};
};

std::vector<Failure> failures()
{
    return {{"the disk is full", {Call::Write, Call::Allocate}, ENOSPC, 1},
            {"no segment can be begun", {Call::Create}, ENOSPC, 0},
            {"writing fails", {Call::Write}, EIO, 1},
            {"syncing fails", {Call::Sync}, EIO, 1},
            {"everything fails", {}, EIO, 0}};
}

boost::system::error_code system_error(int value)
{
    return {value, boost::system::system_category()};
}

}  // namespace

TEST_CASE("while commits fail nothing is durable, and when they go well again each record is there once",
          "[stream][commit]")
{
    const auto failure = GENERATE(from_range(failures()));
    CAPTURE(failure.name);
    LogDisk disk;
    auto expected = std::vector<SequenceNumber>();
    {
        StreamFixture fixture(on_disk(disk));
        auto producer = fixture.producer();
        disk.fail(failure.kinds, failure.error, failure.after);
        fixture.stream.start();
        push_seconds(producer, 1, 10);
        REQUIRE(eventually([&] { return fixture.state().failed_commits >= 1; }));
        const auto last = push_seconds(producer, 11, 20);
        REQUIRE(eventually([&] { return fixture.state().failed_commits >= 2; }));
        CHECK(producer.durable() == 0);
        CHECK(fixture.logs[0]->seen().empty());
        CHECK(fixture.state().failure == system_error(failure.error));
        CHECK(fixture.state().committed == 0);

        disk.heal();
        CHECK(eventually([&] { return producer.durable() == last; }));
        push_seconds(producer, 21, 25);
        CHECK(fixture.stop() == 0);
        CHECK_FALSE(fixture.state().failure);
        CHECK(fixture.state().committed == 25);
        CHECK(seconds(*fixture.logs[0]) == through(1, 25));
        expected = sequences(*fixture.logs[0]);
        CHECK(increase(expected));
    }
    StreamFixture again(on_disk(disk));
    again.stream.start();
    again.stop();
    CHECK(seconds(*again.logs[0]) == through(1, 25));
    CHECK(sequences(*again.logs[0]) == expected);
}

TEST_CASE("a disk that fails again and again costs nothing but time", "[stream][commit]")
{
    LogDisk disk;
    disk.with([](auto& memory) { memory.set_short_writes(3); });
    auto options = on_disk(disk);
    options.log->segment_bytes = 1;  // each commit begins a segment
    StreamFixture fixture(options);
    auto producer = fixture.producer();
    fixture.stream.start();
    std::uint32_t second = 0;
    for (const auto& failure : failures()) {
        CAPTURE(failure.name);
        const auto failed = fixture.state().failed_commits;
        disk.fail(failure.kinds, failure.error, failure.after);
        Ticket ticket = 0;
        REQUIRE(eventually([&] {  // what goes well before may take a commit or two
            if (producer.durable() >= ticket && second < 280) {
                ++second;
                ticket = push_seconds(producer, second, second);
            }
            return fixture.state().failed_commits > failed;
        }));
        disk.heal();
        REQUIRE(eventually([&] { return producer.durable() == ticket; }));
    }
    CHECK(fixture.stop() == 0);
    CHECK(seconds(*fixture.logs[0]) == through(1, second));
    CHECK(increase(sequences(*fixture.logs[0])));

    StreamFixture again(on_disk(disk));
    again.stream.start();
    again.stop();
    CHECK(sequences(*again.logs[0]) == sequences(*fixture.logs[0]));
}

TEST_CASE("a full disk fills the ring, which refuses, and nothing is lost", "[stream][commit]")
{
    LogDisk disk;
    auto options = on_disk(disk);
    options.ring_capacity_bytes = 4'096;
    StreamFixture fixture(options);
    Signal space;
    auto producer = fixture.producer([&space] { space.raise(); });
    disk.fail({Call::Write}, ENOSPC);
    fixture.stream.start();
    std::uint32_t second = 1;
    for (; push(producer, record(7, second)); ++second) {
        CHECK(producer.durable() == 0);
    }
    CHECK(second > 5);
    CHECK_FALSE(push(producer, record(7, second)));
    REQUIRE(eventually([&] { return fixture.state().failed_commits >= 1; }));
    disk.heal();
    for (; second <= 100; ++second) {
        while (!push(producer, record(7, second))) {
            REQUIRE(space.wait());
        }
    }
    producer.flush();
    CHECK(fixture.stop() == 0);
    CHECK(seconds(*fixture.logs[0]) == through(1, 100));
}

TEST_CASE("a stop gives up on a disk that stays full at its deadline, and says how many records that costs",
          "[stream][commit]")
{
    LogDisk disk;
    SteadyTime deadline = SteadyTime::min();
    SECTION("which is past") {}
    SECTION("which is to come")
    {
        deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    }
    {
        StreamFixture fixture(on_disk(disk, 2));
        auto producer = fixture.producer();
        fixture.stream.start();
        const auto first = push_seconds(producer, 1, 4);
        REQUIRE(eventually([&] { return producer.durable() == first; }));
        disk.fail({}, ENOSPC);
        for (std::uint64_t racer = 100; racer < 110; ++racer) {
            push_seconds(producer, 1, 1, racer);
        }
        CHECK(fixture.stream.stop(deadline) == 10);
        CHECK(producer.durable() == first);
        CHECK(fixture.entries() == 4);
        for (const auto& log : fixture.logs) {
            CHECK(log->finished());
        }
        CHECK(fixture.stream.stop(deadline) == 10);  // once more changes nothing
    }
    disk.heal();
    StreamFixture again(on_disk(disk, 2));
    again.stream.start();
    again.stop();
    CHECK(again.entries() == 4);
}

TEST_CASE("a stop waits for a disk that comes back before its deadline", "[stream][commit]")
{
    LogDisk disk;
    StreamFixture fixture(on_disk(disk));
    auto producer = fixture.producer();
    disk.fail({Call::Sync}, EIO);
    fixture.stream.start();
    push_seconds(producer, 1, 10);
    REQUIRE(eventually([&] { return fixture.state().failed_commits >= 1; }));
    std::uint64_t lost = 99;
    std::thread stopper([&] { lost = fixture.stop(); });
    const auto failed = fixture.state().failed_commits;
    CHECK(eventually([&] { return fixture.state().failed_commits > failed; }));
    disk.heal();
    stopper.join();
    CHECK(lost == 0);
    CHECK(seconds(*fixture.logs[0]) == through(1, 10));
}

TEST_CASE("what was durable survives a power cut in the middle of the next commit", "[stream][commit]")
{
    const auto seed = GENERATE(range(0U, 20U));
    CAPTURE(seed);
    LogDisk disk;
    {
        StreamFixture fixture(on_disk(disk));
        auto producer = fixture.producer();
        fixture.stream.start();
        const auto first = push_seconds(producer, 1, 10);
        REQUIRE(eventually([&] { return producer.durable() == first; }));
        disk.hold_syncs();
        push_seconds(producer, 11, 20);
        REQUIRE(disk.wait_for_syncs());
        CHECK(producer.durable() == first);
        disk.with([&](auto& memory) { memory.cut_power(seed); });
        disk.let_all_go();
    }
    StreamFixture again(on_disk(disk));
    again.stream.start();
    again.stop();
    const auto seen = seconds(*again.logs[0]);
    REQUIRE(seen.size() >= 10);
    CHECK(seen == stream::through(1, static_cast<std::uint32_t>(seen.size())));
}
