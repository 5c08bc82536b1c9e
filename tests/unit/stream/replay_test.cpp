#include "log_disk.hpp"

using namespace alleycat;
using namespace alleycat::stream;
using commitlog::Call;

// What a start makes of the log that an earlier process left.

namespace {

const std::filesystem::path kShard = "/log/shard-0";

std::vector<std::shared_ptr<ShardLog>> from(SequenceNumber position)
{
    auto logs = StreamFixture::make_logs(1);
    logs[0]->position = position;
    return logs;
}

/// A process that takes a record for each second, commits them one by one, and stops as it should.
std::vector<SequenceNumber> write(const Stream::Options& options, std::uint32_t first, std::uint32_t last)
{
    StreamFixture fixture(options);
    auto producer = fixture.producer();
    fixture.stream.start();
    for (auto second = first; second <= last; ++second) {
        const auto ticket = push_seconds(producer, second, second);
        REQUIRE(eventually([&] { return producer.durable() == ticket; }));
    }
    CHECK(fixture.stop() == 0);
    return sequences(*fixture.logs[0]);
}

/// A process that only reads, from behind `position`.
std::shared_ptr<ShardLog> read(const Stream::Options& options, SequenceNumber position = 0)
{
    StreamFixture fixture(options, from(position));
    fixture.stream.start();
    CHECK(fixture.stop() == 0);
    CHECK(fixture.logs[0]->finished());
    return fixture.logs[0];
}

/// The files of the shard's segments, the oldest first.
std::vector<std::filesystem::path> segments(const LogDisk& disk)
{
    const auto names = disk.list(kShard);
    REQUIRE(names.has_value());
    std::vector<std::filesystem::path> paths;
    for (const auto& name : *names) {
        paths.push_back(kShard / name);
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// The line with which a start is refused.
std::string refusal(const Stream::Options& options, SequenceNumber position)
{
    try {
        const StreamFixture fixture(options, from(position));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

void check_equal(const Seen& again, const Seen& before)
{
    CHECK(again.entry.sequence == before.entry.sequence);
    CHECK(again.entry.event == before.entry.event);
    CHECK(again.entry.second == before.entry.second);
    CHECK(again.entry.race_id == before.entry.race_id);
    CHECK(again.entry.racer_id == before.entry.racer_id);
    CHECK(again.entry.class_id == before.entry.class_id);
    CHECK(again.entry.output == before.entry.output);
    CHECK(again.entry.arrival_ms == before.entry.arrival_ms);
    CHECK(again.partition_key == before.partition_key);
    CHECK(again.data == before.data);
    CHECK(again.name == before.name);
}

}  // namespace

TEST_CASE("a restart hands over exactly what is behind the consumer's position, as it was", "[stream][replay]")
{
    LogDisk disk;
    disk.with([](auto& memory) { memory.set_short_writes(7); });
    const auto options = on_disk(disk);
    std::vector<Seen> before;
    {
        StreamFixture fixture(options);
        auto producer = fixture.producer();
        fixture.stream.start();
        const std::vector<std::string> names{"Hubert", "", "Zo\xC3\xAB \"Z\" \\", std::string(64, 'n')};
        for (std::uint32_t n = 1; n <= 40; ++n) {
            auto one = record(n % 7, n, names[n % names.size()]);
            one.event = n % 10 == 0 ? telemetry::Event::Final : telemetry::Event::Update;
            one.class_id = ClassId{n % 3 == 0 ? 6U : 1U};
            one.race_id = RaceId{n % 5 == 0 ? -7 : 5400802};
            one.cadence = 85 + 1.0 / n;
            one.resistance = 31.1 + n / 7.0;
            REQUIRE(push(producer, one));
            producer.flush();
        }
        fixture.stop();
        before = fixture.logs[0]->seen();
        REQUIRE(before.size() == 40);
    }
    for (const std::size_t done : {std::size_t{0}, std::size_t{1}, std::size_t{17}, std::size_t{40}}) {
        CAPTURE(done);
        const auto log = read(options, done == 0 ? 0 : before[done - 1].entry.sequence);
        const auto again = log->seen();
        REQUIRE(again.size() == 40 - done);
        for (std::size_t at = 0; at < again.size(); ++at) {
            CHECK(again[at].entry.replayed);
            check_equal(again[at], before[at + done]);
        }
        CHECK(log->replayed() == 40 - done);
        CHECK(log->refused().empty());
    }
}

TEST_CASE("new records follow the replayed ones, with higher numbers, also over many restarts", "[stream][replay]")
{
    LogDisk disk;
    const auto options = on_disk(disk);
    for (std::uint32_t start = 0; start < 4; ++start) {
        StreamFixture fixture(options);
        auto producer = fixture.producer();
        push_seconds(producer, start * 10 + 1, start * 10 + 5);  // may come while the log is still read
        fixture.stream.start();
        push_seconds(producer, start * 10 + 6, start * 10 + 10);
        fixture.stop();
        const auto& log = *fixture.logs[0];
        CHECK(seconds(log) == through(1, start * 10 + 10));
        CHECK(increase(sequences(log)));
        CHECK(log.replayed() == start * 10);
        for (const auto& seen : log.seen()) {
            CHECK(seen.entry.replayed == (seen.entry.second <= start * 10));
        }
        CHECK(fixture.ledger.totals().accepted() == 10);  // what is replayed is the consumer's to enter
    }
}

TEST_CASE("new records get numbers above all that the consumer has seen, also where the log is gone",
          "[stream][replay]")
{
    LogDisk disk;
    auto options = on_disk(disk);
    const bool logged = GENERATE(true, false);
    if (!logged) {
        options.log.reset();
    }
    auto logs = from(900);
    logs[0]->latest = 1'000;
    StreamFixture fixture(options, logs);
    auto producer = fixture.producer();
    fixture.stream.start();
    push_seconds(producer, 1, 5);
    fixture.stop();
    CHECK(sequences(*logs[0]) == std::vector<SequenceNumber>{1'001, 1'002, 1'003, 1'004, 1'005});
}

TEST_CASE("a record that was refused when it came is refused when it is read back, though the limits let it in",
          "[stream][replay]")
{
    LogDisk disk;
    const auto options = on_disk(disk);
    const auto text = text_of(record(7, 1));
    Appended appended;
    {
        StreamFixture fixture(options);
        auto producer = fixture.producer();
        fixture.stream.start();
        const telemetry::Rejection why{Errc::OutOfRange, "cadence: must be a number from 0 to 50", ""};
        NewRecord added;
        added.partition_key = "7";
        added.data = text;
        added.refusal = &why;
        appended = producer.try_append(added);
        REQUIRE(appended);
        producer.flush();
        CHECK(fixture.stop() == 0);
    }
    const auto log = read(options);
    CHECK(log->seen().empty());
    const auto refusals = log->refusals();
    REQUIRE(refusals.size() == 1);
    CHECK(refusals[0].seen.entry.sequence == appended.sequence);
    CHECK(refusals[0].seen.entry.replayed);
    CHECK(refusals[0].seen.data == text);
    CHECK(refusals[0].seen.partition_key == "7");
}

TEST_CASE("records that today's limits do not let in are refused one by one", "[stream][replay]")
{
    LogDisk disk;
    auto options = on_disk(disk);
    const auto numbers = write(options, 1, 20);
    options.log->limits.race_length = 12;
    const auto log = read(options);
    CHECK(seconds(*log) == through(1, 12));
    CHECK(log->refused() == std::vector(numbers.begin() + 12, numbers.end()));
    options.log->limits.record_bytes = 50;
    CHECK(read(options)->refused() == numbers);
    options.log->limits = on_disk(disk).log->limits;
    CHECK(seconds(*read(options)) == through(1, 20));
}

TEST_CASE("a corrupt record in the middle is skipped, set aside and counted", "[stream][replay]")
{
    LogDisk disk;
    const auto options = on_disk(disk);
    write(options, 1, 20);
    const auto path = segments(disk).front();
    disk.with([&](auto& memory) {
        auto& content = memory.content(path);
        const auto at = content.find(R"("second":8,)");
        REQUIRE(at != std::string::npos);
        content[at] ^= 0x20;
    });
    StreamFixture fixture(options);
    fixture.stream.start();
    fixture.stop();
    auto expected = through(1, 20);
    std::erase(expected, 8U);
    CHECK(seconds(*fixture.logs[0]) == expected);
    CHECK(fixture.state().damaged_regions == 1);
    CHECK_FALSE(fixture.state().failure);
    const auto copies = disk.list(kShard / "set-aside");
    REQUIRE(copies.has_value());
    REQUIRE(copies->size() == 1);
    const auto copy = disk.with([&](auto& memory) { return memory.content(kShard / "set-aside" / copies->front()); });
    CHECK(copy.find(R"(second":8,)") != std::string::npos);
}

TEST_CASE("a gap between the consumer's position and the log stops the start", "[stream][replay]")
{
    LogDisk disk;
    auto options = on_disk(disk);
    options.log->segment_bytes = 1;  // a segment each
    const auto numbers = write(options, 1, 10);
    REQUIRE(segments(disk).size() == 10);
    for (int removed = 0; removed < 4; ++removed) {
        REQUIRE(disk.remove(segments(disk).front()).has_value());
    }
    const auto line = refusal(options, numbers[2]);
    CHECK(line.find(segments(disk).front().string() + ": the log begins with record ") == 0);
    CHECK(line.find(" only up to " + std::to_string(numbers[2])) != std::string::npos);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(seconds(*read(options, numbers[3])) == through(5, 10));
    CHECK(seconds(*read(options, numbers[6])) == through(8, 10));
    CHECK(seconds(*read(options, 0)) == through(5, 10));  // nothing is known of what was before
}

TEST_CASE("a log that cannot be read is told, and nothing is acknowledged or consumed behind it", "[stream][replay]")
{
    LogDisk disk;
    const auto options = on_disk(disk);
    write(options, 1, 10);
    {
        StreamFixture fixture(options);
        CHECK(fixture.state().replaying);
        auto producer = fixture.producer();
        disk.fail({Call::Read}, EIO);
        const auto ticket = push_seconds(producer, 11, 15);
        fixture.stream.start();
        REQUIRE(eventually([&] { return static_cast<bool>(fixture.state().failure); }));
        CHECK(eventually([&] { return !push(producer, record(7, 16)); }));  // it would only wait for ever
        CHECK(fixture.state().failure.value() == EIO);
        CHECK_FALSE(fixture.state().replaying);
        CHECK(producer.durable() < ticket);
        CHECK(fixture.stop() >= 5);  // and does not wait for what cannot come
        CHECK(producer.durable() < ticket);
        CHECK(fixture.logs[0]->seen().empty());
        CHECK_FALSE(fixture.logs[0]->replayed());
        CHECK_FALSE(fixture.logs[0]->finished());
    }
    disk.heal();
    CHECK(seconds(*read(options)) == through(1, 10));
}

TEST_CASE("a replay waits for the consumer's room, and a stop gives it up at its deadline", "[stream][replay]")
{
    LogDisk disk;
    const auto options = on_disk(disk);
    write(options, 1, 10);
    {
        StreamFixture fixture(options);
        auto producer = fixture.producer();
        fixture.logs[0]->close();
        fixture.stream.start();
        const auto ticket = push_seconds(producer, 11, 15);
        CHECK(fixture.state().replaying);
        CHECK(fixture.stream.stop(SteadyTime::min()) == 5);
        CHECK(producer.durable() < ticket);
        CHECK(fixture.logs[0]->seen().empty());
    }
    CHECK(seconds(*read(options)) == through(1, 10));
}

TEST_CASE("the logs of retired shards are read, and nothing new comes into them", "[stream][replay]")
{
    LogDisk disk;
    const auto options = on_disk(disk, 3);
    std::vector<std::vector<SequenceNumber>> before;
    {
        StreamFixture fixture(options);
        auto producer = fixture.producer();
        fixture.stream.start();
        for (std::uint64_t racer = 0; racer < 60; ++racer) {
            push_seconds(producer, 1, 1, racer);
        }
        fixture.stop();
        for (const auto& log : fixture.logs) {
            before.push_back(sequences(*log));
            REQUIRE_FALSE(before.back().empty());
        }
    }
    auto fewer = on_disk(disk, 1);
    fewer.retired_shards = 2;
    StreamFixture fixture(fewer);
    CHECK(fixture.stream.shards() == 3);
    auto producer = fixture.producer();
    fixture.stream.start();
    for (std::uint64_t racer = 0; racer < 60; ++racer) {
        push_seconds(producer, 2, 2, racer);
    }
    CHECK(fixture.stop() == 0);
    for (std::size_t shard = 0; shard < 3; ++shard) {
        auto seen = sequences(*fixture.logs[shard]);
        CHECK(increase(seen));
        CHECK(seen.size() == before[shard].size() + (shard == 0 ? 60 : 0));
        seen.resize(before[shard].size());
        CHECK(seen == before[shard]);
    }
}

TEST_CASE("what a door made of a record goes with it, through the ring and through the log", "[stream][replay]")
{
    LogDisk disk;
    const auto options = on_disk(disk);
    Suspicions frozen;
    frozen.add(Suspicion::Frozen);
    const std::vector<Verdict> verdicts{{}, {frozen, false}, {frozen, true}, Verdict::let_go()};
    const auto verdicts_of = [](const ShardLog& log) {
        std::vector<Verdict> seen;
        for (const auto& one : log.seen()) {
            seen.push_back(one.entry.verdict);
        }
        return seen;
    };
    {
        StreamFixture fixture(options);
        auto producer = fixture.producer();
        fixture.stream.start();
        for (std::uint32_t second = 1; second <= verdicts.size(); ++second) {
            const auto one = record(7, second);
            const auto text = text_of(one);
            NewRecord added;
            added.partition_key = "7";
            added.data = text;
            added.record = &one;
            added.verdict = verdicts[second - 1];
            REQUIRE(producer.try_append(added));
        }
        producer.flush();
        fixture.stop();
        CHECK(verdicts_of(*fixture.logs[0]) == verdicts);
    }
    CHECK(verdicts_of(*read(options)) == verdicts);
}
