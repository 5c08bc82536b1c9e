#include "stream_calls.hpp"

#include <alleycat/core/base64.hpp>

#include <catch2/catch.hpp>

#include <random>

using namespace alleycat;
using namespace alleycat::sim;
using namespace std::chrono_literals;
using Kind = PutAnswer::Kind;

namespace {

const Instant kCallTime{1h};

/// The records of a call's body, as "racer:record".
std::vector<std::string> records_of(const std::string& body)
{
    constexpr std::string_view kData = R"({"Data":")";
    constexpr std::string_view kKey = R"(","PartitionKey":")";
    std::vector<std::string> records;
    for (auto at = body.find(kData); at != std::string::npos; at = body.find(kData, at)) {
        at += kData.size();
        const auto key = body.find(kKey, at);
        const auto end = body.find("\"}", key);
        std::string record = body.substr(key + kKey.size(), end - key - kKey.size()) + ':';
        REQUIRE(append_decoded_base64(record, std::string_view(body).substr(at, key - at)));
        records.push_back(record);
    }
    return records;
}

PutAnswer results(std::vector<bool> failed)
{
    return {Kind::Records, std::move(failed), {}};
}

/// A connection's records and a server that answers as it is told.
struct Conversation {
    explicit Conversation(std::uint32_t most_records, std::size_t most_body_bytes = StreamCalls::kMostBodyBytes)
        : calls("bikes", most_records, 1, most_body_bytes)
    {
    }

    /// Appends the records "0", "1", … of racers 0, 1, …
    void append(std::uint64_t records)
    {
        for (const auto end = appended + records; appended < end; ++appended) {
            calls.append(std::to_string(appended), RacerId{appended});
        }
    }

    std::vector<std::string> call()
    {
        REQUIRE(calls.ready());
        begun_first += calls.begin_call(body, kCallTime);
        return records_of(body);
    }

    StreamCalls::Outcome answer(const PutAnswer& answer)
    {
        const auto outcome = calls.on_answer(answer, kCallTime + 2ms, latency);
        REQUIRE(outcome);
        return *outcome;
    }

    StreamCalls calls;
    LatencyHistogram latency;
    std::string body;
    std::uint64_t appended{0};
    std::uint64_t begun_first{0};
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a call is the body of a PutRecords request", "[sim][calls]")
{
    Conversation talk(500);
    CHECK_FALSE(talk.calls.ready());
    talk.calls.append(R"({"a":1})", RacerId{7});
    talk.calls.append("x", RacerId{(std::uint64_t{1} << 53U) - 1});
    talk.call();
    CHECK(talk.body == R"({"StreamName":"bikes","Records":[{"Data":"eyJhIjoxfQ==","PartitionKey":"7"},)"
                       R"({"Data":"eA==","PartitionKey":"9007199254740991"}]})");
    CHECK(talk.begun_first == 2);
}

TEST_CASE("records leave in order, so many a call, and one call at a time", "[sim][calls]")
{
    Conversation talk(3);
    talk.append(4);
    CHECK(talk.call() == Texts{"0:0", "1:1", "2:2"});
    CHECK_FALSE(talk.calls.ready());
    CHECK_FALSE(talk.calls.empty());
    const auto outcome = talk.answer(results({false, false, false}));
    CHECK(outcome.accepted == 3);
    CHECK(outcome.failed == 0);
    CHECK(outcome.pause == 0ms);
    CHECK(talk.call() == Texts{"3:3"});
    talk.answer(results({false}));
    CHECK(talk.calls.empty());
    CHECK(talk.calls.bytes() == 0);
    CHECK(talk.latency.count() == 4);
    CHECK(talk.latency.max() == 2ms);
}

TEST_CASE("a body never exceeds its size, unless one record alone does", "[sim][calls]")
{
    const std::string two = R"({"StreamName":"bikes","Records":[{"Data":"MA==","PartitionKey":"0"},)"
                            R"({"Data":"MQ==","PartitionKey":"1"}]})";
    const auto limit = GENERATE_COPY(std::size_t{1}, two.size() - 1, two.size(), two.size() + 1);
    CAPTURE(limit);
    Conversation talk(500, limit);
    talk.append(3);
    CHECK(talk.call().size() == (limit < two.size() ? 1 : 2));
}

TEST_CASE("of a call only what failed is in the next one, alone and counted once", "[sim][calls]")
{
    Conversation talk(10);
    talk.append(15);
    CHECK(talk.call().size() == 10);
    const auto outcome = talk.answer(results({false, true, false, false, true, false, false, false, false, true}));
    CHECK(outcome.accepted == 7);
    CHECK(outcome.rejected == 0);
    CHECK(outcome.failed == 3);
    CHECK(outcome.pause > 0ms);
    CHECK(talk.call() == Texts{"1:1", "4:4", "9:9"});
    CHECK(talk.begun_first == 10);
    CHECK(talk.answer(results({false, true, false})).accepted == 2);
    CHECK(talk.call() == Texts{"4:4"});
    CHECK(talk.answer(results({false})).accepted == 1);
    CHECK(talk.call() == Texts{"10:10", "11:11", "12:12", "13:13", "14:14"});
    CHECK(talk.begun_first == 15);
    CHECK(talk.latency.count() == 10);
}

TEST_CASE("the pause grows to a limit while records fail, and begins anew after a call without failures",
          "[sim][calls]")
{
    Conversation talk(1);
    talk.append(2);
    std::chrono::milliseconds whole = StreamCalls::kFirstPause;
    for (int failure = 0; failure < 12; ++failure) {
        talk.call();
        const auto pause = talk.answer(failure % 2 == 0 ? results({true}) : PutAnswer{Kind::TryLater, {}, {}}).pause;
        CAPTURE(failure);
        CHECK(pause >= whole / 2);
        CHECK(pause <= whole);
        whole = std::min(whole * 2, StreamCalls::kLongestPause);
    }
    CHECK(whole == StreamCalls::kLongestPause);
    talk.call();
    talk.answer(results({false}));
    talk.call();
    CHECK(talk.answer(results({true})).pause <= StreamCalls::kFirstPause);
}

TEST_CASE("a call that is refused for good costs its own records only", "[sim][calls]")
{
    Conversation talk(2);
    talk.append(3);
    talk.call();
    const auto outcome = talk.answer({Kind::Refused, {}, "ResourceNotFoundException"});
    CHECK(outcome.rejected == 2);
    CHECK(outcome.accepted == 0);
    CHECK(outcome.pause == 0ms);
    CHECK(talk.call() == Texts{"2:2"});
}

TEST_CASE("a call that is refused for now is sent again whole", "[sim][calls]")
{
    Conversation talk(2);
    talk.append(3);
    const auto first = talk.call();
    const auto outcome = talk.answer({Kind::TryLater, {}, "HTTP 503"});
    CHECK(outcome.failed == 2);
    CHECK(outcome.pause > 0ms);
    CHECK(talk.call() == first);
    CHECK(talk.begun_first == 2);
    CHECK(talk.latency.count() == 0);
}

TEST_CASE("an answer that does not fit the call changes nothing", "[sim][calls]")
{
    Conversation talk(2);
    talk.append(3);
    CHECK_FALSE(talk.calls.on_answer(results({}), kCallTime, talk.latency));  // to no call
    const auto first = talk.call();
    for (const auto& wrong : {results({}), results({false}), results({false, false, false}), PutAnswer{}}) {
        CHECK_FALSE(talk.calls.on_answer(wrong, kCallTime, talk.latency));
    }
    CHECK(talk.calls.under_way());
    talk.calls.repeat_call();
    CHECK(talk.call() == first);
    CHECK(talk.begun_first == 2);
}

TEST_CASE("discarding keeps what was in a call", "[sim][calls]")
{
    Conversation talk(2);
    talk.append(5);
    SECTION("that is under way")
    {
        talk.call();
        talk.calls.discard_unsent();
        CHECK_FALSE(talk.calls.empty());
        talk.answer(results({false, false}));
    }
    SECTION("of which a record failed")
    {
        talk.call();
        talk.answer(results({false, true}));
        talk.calls.discard_unsent();
        CHECK(talk.call() == Texts{"1:1"});
        talk.answer(results({false}));
    }
    SECTION("of which there is none")
    {
        talk.calls.discard_unsent();
    }
    SECTION("of which there is none any more")
    {
        talk.call();
        talk.answer(results({false, false}));
        talk.calls.discard_unsent();
    }
    CHECK(talk.calls.empty());
    CHECK(talk.calls.bytes() == 0);
    talk.append(1);
    CHECK(talk.call() == Texts{"5:5"});
}

TEST_CASE("however calls fail, each record is accepted once, and none before one of an earlier call", "[sim][calls]")
{
    std::mt19937 random(GENERATE(1U, 2U, 3U));
    Conversation talk(50);
    std::vector<std::string> accepted;
    std::size_t calls_without_failures = 0;
    while (talk.appended < 20'000 || !talk.calls.empty()) {
        if (talk.appended < 20'000) {
            talk.append(random() % 60);
        }
        if (!talk.calls.ready()) {
            continue;
        }
        const auto records = talk.call();
        if (random() % 8 == 0) {
            talk.calls.repeat_call();
            continue;
        }
        std::vector<bool> failed;
        for (const std::string& record : records) {
            failed.push_back(random() % 4 == 0);
            if (!failed.back()) {
                accepted.push_back(record);
            }
        }
        const auto outcome = talk.answer(results(failed));
        if (outcome.failed == 0) {
            ++calls_without_failures;
            // All that were in a call so far are accepted, so they are the oldest ones.
            REQUIRE(accepted.size() == talk.begun_first);
        }
    }
    CHECK(calls_without_failures > 0);
    CHECK(talk.calls.bytes() == 0);
    std::sort(accepted.begin(), accepted.end());
    CHECK(std::adjacent_find(accepted.begin(), accepted.end()) == accepted.end());
    CHECK(accepted.size() == talk.appended);
    CHECK(talk.begun_first == talk.appended);
}
