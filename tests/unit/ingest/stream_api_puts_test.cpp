#include "stream_api_fixture.hpp"

#include <alleycat/stream/hash_key.hpp>

using namespace alleycat;
using namespace alleycat::ingest;

// What a put brings into the stream, and when it is answered. A sync that waits stands for a disk that is slow.

namespace {

std::string put_record(std::string_view data, std::string_view key = "k", std::string_view more = {})
{
    return R"({"StreamName":"alleycat","Data":")" + base64(data) + R"(","PartitionKey":")" + std::string(key) + "\"" +
           std::string(more) + "}";
}

/// Shards that take one byte a second.
stream::Stream::Options slow_shards(std::uint32_t shards)
{
    auto options = ApiFixture::on(shards);
    options.limits = stream::ShardLimits{.records = 1'000, .bytes = 1};
    return options;
}

}  // namespace

TEST_CASE("a put answers with shard and sequence number, and the record is in the stream", "[ingest][api]")
{
    ApiFixture fixture(4);
    const auto answer = fixture.good("PutRecord", put_record(record_text(7, 57), "some key"));
    const auto shard = raw(stream::shard_of(stream::KeyHasher()("some key"), 4));
    REQUIRE(fixture.stream.logs[shard]->wait_for_entries(1));
    const auto seen = fixture.stream.logs[shard]->seen()[0];
    CHECK(answer == R"({"SequenceNumber":")" + std::to_string(seen.entry.sequence) +
                        R"(","ShardId":"shardId-00000000000)" + std::to_string(shard) +
                        R"(","EncryptionType":"NONE"})");
    CHECK(seen.partition_key == "some key");
    CHECK(seen.data == record_text(7, 57));
    CHECK(seen.entry.second == 57);
    CHECK(raw(seen.entry.racer_id) == 7);
    CHECK(fixture.counters.accepted == 1);
    CHECK(fixture.counters.accepted_bytes == record_text(7, 57).size());
}

TEST_CASE("what is no valid record is taken all the same, and the consumer is told why", "[ingest][api]")
{
    ApiFixture fixture;
    const auto answer = fixture.good(
        "PutRecords",
        put_records({put_entry(record_text(7, 1), "a"), put_entry("\xFF\x01 not JSON", "b"),
                     put_entry(refused_text(8), "c"), put_entry("", "d"), put_entry(record_text(9, 2), "e")}));
    CHECK(member(answer, "FailedRecordCount") == "0");
    CHECK(count(answer, "SequenceNumber") == 5);
    CHECK(eventually([&] { return fixture.stream.logs[0]->refusals().size() == 3; }));
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(2));
    const auto refusals = fixture.stream.logs[0]->refusals();
    CHECK(refusals[0].seen.data == "\xFF\x01 not JSON");
    CHECK(refusals[0].seen.partition_key == "b");
    CHECK(refusals[0].why.code == Errc::InvalidJson);
    CHECK(refusals[1].why.code == Errc::OutOfRange);
    CHECK(fixture.counters.accepted == 5);
}

TEST_CASE("two records in one piece of data are no valid record", "[ingest][api]")
{
    ApiFixture fixture;
    fixture.good("PutRecord", put_record(record_text(7, 1) + "\n" + record_text(7, 2)));
    CHECK(eventually([&] { return fixture.stream.logs[0]->refusals().size() == 1; }));
    CHECK(fixture.stream.logs[0]->seen().empty());
}

TEST_CASE("an explicit hash key decides on the shard", "[ingest][api]")
{
    ApiFixture fixture(4);
    for (std::uint32_t shard = 0; shard < 4; ++shard) {
        const auto keys = stream::hash_key_range(ShardId{shard}, 4);
        for (const auto key : {keys.first, keys.last}) {
            const auto answer = fixture.good(
                "PutRecord", put_record("x", "same", R"(,"ExplicitHashKey":")" + stream::to_decimal(key) + "\""));
            CHECK(member(answer, "ShardId") == "shardId-00000000000" + std::to_string(shard));
        }
    }
}

TEST_CASE("sequence numbers grow in the order of a call, and from call to call", "[ingest][api]")
{
    ApiFixture fixture;
    std::uint64_t last = 0;
    for (int call = 0; call < 3; ++call) {
        auto answer = fixture.good("PutRecords", put_records({put_entry("a", "x"), put_entry("b", "y")}));
        for (int record = 0; record < 2; ++record) {
            const auto sequence = std::stoull(member(answer, "SequenceNumber"));
            CHECK(sequence > last);
            last = sequence;
            answer = answer.substr(answer.find("SequenceNumber") + 1);
        }
    }
}

TEST_CASE("a put is answered only when all of it is durable", "[ingest][api][durable]")
{
    ApiFixture fixture;
    fixture.disk.hold_syncs();
    const auto first = fixture.send("PutRecord", put_record("a"));
    CHECK_FALSE(fixture.api->settled());
    fixture.pass_rounds();
    REQUIRE(fixture.disk.wait_for_syncs());
    fixture.pass_rounds();
    CHECK_FALSE(*first);
    const auto second = fixture.send("PutRecords", put_records({put_entry("b", "k"), put_entry("c", "k")}));
    fixture.pass_rounds();
    CHECK_FALSE(*second);
    fixture.disk.let_one_go();
    CHECK(fixture.wait(first).status == 200);
    REQUIRE(fixture.disk.wait_for_syncs());
    fixture.pass_rounds();
    CHECK_FALSE(*second);
    CHECK_FALSE(fixture.api->settled());
    fixture.disk.let_all_go();
    CHECK(fixture.wait(second).status == 200);
    CHECK(fixture.api->settled());
}

TEST_CASE("calls of one round become durable together", "[ingest][api][durable]")
{
    ApiFixture fixture;
    fixture.disk.hold_syncs();
    std::vector<ApiFixture::Answer> answers;
    for (int call = 0; call < 10; ++call) {
        answers.push_back(fixture.send("PutRecord", put_record("a")));
    }
    fixture.pass_rounds();
    REQUIRE(fixture.disk.wait_for_syncs());
    fixture.disk.let_one_go();
    for (const auto& answer : answers) {
        CHECK(fixture.wait(answer).status == 200);
    }
}

TEST_CASE("a put that does not become durable in time is an internal failure, and its record is there later",
          "[ingest][api][durable]")
{
    StreamApiOptions options;
    options.answer_timeout = std::chrono::milliseconds(0);
    ApiFixture fixture(1, options);
    fixture.disk.hold_syncs();
    const auto response = fixture.call("PutRecord", put_record(record_text(7, 1)));
    CHECK(response.status == 500);
    CHECK(member(body_of(response), "__type") == "InternalFailure");
    CHECK(fixture.api->settled());
    fixture.disk.let_all_go();
    CHECK(fixture.stream.logs[0]->wait_for_entries(1));
}

TEST_CASE("a closed door still answers what it took", "[ingest][api][durable]")
{
    ApiFixture fixture;
    fixture.disk.hold_syncs();
    const auto taken = fixture.send("PutRecord", put_record("a"));
    fixture.api->close();
    CHECK(fixture.call("PutRecord", put_record("b")).status == 503);
    CHECK_FALSE(fixture.api->settled());
    fixture.disk.let_all_go();
    CHECK(fixture.wait(taken).status == 200);
    CHECK(fixture.api->settled());
    CHECK(fixture.counters.accepted == 1);
}

TEST_CASE("records that exceed a shard's rate fail alone, and the others are taken", "[ingest][api]")
{
    ApiFixture fixture(slow_shards(2), {});
    const auto large = std::string(1'000, 'x');  // a burst may exceed the rate, and is paid for over many seconds
    const auto answer = fixture.good(
        "PutRecords",
        put_records({put_entry(large, "k", R"(,"ExplicitHashKey":"0")"),
                     put_entry(large, "k", R"(,"ExplicitHashKey":"1")"),
                     put_entry(large, "k", R"(,"ExplicitHashKey":"340282366920938463463374607431768211455")"),
                     put_entry(large, "k", R"(,"ExplicitHashKey":"2")")}));
    CHECK(member(answer, "FailedRecordCount") == "2");
    CHECK(count(answer, "SequenceNumber") == 2);
    CHECK(count(answer,
                R"({"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard )"
                R"(shardId-000000000000 in stream alleycat under account 000000000000."})") == 2);
    CHECK(fixture.counters.accepted == 2);
    CHECK(fixture.counters.rejected[static_cast<std::size_t>(Errc::RateLimited)] == 2);
    CHECK(fixture.refused("PutRecord", put_record("x", "k", R"(,"ExplicitHashKey":"0")")) ==
          error_text("ProvisionedThroughputExceededException",
                     "Rate exceeded for shard shardId-000000000000 in stream alleycat under account 000000000000."));
}

TEST_CASE("a full ring fails its records at once, and takes others when there is room again", "[ingest][api]")
{
    auto options = ApiFixture::on(1);
    options.ring_capacity_bytes = kSmallRing;
    ApiFixture fixture(options, {});
    fixture.disk.hold_syncs();
    const auto large = put_entry(std::string(1'000, 'x'), "k");
    const auto part = fixture.send("PutRecords", put_records(std::vector<std::string>(20, large)));
    const auto none = fixture.refused("PutRecord", put_record(std::string(1'000, 'x')));
    CHECK(member(none, "__type") == "ProvisionedThroughputExceededException");
    CHECK_FALSE(*part);
    fixture.disk.let_all_go();
    const auto answer = body_of(fixture.wait(part));
    const auto failed = std::stoul(member(answer, "FailedRecordCount"));
    CHECK(failed > 0);
    CHECK(failed < 20);
    CHECK(count(answer, "ErrorCode") == failed);
    CHECK(fixture.counters.stalls == failed + 1);
    CHECK(eventually([&] { return fixture.stream.state().ring_bytes == 0; }));
    fixture.good("PutRecord", put_record("x"));
}

TEST_CASE("a call of which nothing was taken is answered at once", "[ingest][api]")
{
    ApiFixture fixture(slow_shards(1), {});
    fixture.good("PutRecord", put_record(std::string(1'000, 'x')));
    fixture.disk.hold_syncs();
    const auto answer = fixture.send("PutRecords", put_records({put_entry("x", "k"), put_entry("y", "k")}));
    REQUIRE(answer->has_value());
    CHECK((*answer)->status == 200);
    CHECK(member(body_of(**answer), "FailedRecordCount") == "2");
}

TEST_CASE("a call with one bad record brings none", "[ingest][api]")
{
    ApiFixture fixture;
    const auto told = fixture.refused("PutRecords", put_records({put_entry("x", "k"), put_entry("y", "")}));
    CHECK(told ==
          one_error("Value '' at 'records.2.member.partitionKey' failed to satisfy constraint: Member must have "
                    "length greater than or equal to 1"));
    CHECK(fixture.counters.accepted == 0);
    CHECK(fixture.stream.state().appended == 0);
}

TEST_CASE("new limits hold from the next call on", "[ingest][api]")
{
    ApiFixture fixture;
    auto wider = limits();
    wider.race_length = 400;
    fixture.api->set_limits(wider);
    fixture.good("PutRecord", put_record(refused_text(7)));
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(1));
    CHECK(fixture.stream.logs[0]->seen()[0].entry.second == 301);
}
