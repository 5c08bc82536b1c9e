#include "stream_fixture.hpp"

#include <alleycat/stream/hash_key.hpp>

#include <atomic>
#include <map>

using namespace alleycat;
using namespace alleycat::stream;

namespace {

constexpr std::size_t kSmallRing = 4096;

/// Appends, waiting for room as a door does. False only where room never returned.
bool append(Producer& producer, Signal& space, const telemetry::Record& what)
{
    while (!push(producer, what)) {
        if (!space.wait()) {
            return false;
        }
    }
    return true;
}

/// Appends until the ring refuses. Returns how many it took.
std::uint32_t fill(Producer& producer, std::uint64_t racer)
{
    std::uint32_t second = 0;
    while (push(producer, record(racer, second + 1))) {
        ++second;
    }
    return second;
}

}  // namespace

TEST_CASE("an entry is what was appended", "[stream]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    fixture.stream.start();
    telemetry::Record final_second = record(7, 300, "Zo\xC3\xAB");
    final_second.event = telemetry::Event::Final;
    final_second.class_id = ClassId{6};
    final_second.race_id = RaceId{-5};
    const std::string long_name(4 * 64, 'n');  // 64 characters of four bytes
    const std::string text(16'384, ' ');
    REQUIRE(push(producer, record(0, 1, ""), text.substr(0, 170)));
    REQUIRE(push(producer, final_second, text));
    REQUIRE(push(producer, record(9, 2, long_name), text.substr(0, 1)));
    producer.flush();
    fixture.stop();

    const auto seen = fixture.logs[0]->seen();
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].entry.racer_id == RacerId{0});
    CHECK(seen[0].entry.event == telemetry::Event::Update);
    CHECK(seen[0].name.empty());
    CHECK(seen[0].data == text.substr(0, 170));
    CHECK(seen[1].entry.event == telemetry::Event::Final);
    CHECK(seen[1].entry.second == 300);
    CHECK(seen[1].entry.race_id == RaceId{-5});
    CHECK(seen[1].entry.racer_id == RacerId{7});
    CHECK(seen[1].entry.class_id == ClassId{6});
    CHECK(seen[1].entry.output == 115.2);
    CHECK(seen[1].data == text);
    CHECK(seen[1].name == "Zo\xC3\xAB");
    CHECK(seen[2].name == long_name);
    CHECK(seen[0].entry.sequence < seen[1].entry.sequence);
    CHECK(seen[1].entry.sequence < seen[2].entry.sequence);
}

TEST_CASE("records of one key stay in order and in one shard, whatever other producers do", "[stream]")
{
    constexpr std::uint32_t kShards = 3;
    constexpr std::uint64_t kProducers = 4;
    constexpr std::uint64_t kRacers = 50;  // a producer
    constexpr std::uint32_t kSeconds = 100;
    StreamFixture fixture({.shards = kShards, .ring_capacity_bytes = kSmallRing});  // full again and again
    std::vector<Signal> spaces(kProducers);
    std::vector<Producer> producers;
    for (auto& space : spaces) {
        producers.push_back(fixture.producer([&space] { space.raise(); }));
    }
    fixture.stream.start();
    std::atomic<int> stuck{0};
    std::vector<std::thread> doors;
    for (std::uint64_t door = 0; door < kProducers; ++door) {
        doors.emplace_back([&, door] {
            for (std::uint32_t second = 1; second <= kSeconds; ++second) {
                for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
                    stuck += append(producers[door], spaces[door], record(door * kRacers + racer, second)) ? 0 : 1;
                }
                producers[door].flush();
            }
        });
    }
    for (auto& door : doors) {
        door.join();
    }
    fixture.stop();
    REQUIRE(stuck == 0);

    KeyHasher hash;
    for (std::uint32_t shard = 0; shard < kShards; ++shard) {
        std::map<RacerId, std::uint32_t> latest;
        SequenceNumber before = 0;
        for (const auto& seen : fixture.logs[shard]->seen()) {
            const auto racer = seen.entry.racer_id;
            REQUIRE(seen.entry.second == ++latest[racer]);
            REQUIRE(seen.entry.sequence > std::exchange(before, seen.entry.sequence));
        }
        for (const auto& [racer, second] : latest) {
            CHECK(second == kSeconds);
            CHECK(shard_of(hash(std::to_string(raw(racer))), kShards) == ShardId{shard});
        }
        CHECK(fixture.logs[shard]->finished());
    }
    CHECK(fixture.entries() == kProducers * kRacers * kSeconds);
}

TEST_CASE("sequence numbers increase over all shards in the order of acceptance", "[stream]")
{
    StreamFixture fixture({.shards = 4});
    auto first = fixture.producer();
    auto second = fixture.producer();
    fixture.stream.start();
    for (std::uint32_t n = 0; n < 1'000; ++n) {
        REQUIRE(push(n % 3 == 0 ? first : second, record(n, n + 1)));
    }
    first.flush();
    second.flush();
    fixture.stop();
    std::map<std::uint64_t, std::uint32_t> by_order;
    for (const auto& log : fixture.logs) {
        for (const auto& seen : log->seen()) {
            by_order.emplace(seen.entry.sequence, seen.entry.second);
        }
    }
    std::uint32_t expected = 0;
    for (const auto& [order, second_of_record] : by_order) {
        CHECK(second_of_record == ++expected);
    }
    CHECK(expected == 1'000);
}

TEST_CASE("a record is routed by its key's MD5, also where many keys come by", "[stream]")
{
    constexpr std::uint32_t kShards = 5;
    constexpr std::uint64_t kRacers = 20'000;  // more than a producer remembers routes of
    StreamFixture fixture({.shards = kShards});
    auto producer = fixture.producer();
    fixture.stream.start();
    const auto key_of = [](std::uint64_t racer) {
        return racer % 2 == 0 ? std::to_string(racer) : "a key longer than most keys are: " + std::to_string(racer);
    };
    for (int round = 0; round < 2; ++round) {
        for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
            const auto key = key_of(racer);
            REQUIRE(push(producer, record(racer, 1), "{}", key));
        }
    }
    producer.flush();
    fixture.stop();
    KeyHasher hash;
    std::size_t wrong = 0;
    for (std::uint32_t shard = 0; shard < kShards; ++shard) {
        for (const auto& seen : fixture.logs[shard]->seen()) {
            wrong += shard_of(hash(key_of(raw(seen.entry.racer_id))), kShards) != ShardId{shard} ? 1U : 0U;
        }
    }
    CHECK(wrong == 0);
    CHECK(fixture.entries() == 2 * kRacers);
}

TEST_CASE("a full ring refuses, its producer hears of room, and nothing is lost", "[stream]")
{
    StreamFixture fixture({.shards = 1, .ring_capacity_bytes = kSmallRing});
    Signal space;
    auto producer = fixture.producer([&space] { space.raise(); });
    auto& log = *fixture.logs[0];
    log.close();
    fixture.stream.start();

    const auto taken = fill(producer, 7);
    CHECK(taken > 10);
    CHECK_FALSE(push(producer, record(7, taken + 1)));  // still full
    CHECK(fixture.state().consumed == 0);
    log.open();
    REQUIRE(space.wait());
    for (std::uint32_t second = taken + 1; second <= 1'000; ++second) {
        REQUIRE(append(producer, space, record(7, second)));
    }
    producer.flush();
    fixture.stop();

    const auto seen = log.seen();
    REQUIRE(seen.size() == 1'000);
    for (std::uint32_t at = 0; at < seen.size(); ++at) {
        REQUIRE(seen[at].entry.second == at + 1);
    }
}

TEST_CASE("every producer hears of room, also one that was not refused", "[stream]")
{
    StreamFixture fixture({.shards = 2, .ring_capacity_bytes = kSmallRing});
    Signal first_space;
    Signal second_space;
    auto first = fixture.producer([&] { first_space.raise(); });
    auto second = fixture.producer([&] { second_space.raise(); });
    fixture.logs[0]->close();
    fixture.logs[1]->close();
    fixture.stream.start();
    static_cast<void>(fill(first, 1));
    static_cast<void>(fill(second, 1));
    CHECK_FALSE(push(second, record(1, 300)));
    fixture.logs[0]->open();
    fixture.logs[1]->open();
    CHECK(first_space.wait());
    CHECK(second_space.wait());
    fixture.stop();
}

TEST_CASE("a full shard does not keep records from the others", "[stream]")
{
    StreamFixture fixture({.shards = 2, .ring_capacity_bytes = kSmallRing});
    auto producer = fixture.producer();
    fixture.logs[0]->close();
    fixture.stream.start();
    KeyHasher hash;
    std::uint64_t racers[2] = {0, 0};  // one of each shard
    for (std::uint64_t racer = 1; racers[0] == 0 || racers[1] == 0; ++racer) {
        racers[raw(shard_of(hash(std::to_string(racer)), 2))] = racer;
    }
    const auto taken = fill(producer, racers[0]);
    REQUIRE(push(producer, record(racers[1], 1)));
    producer.flush();
    CHECK(fixture.logs[1]->wait_for_entries(1));
    fixture.logs[0]->open();
    fixture.stop();
    CHECK(fixture.logs[0]->seen().size() == taken);
}

TEST_CASE("a stop brings everything that was flushed to the consumers, and finishes them", "[stream]")
{
    StreamFixture fixture({.shards = 4});
    auto producer = fixture.producer();
    for (auto& log : fixture.logs) {
        log->close();
    }
    fixture.stream.start();
    for (std::uint64_t racer = 0; racer < 2'000; ++racer) {
        REQUIRE(push(producer, record(racer, 1)));
    }
    producer.flush();
    std::thread opener([&] {
        for (auto& log : fixture.logs) {
            log->open();
        }
    });
    fixture.stop();
    opener.join();
    CHECK(fixture.entries() == 2'000);
    for (auto& log : fixture.logs) {
        CHECK(log->finished());
    }
    fixture.stop();  // once more changes nothing
    CHECK(fixture.entries() == 2'000);
}

TEST_CASE("a shard's counters balance", "[stream]")
{
    StreamFixture fixture({.shards = 1, .ring_capacity_bytes = 10'000});
    auto producer = fixture.producer();
    auto& log = *fixture.logs[0];
    log.close();
    fixture.stream.start();
    CHECK(fixture.stream.shards() == 1);
    CHECK(fixture.state().ring_capacity == 16'384);
    CHECK(fixture.state().ring_bytes == 0);
    for (std::uint32_t second = 1; second <= 50; ++second) {
        REQUIRE(push(producer, record(7, second)));
    }
    producer.flush();
    CHECK(fixture.state().appended == 50);
    CHECK(fixture.state().consumed == 0);
    CHECK(fixture.state().ring_bytes >= 50 * 40);
    log.open();
    CHECK(log.wait_for_entries(50));
    fixture.stop();
    CHECK(fixture.state().appended == 50);
    CHECK(fixture.state().consumed == 50);
    CHECK(fixture.state().ring_bytes == 0);
}

TEST_CASE("a shard's depth is never more than its ring, whenever one looks", "[stream]")
{
    StreamFixture fixture({.shards = 1, .ring_capacity_bytes = kSmallRing});
    Signal space;
    auto producer = fixture.producer([&space] { space.raise(); });
    fixture.stream.start();
    std::atomic<bool> done{false};
    std::atomic<std::size_t> wrong{0};
    std::thread observer([&] {
        while (!done.load()) {
            const auto state = fixture.state();
            wrong += state.ring_bytes > state.ring_capacity || state.consumed > state.appended ? 1U : 0U;
        }
    });
    bool went_on = true;
    for (std::uint32_t second = 1; second <= 100'000 && went_on; ++second) {
        went_on = append(producer, space, record(7, second));
        if (second % 16 == 0) {
            producer.flush();
        }
    }
    producer.flush();
    done.store(true);
    observer.join();
    fixture.stop();
    CHECK(went_on);
    CHECK(wrong == 0);
}

TEST_CASE("an explicit hash key decides instead of the partition key", "[stream]")
{
    constexpr std::uint32_t kShards = 4;
    StreamFixture fixture({.shards = kShards});
    auto producer = fixture.producer();
    fixture.stream.start();
    const auto one = record(7, 1);
    for (std::uint32_t shard = 0; shard < kShards; ++shard) {
        for (const auto key :
             {hash_key_range(ShardId{shard}, kShards).first, hash_key_range(ShardId{shard}, kShards).last}) {
            NewRecord added;
            added.partition_key = "7";
            added.hash_key = key;
            added.data = "{}";
            added.record = &one;
            const auto appended = producer.try_append(added);
            REQUIRE(appended);
            CHECK(appended.shard == ShardId{shard});
        }
    }
    producer.flush();
    fixture.stop();
    for (const auto& log : fixture.logs) {
        REQUIRE(log->seen().size() == 2);
        CHECK(log->seen().front().partition_key == "7");
    }
}

TEST_CASE("a record that is not valid is refused behind the log, with what it is and why", "[stream]")
{
    StreamFixture fixture({.shards = 1});
    auto producer = fixture.producer();
    fixture.stream.start();
    REQUIRE(push(producer, record(7, 1)));
    const telemetry::Rejection why{Errc::OutOfRange, "second: must be a whole number from 1 to 300", ""};
    NewRecord added;
    added.partition_key = "k";
    added.data = "{\"second\":0}";
    added.refusal = &why;
    const auto appended = producer.try_append(added);
    REQUIRE(appended);
    REQUIRE(push(producer, record(7, 2)));
    producer.flush();
    fixture.stop();
    CHECK(fixture.logs[0]->seen().size() == 2);
    const auto refusals = fixture.logs[0]->refusals();
    REQUIRE(refusals.size() == 1);
    CHECK(refusals[0].seen.entry.sequence == appended.sequence);
    CHECK(refusals[0].seen.partition_key == "k");
    CHECK(refusals[0].seen.data == added.data);
    CHECK(refusals[0].why.code == why.code);
    CHECK(refusals[0].why.message == why.message);
}

TEST_CASE("the number that an append returns is the record's, whatever other producers do", "[stream]")
{
    constexpr int kProducers = 4;
    constexpr int kRecords = 2'000;
    StreamFixture fixture({.shards = 2});
    std::vector<Producer> producers;
    for (int producer = 0; producer < kProducers; ++producer) {
        producers.push_back(fixture.producer());
    }
    fixture.stream.start();
    std::vector<std::map<SequenceNumber, std::uint32_t>> told(kProducers);
    std::vector<std::thread> doors;
    for (int door = 0; door < kProducers; ++door) {
        doors.emplace_back([&, door] {
            for (std::uint32_t second = 1; second <= kRecords; ++second) {
                const auto racer = static_cast<std::uint64_t>(door);
                const auto appended = push(producers[racer], record(racer, second), "{}");
                told[racer].emplace(appended.sequence, second);
            }
            producers[static_cast<std::size_t>(door)].flush();
        });
    }
    for (auto& door : doors) {
        door.join();
    }
    fixture.stop();
    std::size_t right = 0;
    for (const auto& log : fixture.logs) {
        SequenceNumber before = 0;
        for (const auto& seen : log->seen()) {
            REQUIRE(seen.entry.sequence > std::exchange(before, seen.entry.sequence));
            const auto& mine = told[raw(seen.entry.racer_id)];
            const auto found = mine.find(seen.entry.sequence);
            right += found != mine.end() && found->second == seen.entry.second ? 1U : 0U;
        }
    }
    CHECK(right == kProducers * kRecords);
}

TEST_CASE("a shard takes what its limits allow at once, and lets more in as time goes by", "[stream]")
{
    Stream::Options options{.shards = 1};
    options.limits = ShardLimits{10, 1U << 20};
    StreamFixture fixture(options);
    Signal tokens;
    auto producer = fixture.producer([&] { tokens.raise(); });
    fixture.stream.start();
    Appended appended;
    int taken = 0;
    while ((appended = push(producer, record(7, 1), "{}"))) {
        ++taken;
    }
    CHECK(appended.outcome == Appended::Outcome::RateExceeded);
    CHECK(taken >= 10);
    while (!push(producer, record(7, 2), "{}")) {
        REQUIRE(tokens.wait());
    }
    producer.flush();
    fixture.stop();
    CHECK(fixture.entries() == static_cast<std::size_t>(taken) + 1);
}
