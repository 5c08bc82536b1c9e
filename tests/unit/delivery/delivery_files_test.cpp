#include "pool_fixture.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/delivery/file_span.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::delivery;
namespace fs = std::filesystem;

namespace {

const std::string kHour = "2021/05/05/18/";
const std::string kName = kHour + "alleycat-1-2021-05-05-18-51-12-";

/// Delivers the windows one after the other, and ends the pool.
void deliver(PoolFixture& fixture, std::initializer_list<std::reference_wrapper<WindowMaker>> makers)
{
    fixture.start();
    std::size_t windows = fixture.handed.all().size();
    for (auto& maker : makers) {
        fixture.deliver(maker);
        REQUIRE(fixture.handed.wait_for(++windows));
    }
    CHECK(fixture.pool->stop(kLater) == 0);
}

std::string failed_line(std::uint64_t sequence, const std::string& data)
{
    std::string line = R"({"attemptsMade":4,"arrivalTimestamp":)" +
                       std::to_string(kArrival + static_cast<int>(sequence)) +
                       R"(,"errorCode":"InvalidJson","errorMessage":"a \"message\"","attemptEndingTimestamp":)" +
                       std::to_string(kArrival + 1'000'000) + R"(,"rawData":")";
    append_base64(line, data);
    return line + R"(","transform":"http://127.0.0.1/"})";
}

}  // namespace

TEST_CASE("an object is named by its first record's arrival, and holds what is good, a line each", "[delivery][files]")
{
    PoolFixture fixture;
    fixture.options.make_transform = nullptr;
    deliver(fixture, {WindowMaker(2).add_invalid(1).add(2).add(5)});
    const auto object = kName + file_id({ShardId{2}, 1, 5, true}) + ".gz";
    const auto failed = "processing-failed/" + kName + file_id({ShardId{2}, 1, 5, false});
    CHECK(fixture.directory.files() == Lines{object, failed});
    CHECK(lines_in(fixture.directory.path() / object) ==
          Lines{record_start(2) + ",\"output\":132.25}", record_start(5) + ",\"output\":132.25}"});
    CHECK(fixture.pool->counters().objects == 1);
    CHECK(fixture.pool->counters().object_records == 2);
    CHECK(fixture.pool->counters().object_bytes == fs::file_size(fixture.directory.path() / object));
}

TEST_CASE("a failed record is kept with all that is known of it", "[delivery][files]")
{
    PoolFixture fixture;
    deliver(fixture, {WindowMaker().add_invalid(1, "junk\xFF").add(2).add_invalid(3, "")});
    const auto failed = "processing-failed/" + kName + file_id({ShardId{0}, 1, 3, false});
    CHECK(lines_in(fixture.directory.path() / failed) == Lines{failed_line(1, "junk\xFF"), failed_line(3, "")});
}

TEST_CASE("a worker's objects do not mix", "[delivery][files]")
{
    PoolFixture fixture;
    fixture.options.workers = 1;
    WindowMaker first(0);
    WindowMaker second(1);
    for (std::uint64_t number = 1; number <= 10'000; ++number) {
        first.add_text(number, "first " + std::to_string(number));
    }
    deliver(fixture, {first, second.add_text(20'000, "second")});
    const auto files = fixture.directory.files();
    REQUIRE(files.size() == 2);
    const auto lines = lines_in(fixture.directory.path() / files[0]);
    CHECK(lines.size() == 10'000);
    CHECK(lines.front() == "first 1");
    CHECK(lines.back() == "first 10000");
    CHECK(lines_in(fixture.directory.path() / files[1]) == Lines{"second"});
}

TEST_CASE("a window without good records makes no object, and one of dropped records no file", "[delivery][files]")
{
    PoolFixture fixture;
    fixture.script->react = [](const auto&) { return "dropped"; };
    deliver(fixture, {WindowMaker(0).add_invalid(1).add(2), WindowMaker(1).add(3)});
    CHECK(fixture.directory.files() == Lines{"processing-failed/" + kName + file_id({ShardId{0}, 1, 2, true})});
    CHECK(delivered_positions(fixture.directory.path(), 2) == std::vector<std::uint64_t>{2, 0});
}

TEST_CASE("with objects off, only what failed is stored", "[delivery][files]")
{
    PoolFixture fixture;
    fixture.options.objects = false;
    deliver(fixture, {WindowMaker().add_invalid(1).add(2)});
    CHECK(fixture.directory.files() == Lines{"processing-failed/" + kName + file_id({ShardId{0}, 1, 2, true})});
    CHECK(fixture.handed.all()[0].samples.size() == 1);
}

TEST_CASE("a replayed record that is in an object is handed on, and not stored again", "[delivery][files]")
{
    PoolFixture fixture;
    deliver(fixture, {WindowMaker().add(1).add_invalid(2).add(3)});
    const auto before = fixture.directory.files();
    fixture.options.delivered = delivered_positions(fixture.directory.path(), fixture.options.shards);
    CHECK(fixture.options.delivered == std::vector<std::uint64_t>{3, 0, 0, 0});

    deliver(fixture, {WindowMaker().add_replayed(1).add_invalid(2, "junk", true)});
    CHECK(fixture.directory.files() == before);
    CHECK(fixture.handed.all().back().samples.size() == 1);
    CHECK(fixture.handed.all().back().failed == 1);

    deliver(fixture, {WindowMaker().add_replayed(3).add_replayed(4).add_invalid(5, "junk", true)});
    const auto object = kName + file_id({ShardId{0}, 3, 5, true}) + ".gz";
    const auto failed = "processing-failed/" + kName + file_id({ShardId{0}, 3, 5, false});
    CHECK(fixture.directory.files().size() == before.size() + 2);
    CHECK(lines_in(fixture.directory.path() / object) == Lines{record_text(4)});
    CHECK(lines_in(fixture.directory.path() / failed) == Lines{failed_line(5, "junk")});
    CHECK(fixture.handed.all().back().samples.size() == 2);
}

TEST_CASE("a record that is not replayed is stored, whatever its number", "[delivery][files]")
{
    PoolFixture fixture;
    fixture.options.delivered = {100, 100, 100, 100};
    deliver(fixture, {WindowMaker().add(1).add_invalid(2)});
    CHECK(fixture.directory.files().size() == 2);
}

TEST_CASE("a replayed record that the transform could not be asked about is stored as failed", "[delivery][files]")
{
    PoolFixture fixture;
    fixture.options.delivered = {100, 100, 100, 100};
    fixture.script->react = [](const auto&) { return "Transform.TimedOut"; };
    fixture.script->never_answered = true;
    deliver(fixture, {WindowMaker().add_replayed(1)});
    CHECK(fixture.directory.files().size() == 1);
    CHECK(fixture.pool->counters().failed[9] == 1);
}

TEST_CASE("a disk that takes no file is tried until it does, and nothing is lost or stored twice", "[delivery][files]")
{
    PoolFixture fixture;
    fixture.options.directory = fixture.directory.path() / "delivery";
    const auto object_folder = fixture.options.directory / "2021";
    fs::create_directories(fixture.options.directory);
    std::ofstream(object_folder) << "a file where a directory must be";
    int waits = 0;
    bool failing = false;
    fixture.options.wait = [&](std::chrono::milliseconds) {  // on the worker
        failing = failing || fixture.pool->state().disk_failing;
        if (++waits == 3) {
            fs::remove(object_folder);
        }
        return true;
    };
    deliver(fixture, {WindowMaker().add_invalid(1).add(2)});
    CHECK(waits == 3);
    CHECK(failing);
    CHECK_FALSE(fixture.pool->state().disk_failing);
    CHECK(fixture.pool->counters().disk_failures == 3);
    CHECK(fixture.pool->counters().objects == 1);
    CHECK(fixture.directory.files().size() == 2);
    CHECK(fixture.handed.all().size() == 1);
}

TEST_CASE("a stop ends the wait for a disk, and leaves its window to the log", "[delivery][files]")
{
    PoolFixture fixture;
    fixture.options.directory = fixture.directory.path() / "delivery";
    std::ofstream(fixture.options.directory) << "a file where the directory must be";
    auto& pool = fixture.start();
    fixture.deliver(WindowMaker().add(1).add(2));
    CHECK(pool.stop(SteadyTime::min()) == 2);
    CHECK(fixture.handed.all().empty());
    CHECK_FALSE(pool.state().disk_failing);
}

TEST_CASE("files that are too old, or too many, are removed at the start", "[delivery][files]")
{
    PoolFixture fixture;
    deliver(fixture, {WindowMaker().add(1).add_invalid(2)});  // long ago, by its arrival
    REQUIRE(fixture.directory.files().size() == 2);
    SECTION("by age")
    {
        fixture.options.retention.age = std::chrono::hours(24);
    }
    SECTION("by size")
    {
        fixture.options.retention.bytes = 10;
    }
    deliver(fixture, {});
    CHECK(fixture.directory.files().empty());
    CHECK(fixture.pool->counters().expired_files == 2);
    CHECK(fixture.pool->counters().expired_bytes > 0);
}
