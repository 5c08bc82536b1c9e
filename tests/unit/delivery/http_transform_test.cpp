#include "../net/scripted_server.hpp"
#include "delivery_fixture.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/delivery/http_transform.hpp>

#include <catch2/catch.hpp>

#include <future>

using namespace alleycat;
using namespace alleycat::delivery;
using net::ScriptedServer;
using Reaction = ScriptedServer::Reaction;
using std::chrono::milliseconds;

namespace {

constexpr auto kPatience = milliseconds(20'000);

std::string base64(std::string_view bytes)
{
    std::string text;
    append_base64(text, bytes);
    return text;
}

std::string entry(const std::string& id, const std::string& result, const std::string& data)
{
    return R"({"recordId":")" + id + R"(","result":")" + result + R"(","data":")" + data + R"("})";
}
std::string ok(std::uint64_t id, const std::string& text)
{
    return entry(std::to_string(id), "Ok", base64(text));
}

Reaction answer(const Lines& entries)
{
    std::string body = R"({"records":[)";
    for (const auto& each : entries) {
        body.append(each).append(&each == &entries.back() ? "" : ",");
    }
    return {ScriptedServer::answer(body + "]}")};
}

Lines record_ids(const std::string& request)
{
    constexpr std::string_view kKey = "\"recordId\":\"";
    Lines ids;
    for (auto at = request.find(kKey); at != std::string::npos; at = request.find(kKey, at + 1)) {
        const auto begin = at + kKey.size();
        ids.push_back(request.substr(begin, request.find('"', begin) - begin));
    }
    return ids;
}

/// A transform whose server, and whose pauses, the test plays.
struct TransformFixture {
    explicit TransformFixture(ScriptedServer::Script script) : server(std::move(script)) {}

    [[nodiscard]] std::vector<std::string> requests() const
    {
        std::vector<std::string> bodies;
        for (const auto& seen_request : server.seen()) {
            bodies.push_back(seen_request.body);
        }
        return bodies;
    }
    HttpTransform& transform()
    {
        if (!made) {
            options.url = options.url.empty() ? server.url() : options.url;
            options.limits = record_limits();
            options.mended_limits = options.limits;
            made = std::make_unique<HttpTransform>(options, counters);
        }
        return *made;
    }
    Lines apply(const Window& window)
    {
        seen = {};
        CHECK(transform().apply(window, seen));
        return seen.words;
    }

    ScriptedServer server;
    TransformCounters counters;
    std::vector<milliseconds> pauses;
    HttpTransform::Options options = [this] {
        HttpTransform::Options made_options;
        made_options.timeout = kPatience;
        made_options.wait = [this](milliseconds pause) {
            pauses.push_back(pause);
            return true;
        };
        return made_options;
    }();
    std::unique_ptr<HttpTransform> made;
    SeenOutcomes seen;
};

/// What becomes of record 1 of 1, 2, 3 by this answer; the others are good.
std::string outcome_of(const std::string& first)
{
    TransformFixture fixture([&](const auto&) {
        return answer({ok(2, record_text(2)), first, ok(3, record_text(3))});
    });
    const auto words = fixture.apply(WindowMaker().add(1).add(2).add(3).take());
    REQUIRE(words.size() == 3);
    CHECK(words[1] == "ok 2 132.25 " + record_text(2));
    CHECK(words[2] == "ok 3 132.25 " + record_text(3));
    CHECK(fixture.requests().size() == 1);
    for (const auto& failure : fixture.seen.failures) {
        CHECK(failure.attempts == 1);
        CHECK_FALSE(failure.never_answered);
        CHECK(std::ranges::count(kFailureCodes, failure.code) == 1);
    }
    return words[0];
}

/// The code that a window's records fail with where nothing but this is ever answered.
std::string failure_by(const Reaction& reaction, milliseconds timeout = kPatience)
{
    TransformFixture fixture([&](const auto&) { return reaction; });
    fixture.options.timeout = timeout;
    fixture.options.answer_bytes = 10'000;
    const auto words = fixture.apply(WindowMaker().add(1).add(2).take());
    REQUIRE(fixture.seen.failures.size() == 2);
    for (const auto& failure : fixture.seen.failures) {
        CHECK(failure.attempts == 4);
        CHECK(failure.ended_ms > kArrival);
        CHECK(failure.never_answered);
        CHECK_FALSE(failure.message.empty());
        CHECK(std::ranges::count(kFailureCodes, failure.code) == 1);
    }
    const auto requests = fixture.requests();
    CHECK((requests.size() == 4 || timeout < kPatience));  // one that is given up may not have arrived
    for (const auto& request : requests) {
        CHECK(request == requests.front());  // the invocationId too
    }
    CHECK(fixture.pauses.size() == 3);
    CHECK(fixture.counters.calls == 4);
    CHECK(fixture.counters.retries == 3);
    return std::string(fixture.seen.failures[0].code);
}

}  // namespace

TEST_CASE("a call has every record of the window, valid or not, in the contract's shape", "[delivery][http]")
{
    TransformFixture fixture([](const auto&) { return answer({}); });
    const auto window = WindowMaker(1).add_text(7, "{\"a\":1}").add_invalid(19, "junk\n").take();
    static_cast<void>(fixture.apply(window));
    REQUIRE(fixture.requests().size() == 1);
    const std::string begin = R"({"invocationId":")";
    CHECK(fixture.requests()[0].substr(0, begin.size()) == begin);
    CHECK(fixture.requests()[0].substr(begin.size() + 36) ==
          R"(","records":[{"recordId":"7","approximateArrivalTimestamp":1620240672083,"data":"eyJhIjoxfQ==",)"
          R"("kinesisRecordMetadata":{"sequenceNumber":"7","subsequenceNumber":0,"partitionKey":"key",)"
          R"("shardId":"shardId-000000000001","approximateArrivalTimestamp":1620240672083}},)"
          R"({"recordId":"19","approximateArrivalTimestamp":1620240672095,"data":"anVuawo=",)"
          R"("kinesisRecordMetadata":{"sequenceNumber":"19","subsequenceNumber":0,"partitionKey":"key",)"
          R"("shardId":"shardId-000000000001","approximateArrivalTimestamp":1620240672095}}]})");
    CHECK(fixture.transform().name() == fixture.server.url());
}

TEST_CASE("records come out in their order, whatever the order of the answer", "[delivery][http]")
{
    TransformFixture fixture([](const auto&) {
        return answer({entry("4", "ProcessingFailed", ""), ok(3, record_text(3)), entry("2", "Dropped", ""),
                       ok(1, record_text(1))});
    });
    CHECK(fixture.apply(WindowMaker().add(1).add(2).add(3).add(4).take()) ==
          Lines{"ok 1 132.25 " + record_text(1), "dropped 2", "ok 3 132.25 " + record_text(3),
                "failed 4 Transform.ProcessingFailed"});
    CHECK(fixture.counters.calls == 1);
    CHECK(fixture.counters.call_microseconds > 0);
}

TEST_CASE("what is wrong with one record of an answer fails that record alone", "[delivery][http]")
{
    const auto text = record_text(1);
    CHECK(outcome_of(ok(1, text)) == "ok 1 132.25 " + text);
    CHECK(outcome_of(R"({"recordId":"1","result":"Dropped"})") == "dropped 1");
    CHECK(outcome_of(entry("1", "ProcessingFailed", base64(text))) == "failed 1 Transform.ProcessingFailed");

    CHECK(outcome_of(ok(99, text)) == "failed 1 Transform.MissingRecordId");
    CHECK(outcome_of(entry("01", "Ok", base64(text))) == "failed 1 Transform.MissingRecordId");
    CHECK(outcome_of(entry("1 ", "Ok", base64(text))) == "failed 1 Transform.MissingRecordId");
    CHECK(outcome_of(entry("", "Ok", base64(text))) == "failed 1 Transform.MissingRecordId");
    CHECK(outcome_of(R"({"recordId":1,"result":"Ok","data":""})") == "failed 1 Transform.MissingRecordId");
    CHECK(outcome_of("null") == "failed 1 Transform.MissingRecordId");

    CHECK(outcome_of(entry("1", "ok", base64(text))) == "failed 1 Transform.InvalidResult");
    CHECK(outcome_of(R"({"recordId":"1"})") == "failed 1 Transform.InvalidResult");
    CHECK(outcome_of(R"({"recordId":"1","result":7})") == "failed 1 Transform.InvalidResult");

    CHECK(outcome_of(R"({"recordId":"1","result":"Ok"})") == "failed 1 Transform.InvalidData");
    CHECK(outcome_of(R"({"recordId":"1","result":"Ok","data":7})") == "failed 1 Transform.InvalidData");
    CHECK(outcome_of(entry("1", "Ok", "!" + base64(text))) == "failed 1 Transform.InvalidData");
    CHECK(outcome_of(entry("1", "Ok", base64(text).substr(1))) == "failed 1 Transform.InvalidData");

    CHECK(outcome_of(ok(1, text + std::string(kMaxTransformedBytes + 1 - text.size(), ' '))) ==
          "failed 1 Transform.TooLarge");
    CHECK(outcome_of(ok(1, std::string(3 * kMaxTransformedBytes, ' '))) == "failed 1 Transform.TooLarge");
    CHECK(outcome_of(ok(1, text + std::string(kMaxTransformedBytes - text.size(), ' '))) == "ok 1 132.25 " + text);

    CHECK(outcome_of(ok(1, "")) == "failed 1 Transform.InvalidRecord");
    CHECK(outcome_of(ok(1, "junk")) == "failed 1 Transform.InvalidRecord");
    CHECK(outcome_of(ok(1, text + "\n" + text)) == "failed 1 Transform.InvalidRecord");
    CHECK(outcome_of(ok(1, record_text(1, 301))) == "failed 1 Transform.InvalidRecord");
    CHECK(outcome_of(ok(1, "{\"output\":1}")) == "failed 1 Transform.InvalidRecord");
}

TEST_CASE("an entry that stands twice counts once, and strangers do not count", "[delivery][http]")
{
    TransformFixture fixture([](const auto&) {
        return answer({ok(1, record_text(1)), entry("1", "Dropped", ""), ok(7, record_text(7)), "[]", "{}"});
    });
    CHECK(fixture.apply(WindowMaker().add(1).take()) == Lines{"ok 1 132.25 " + record_text(1)});
}

TEST_CASE("what a transform makes of a record is what counts", "[delivery][http]")
{
    TransformFixture fixture([](const auto&) {
        return answer({ok(1, record_start(9, 12) + ",\"output\":98.5}\n"),
                       ok(2, "{\n" + record_text(2).substr(1) + "\r\n\n"), ok(3, record_text(3)),
                       ok(4, record_start(4) + ",\"output\":\"much\"}")});
    });
    const auto window = WindowMaker().add(1).add(2).add_invalid(3).add(4).take();
    CHECK(fixture.apply(window) == Lines{"ok 1 98.5 " + record_start(9, 12) + ",\"output\":98.5}",
                                         "ok 2 132.25 { " + record_text(2).substr(1), "ok 3 132.25 " + record_text(3),
                                         "ok 4 132.25 " + record_start(4) + ",\"output\":\"much\"}"});
    REQUIRE(fixture.seen.samples.size() == 4);
    CHECK(fixture.seen.samples[0].racer_id == RacerId{9});
    CHECK(fixture.seen.samples[0].second == 12);
    CHECK(fixture.seen.samples[2].racer_id == RacerId{3});  // repaired
}

TEST_CASE("a call without a good answer is repeated three times, and then its records fail", "[delivery][http]")
{
    CHECK(failure_by({"", true}) == "Transform.Unreachable");
    CHECK(failure_by({""}, milliseconds(20)) == "Transform.TimedOut");
    CHECK(failure_by({ScriptedServer::answer("{\"records\":[]}", "500 Broken")}) == "Transform.HttpStatus");
    CHECK(failure_by({ScriptedServer::answer("", "302 Found", "Location: /\r\n")}) == "Transform.HttpStatus");
    CHECK(failure_by({ScriptedServer::answer("")}) == "Transform.InvalidAnswer");
    CHECK(failure_by({ScriptedServer::answer("{\"records\":[}")}) == "Transform.InvalidAnswer");
    CHECK(failure_by({ScriptedServer::answer("{\"records\":{}}")}) == "Transform.InvalidAnswer");
    CHECK(failure_by({ScriptedServer::answer("[]")}) == "Transform.InvalidAnswer");
    CHECK(failure_by({ScriptedServer::answer("{\"errorMessage\":\"x\"}")}) == "Transform.InvalidAnswer");
    CHECK(failure_by({ScriptedServer::answer("{\"records\":[]}" + std::string(10'000, ' '))}) ==
          "Transform.InvalidAnswer");
    CHECK(failure_by({"junk\r\n\r\n", true}) == "Transform.InvalidAnswer");
}

TEST_CASE("nobody at the address is unreachable", "[delivery][http]")
{
    TransformFixture fixture([](const auto&) { return Reaction{}; });
    fixture.options.url = "http://127.0.0.1:" + std::to_string(ScriptedServer::closed_port());
    CHECK(fixture.apply(WindowMaker().add(1).take()) == Lines{"failed 1 Transform.Unreachable"});
    CHECK(fixture.counters.calls == 4);
}

TEST_CASE("pauses between attempts grow, and a late good answer is a good answer", "[delivery][http]")
{
    std::atomic<int> attempts{0};
    TransformFixture fixture([&](const auto&) {
        return ++attempts < 4 ? Reaction{ScriptedServer::answer("", "503 Busy")}
                              : answer({ok(1, record_text(1)), entry("2", "ProcessingFailed", "")});
    });
    CHECK(fixture.apply(WindowMaker().add(1).add(2).take()) ==
          Lines{"ok 1 132.25 " + record_text(1), "failed 2 Transform.ProcessingFailed"});
    CHECK(fixture.seen.failures[0].attempts == 4);
    CHECK_FALSE(fixture.seen.failures[0].never_answered);
    REQUIRE(fixture.pauses.size() == 3);
    for (std::size_t retry = 0; retry < 3; ++retry) {
        CHECK(fixture.pauses[retry] >= milliseconds(50) * (1 << retry));
        CHECK(fixture.pauses[retry] <= milliseconds(100) * (1 << retry));
    }
    attempts = 3;
    CHECK(fixture.apply(WindowMaker().add(1).add(2).take()).size() == 2);
    CHECK(fixture.seen.failures[0].attempts == 1);  // a new call
}

TEST_CASE("a window is split into calls of bounded size, and one that fails costs the others nothing",
          "[delivery][http]")
{
    TransformFixture fixture([](const auto& request) {
        Lines entries;
        for (const auto& id : record_ids(request.body)) {
            entries.push_back(ok(std::stoull(id), record_text(std::stoull(id))));
        }
        return std::ranges::count(record_ids(request.body), "20") == 0
                   ? answer(entries)
                   : Reaction{ScriptedServer::answer("", "500 Broken")};
    });
    fixture.options.call_bytes = 3'000;
    fixture.options.retries = 0;
    WindowMaker maker;
    std::vector<std::string> expected;
    for (std::uint64_t number = 1; number <= 50; ++number) {
        maker.add(number);
        expected.push_back(std::to_string(number));
    }
    const auto words = fixture.apply(maker.take());
    const auto requests = fixture.requests();
    Lines ids;
    for (const auto& request : requests) {
        CHECK(request.size() <= 3'000);
        std::ranges::copy(record_ids(request), std::back_inserter(ids));
    }
    CHECK(ids == expected);
    CHECK(requests.size() > 5);
    CHECK(words.size() == 50);
    const auto failed =
        std::ranges::count_if(words, [](const std::string& word) { return word.starts_with("failed"); });
    CHECK(failed > 1);
    CHECK(failed < 10);
    for (std::size_t call = 1; call < requests.size(); ++call) {
        CHECK(requests[call].substr(0, 60) != requests[call - 1].substr(0, 60));  // the invocationId
    }
}

TEST_CASE("a record that is larger than a call is sent alone", "[delivery][http]")
{
    TransformFixture fixture([&](const auto&) { return answer({ok(1, record_text(1)), ok(2, record_text(2))}); });
    fixture.options.call_bytes = 100;
    CHECK(fixture.apply(WindowMaker().add(1).add(2).take()).size() == 2);
    CHECK(fixture.requests().size() == 2);
    CHECK(fixture.seen.failures.empty());
}

TEST_CASE("cancel ends a call that hangs", "[delivery][http]")
{
    std::promise<void> arrived;
    TransformFixture fixture([&](const auto&) {
        arrived.set_value();
        return Reaction{};
    });
    auto& transform = fixture.transform();
    const auto window = WindowMaker().add(1).take();
    auto applied = std::async(std::launch::async, [&] { return transform.apply(window, fixture.seen); });
    arrived.get_future().wait();
    transform.cancel();
    CHECK_FALSE(applied.get());
    CHECK(fixture.seen.words.empty());
    CHECK_FALSE(transform.apply(window, fixture.seen));
}

TEST_CASE("cancel ends a pause", "[delivery][http]")
{
    TransformFixture fixture([](const auto&) { return Reaction{ScriptedServer::answer("", "503 Busy")}; });
    SECTION("in real time")
    {
        std::promise<void> arrived;
        fixture.options.wait = nullptr;
        fixture.options.first_backoff = fixture.options.max_backoff = std::chrono::hours(1);
        auto& transform = fixture.transform();
        const auto window = WindowMaker().add(1).take();
        auto applied = std::async(std::launch::async, [&] { return transform.apply(window, fixture.seen); });
        transform.cancel();
        CHECK_FALSE(applied.get());
    }
    SECTION("that somebody else measures")
    {
        fixture.options.wait = [&](milliseconds) {
            fixture.transform().cancel();
            return false;
        };
        CHECK_FALSE(fixture.transform().apply(WindowMaker().add(1).take(), fixture.seen));
        CHECK(fixture.requests().size() == 1);
    }
    CHECK(fixture.seen.words.empty());
}

TEST_CASE("a bad address stops the start", "[delivery][http]")
{
    TransformCounters counters;
    HttpTransform::Options options;
    options.url = "https://example.org/";
    CHECK_THROWS_AS(HttpTransform(options, counters), std::invalid_argument);
}
