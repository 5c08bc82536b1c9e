#include "delivery_fixture.hpp"

#include <alleycat/delivery/window.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::delivery;
using std::chrono::milliseconds;

namespace {

const SteadyTime kStart{std::chrono::hours(1)};
const std::string kKey = "racer-7";

Windower windower(std::uint64_t size_bytes = 1'000)
{
    return Windower(ShardId{3}, {.interval = milliseconds(60'000), .size_bytes = size_bytes});
}

/// A valid record of so many bytes.
void add(Windower& gathering, std::uint64_t sequence, std::size_t bytes, SteadyTime now = kStart)
{
    const std::string data(bytes, 'x');
    gathering.add({sequence, 1'000, false, kKey, data}, sample(sequence), now);
}

void add_invalid(Windower& gathering, std::uint64_t sequence, std::size_t bytes)
{
    const std::string data(bytes, 'y');
    gathering.add({sequence, 1'000, false, kKey, data}, telemetry::Rejection{Errc::OutOfRange, "second: is 0", ""},
                  kStart);
}

}  // namespace

TEST_CASE("an empty window is never due", "[delivery][window]")
{
    const auto empty = windower();
    CHECK(empty.empty());
    CHECK_FALSE(empty.due(SteadyTime::max()));
    CHECK_FALSE(empty.full());
    CHECK(empty.deadline() == SteadyTime::max());
}

TEST_CASE("a window is due an interval behind its first record", "[delivery][window]")
{
    auto gathering = windower();
    add(gathering, 1, 10);
    add(gathering, 2, 10, kStart + milliseconds(50'000));
    CHECK(gathering.deadline() == kStart + milliseconds(60'000));
    CHECK_FALSE(gathering.due(kStart + milliseconds(59'999)));
    CHECK(gathering.due(kStart + milliseconds(60'000)));
    CHECK(gathering.window().opened == kStart);
}

TEST_CASE("a window is due at its size, whatever the time, and keys do not count", "[delivery][window]")
{
    auto gathering = windower(1'000);
    add(gathering, 1, 999);
    CHECK_FALSE(gathering.due(kStart));
    add(gathering, 2, 1);
    CHECK(gathering.due(kStart));
    CHECK(gathering.window().data_bytes == 1'000);
}

TEST_CASE("a window that is not delivered goes on growing until it is full", "[delivery][window]")
{
    auto gathering = windower(1'000);
    for (std::uint64_t number = 1; number < Windower::kMaxGrowth; ++number) {
        add(gathering, number, 1'000);
        CHECK(gathering.due(kStart));
        CHECK_FALSE(gathering.full());
    }
    add(gathering, 99, 999);
    CHECK_FALSE(gathering.full());
    add(gathering, 100, 1);
    CHECK(gathering.full());
    CHECK(gathering.window().records.size() == Windower::kMaxGrowth + 1);
}

TEST_CASE("a large window grows less, and one of the largest size not at all", "[delivery][window]")
{
    constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
    CHECK(windower(64 * 1024).full_bytes() == kMiB);
    CHECK(windower(kMiB).full_bytes() == 16 * kMiB);
    CHECK(windower(2 * kMiB).full_bytes() == 32 * kMiB);
    CHECK(windower(8 * kMiB).full_bytes() == 32 * kMiB);
    CHECK(windower(128 * kMiB).full_bytes() == 128 * kMiB);
}

TEST_CASE("records without data fill a window too", "[delivery][window]")
{
    auto gathering = windower(1'000);
    std::uint64_t number = 0;
    while (!gathering.full() && number < 100'000) {
        add(gathering, ++number, 0);
    }
    CHECK(number * sizeof(Window::Record) <= 2 * gathering.full_bytes());
    CHECK(gathering.window().data_bytes == 0);
}

TEST_CASE("a window keeps its records whole and in order, and a restart begins a new one", "[delivery][window]")
{
    auto gathering = windower();
    for (std::uint64_t number = 1; number <= 10; ++number) {
        const auto data = "data " + std::to_string(number);
        const auto key = "key " + std::to_string(number);
        gathering.add({number, static_cast<std::int64_t>(100 + number), number < 3, key, data}, sample(number), kStart);
    }
    const auto window = std::move(gathering.window());
    gathering.restart();
    REQUIRE(window.records.size() == 10);
    for (std::uint64_t number = 1; number <= 10; ++number) {
        const auto& record = window.records[number - 1];
        CHECK(record.sequence == number);
        CHECK(record.arrival_ms == static_cast<std::int64_t>(100 + number));
        CHECK(record.replayed == (number < 3));
        CHECK(record.valid());
        CHECK(record.sample.racer_id == RacerId{number});
        CHECK(window.data(record) == "data " + std::to_string(number));
        CHECK(window.partition_key(record) == "key " + std::to_string(number));
    }
    CHECK(gathering.empty());
    CHECK(gathering.window().data_bytes == 0);
    CHECK(gathering.deadline() == SteadyTime::max());
    add(gathering, 11, 10, kStart + milliseconds(5));
    CHECK(gathering.deadline() == kStart + milliseconds(60'005));
}

TEST_CASE("a window says up to which record of its shard it goes", "[delivery][window]")
{
    auto gathering = windower();
    CHECK(gathering.window().last_sequence() == 0);
    add(gathering, 7, 100);
    add_invalid(gathering, 19, 100);
    const auto window = std::move(gathering.window());
    gathering.restart();
    CHECK(window.shard == ShardId{3});
    CHECK(window.last_sequence() == 19);
    add(gathering, 20, 100);
    CHECK(gathering.window().shard == ShardId{3});
    CHECK(gathering.window().last_sequence() == 20);
}

TEST_CASE("a record that is not valid is kept with the reason", "[delivery][window]")
{
    auto gathering = windower();
    add_invalid(gathering, 5, 300);
    add(gathering, 6, 100);
    add_invalid(gathering, 7, 300);
    const auto& window = gathering.window();
    REQUIRE(window.records.size() == 3);
    CHECK_FALSE(window.records[0].valid());
    CHECK(window.records[1].valid());
    CHECK_FALSE(window.records[2].valid());
    CHECK(window.refusal(window.records[2]).code == Errc::OutOfRange);
    CHECK(window.refusal(window.records[2]).message == "second: is 0");
    CHECK(window.data(window.records[2]) == std::string(300, 'y'));
    CHECK(window.data_bytes == 700);
    gathering.restart();
    CHECK(gathering.window().refusals.empty());
}

TEST_CASE("a window of nothing but invalid records is due in its time too, and at its size", "[delivery][window]")
{
    auto gathering = windower();
    add_invalid(gathering, 5, 600);
    CHECK_FALSE(gathering.empty());
    CHECK(gathering.deadline() == kStart + milliseconds(60'000));
    CHECK_FALSE(gathering.due(kStart + milliseconds(59'999)));
    CHECK(gathering.due(kStart + milliseconds(60'000)));
    add_invalid(gathering, 6, 400);
    CHECK(gathering.due(kStart));
}
