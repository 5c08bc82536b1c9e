#include "log_disk.hpp"

#include <alleycat/stream/log_queries.hpp>

#include <future>

using namespace alleycat;
using namespace alleycat::stream;

namespace {

struct Read {
    std::vector<std::string> data;
    std::vector<SequenceNumber> sequences;
    std::vector<std::string> keys;
    LogAnswer answer;
};

struct QueryFixture {
    LogDisk disk;
    StreamFixture fixture;
    Producer producer{fixture.producer([this] { durable.raise(); })};
    Signal durable;
    LogQueries queries{fixture.stream, disk};

    explicit QueryFixture(std::uint64_t segment_bytes = std::uint64_t{64} << 20) : fixture(options(segment_bytes))
    {
        fixture.stream.start();
        queries.start();
    }
    ~QueryFixture()
    {
        queries.stop();
        fixture.stop();
    }
    QueryFixture(const QueryFixture&) = delete;
    QueryFixture& operator=(const QueryFixture&) = delete;

    Stream::Options options(std::uint64_t segment_bytes)
    {
        auto made = on_disk(disk, 1);
        made.log->segment_bytes = segment_bytes;
        return made;
    }
    /// Appends records whose data are their numbers, and waits until they are durable.
    void append(int first, int last)
    {
        const auto one = record(7, 1);
        for (int number = first; number <= last; ++number) {
            REQUIRE(push(producer, one, std::to_string(number), "key " + std::to_string(number)));
        }
        const auto ticket = producer.flush();
        while (producer.durable() < ticket) {
            REQUIRE(durable.wait());
        }
    }
    Read read(LogQuery query)
    {
        Read read;
        std::promise<Result<LogAnswer>> done;
        REQUIRE(queries.try_ask(
            query,
            [&read](const StoredRecord& stored) {
                read.data.emplace_back(stored.data);
                read.keys.emplace_back(stored.partition_key);
                read.sequences.push_back(stored.sequence);
            },
            [&done](const Result<LogAnswer>& answer) { done.set_value(answer); }));
        const auto answer = done.get_future().get();
        REQUIRE(answer.has_value());
        read.answer = *answer;
        return read;
    }
    Read read(const LogPlace& from, std::size_t max_records = 10'000)
    {
        LogQuery query;
        query.from = from;
        query.max_records = max_records;
        return read(query);
    }
};

std::vector<std::string> numbers(int first, int last)
{
    std::vector<std::string> made;
    for (int number = first; number <= last; ++number) {
        made.push_back(std::to_string(number));
    }
    return made;
}

}  // namespace

TEST_CASE("what is durable can be read back in its order, with its key and number", "[stream][queries]")
{
    QueryFixture log;
    CHECK(log.read(LogPlace{}).data.empty());
    log.append(1, 3);
    const auto read = log.read(LogPlace{});
    CHECK(read.data == numbers(1, 3));
    CHECK(read.keys == std::vector<std::string>{"key 1", "key 2", "key 3"});
    CHECK(read.answer.behind_ms == 0);
    CHECK(read.answer.next.after == read.sequences.back());
    CHECK(log.fixture.stream.last_sequence(ShardId{0}) == read.sequences.back());
    CHECK(log.read({.after = read.sequences[1]}).data == numbers(3, 3));
}

TEST_CASE("reading goes on where it stopped, over the ends of segments, while more comes", "[stream][queries]")
{
    for (const std::uint64_t segment_bytes : {256U, 1U << 20}) {
        QueryFixture log(segment_bytes);
        log.append(1, 40);
        for (int round = 0; round < 10; ++round) {
            log.append(41 + round, 41 + round);
        }
        LogPlace place;
        int next = 1;
        while (next <= 50) {
            const auto read = log.read(place, 7);
            REQUIRE(read.data == numbers(next, std::min(next + 6, 50)));
            next += 7;
            CHECK((read.answer.behind_ms > 0) == (next <= 50));
            place = read.answer.next;
        }
        CHECK(log.read(place).data.empty());
        log.append(51, 60);
        CHECK(log.read(place).data == numbers(51, 60));
        place.position = {};  // without its hint it is the same place
        CHECK(log.read(place).data == numbers(51, 60));
    }
}

TEST_CASE("a hint that is wrong costs time, not records", "[stream][queries]")
{
    QueryFixture log;
    log.append(1, 20);
    const auto first = log.read(LogPlace{}, 10);
    for (const std::uint64_t offset : {0U, 1U, 63U, 64U, 72U, 100U}) {
        CAPTURE(offset);
        LogPlace place{.after = first.sequences.back()};
        place.position = {1, offset};
        CHECK(log.read(place).data == numbers(11, 20));
        place.position.segment = 99;
        CHECK(log.read(place).data == numbers(11, 20));
    }
}

TEST_CASE("an answer ends with the bytes that were asked for, but for one record in any case", "[stream][queries]")
{
    QueryFixture log;
    log.append(10, 29);  // each two bytes, and a key of six
    LogQuery query;
    query.max_bytes = 25;
    CHECK(log.read(query).data == numbers(10, 12));
    query.max_bytes = 1;
    CHECK(log.read(query).data == numbers(10, 10));
}

TEST_CASE("reading can begin with the first record that came at a time or later", "[stream][queries]")
{
    QueryFixture log(256);
    log.append(1, 30);
    const auto all = log.read(LogPlace{});
    CHECK(log.read({.not_before_ms = 1}).data == numbers(1, 30));
    const auto later = log.read({.not_before_ms = INT64_MAX});
    CHECK(later.data.empty());
    CHECK(later.answer.next.not_before_ms == INT64_MAX);  // nothing that comes is late enough either
    CHECK(later.answer.behind_ms == 0);
}

TEST_CASE("a query that is not answered any more is left undone at the stop", "[stream][queries]")
{
    LogDisk disk;
    StreamFixture fixture(on_disk(disk, 1));
    LogQueries queries(fixture.stream, disk);
    int done = 0;
    for (std::size_t n = 0; n < LogQueries::kCapacity; ++n) {
        REQUIRE(queries.try_ask(
            {}, [](const auto&) {}, [&done](const auto&) { ++done; }));
    }
    CHECK_FALSE(queries.try_ask(
        {}, [](const auto&) {}, [](const auto&) {}));
    queries.start();
    queries.stop();
    CHECK(done <= static_cast<int>(LogQueries::kCapacity));
    CHECK_FALSE(queries.try_ask(
        {}, [](const auto&) {}, [](const auto&) {}));
    fixture.stream.start();
    fixture.stop();
}
