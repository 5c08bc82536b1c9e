#include "rule_runner.hpp"

#include "bike_rule.hpp"
#include "ingest_fixture.hpp"
#include "rule_folder.hpp"

using namespace alleycat;
using namespace alleycat::ingest;

namespace {

constexpr SystemTime kMoment{std::chrono::milliseconds(kRaceStart + 56'500)};

/// A rule in front of a stream of one shard whose ring is small.
struct Runner {
    RuleFolder folder;
    StreamFixture stream{{.shards = 1, .ring_capacity_bytes = kSmallRing}};
    DoorCounters counters;
    std::vector<std::string> published;
    std::string refuse;  // what is published, and why
    RuleRunner runner;

    explicit Runner(const RuleOptions& rule, const std::string& own_topics = {}, const RateOptions& rates = {})
        : runner({rule, {}, "alleycat", folder.path(), 1'000, own_topics, rates},
                 Intake(limits(), "${racerId}", stream.producer(), counters),
                 [this](const std::string& topic, std::string_view payload) {
                     published.push_back(topic + " " + std::string(payload));
                     return refuse;
                 })
    {
        stream.stream.start();
    }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    ~Runner()
    {
        stream.logs[0]->open();
        stream.stop();
    }

    void message(const std::string& topic, const std::string& payload)
    {
        runner.take(topic, payload + std::string(telemetry::RecordReader::kPadding, '\0'), false, kMoment);
    }
    void round() { runner.end_round(kMoment); }
    /// "racer@second" of what came through.
    [[nodiscard]] std::vector<std::string> handed_over(std::size_t records)
    {
        round();
        REQUIRE(stream.logs[0]->wait_for_entries(records));
        return ingest::handed_over(*stream.logs[0]);
    }
    [[nodiscard]] std::string failures(const std::string& rule = "bikes") const
    {
        return folder.all("rule-errors/" + rule);
    }
};

std::size_t lines(const std::string& text)
{
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

const std::string kGood = R"({"rpm":80,"level":40})";

}  // namespace

TEST_CASE("below a topic of topics of their own, a topic speaks for its racer only", "[ingest][rule]")
{
    RuleOptions rule;
    rule.topic = "alleycat-publish/#";
    Runner bench(rule, "alleycat-publish");
    bench.message("alleycat-publish/7", joined({record_text(7, 1), record_text(8, 1)}, "\n"));
    bench.message("alleycat-publish", array_of(9, 1, 2));
    for (const auto* topic : {"alleycat-publish/", "alleycat-publish/07", "alleycat-publish/+7", "alleycat-publish/7/x",
                              "alleycat-publish/x"}) {
        bench.message(topic, record_text(7, 3));
    }
    CHECK(bench.handed_over(3) == std::vector<std::string>{"7@1", "9@1", "9@2"});
    CHECK(bench.counters.rejected[static_cast<std::size_t>(Errc::Unauthorized)] == 6);
    CHECK(lines(bench.failures("default")) == 6);
}

TEST_CASE("each topic of its own has a rate of its own", "[ingest][rule]")
{
    RuleOptions rule;
    rule.topic = "alleycat-publish/#";
    Runner bench(rule, "alleycat-publish", {1e-6, 1e-6, std::chrono::seconds(3'000'000)});  // three records at once
    bench.message("alleycat-publish/7", array_of(7, 1, 2));
    bench.message("alleycat-publish/8", array_of(8, 1, 4));
    bench.message("alleycat-publish/7", array_of(7, 3, 5));
    bench.message("alleycat-publish", array_of(9, 1, 5));
    CHECK(bench.handed_over(11).size() == 11);
    CHECK(bench.counters.rejected[static_cast<std::size_t>(Errc::RateLimited)] == 3);
}

TEST_CASE("messages of a rule become records of the stream", "[ingest][rule]")
{
    Runner bench(bikes());
    bench.message("bikes/7/1", kGood);
    bench.message("bikes/8/2", "[" + kGood + "," + kGood + "]");
    CHECK(bench.handed_over(3) == std::vector<std::string>{"7@57", "8@57", "8@57"});
    CHECK(bench.counters.accepted == 3);
    CHECK(bench.failures().empty());
    CHECK(eventually([&] { return bench.runner.durable(); }));  // they are handed over as soon as they are in the log
}

TEST_CASE("a message of which something failed is kept with what and why, counted as it stood in the message",
          "[ingest][rule]")
{
    Runner bench(bikes());
    bench.message("bikes/7/1", "[5," + kGood + R"(,{"rpm":80},{"rpm":999,"level":40},)" + kGood + "]");
    CHECK(bench.handed_over(2).size() == 2);
    const auto kept = bench.failures();
    CHECK(lines(kept) == 1);
    CHECK(contains(kept, R"({"ruleName":"bikes","topic":"bikes/7/1","clientId":"n/a","base64OriginalPayload":"WzUs)"));
    CHECK(contains(kept, R"({"failedAction":"select","failedResource":"bikes","errorMessage":)"
                         R"("record 0: InvalidType: record: must be a JSON object"},)"
                         R"({"failedAction":"select","failedResource":"bikes","errorMessage":)"
                         R"("record 2: MissingField: level: is missing"},)"
                         R"({"failedAction":"stream","failedResource":"alleycat","errorMessage":)"
                         R"("record 3: OutOfRange: cadence: )"));
    CHECK(bench.counters.rejected[static_cast<std::size_t>(Errc::InvalidType)] == 1);
    CHECK(bench.counters.rejected[static_cast<std::size_t>(Errc::MissingField)] == 1);
    CHECK(bench.counters.rejected[static_cast<std::size_t>(Errc::OutOfRange)] == 1);
}

TEST_CASE("a payload that passes as it is has its failures kept too", "[ingest][rule]")
{
    RuleOptions rule;
    Runner bench(rule);
    bench.message("alleycat-publish", record_text(7, 1) + "\n" + refused_text(7) + "\nnonsense");
    bench.message("alleycat-publish", std::string(1'001, 'x'));
    CHECK(bench.handed_over(1) == std::vector<std::string>{"7@1"});
    const auto kept = bench.failures("default");
    CHECK(lines(kept) == 2);
    CHECK(contains(kept, "\"record 1: OutOfRange: second: "));
    CHECK(contains(kept, "\"record 2: InvalidJson: "));
    CHECK(contains(kept,
                   R"("base64OriginalPayload":"","failures":[{"failedAction":"select","failedResource":"default",)"
                   R"("errorMessage":"TooLarge: payload: must be at most 1000 bytes"}])"));
}

TEST_CASE("what the stream has no room for waits, and its failures are counted on", "[ingest][rule]")
{
    RuleOptions rule;
    Runner bench(rule);
    bench.stream.logs[0]->close();
    std::size_t messages = 0;
    while (bench.runner.idle()) {
        bench.message("alleycat-publish", record_text(7, 1) + "\n" + refused_text(7) + "\n" + record_text(7, 2));
        ++messages;
        REQUIRE(messages < 1'000);
    }
    bench.message("alleycat-publish", refused_text(8) + "\n" + record_text(8, 1));
    bench.round();
    CHECK_FALSE(bench.runner.durable());
    bench.stream.logs[0]->open();
    REQUIRE(eventually([&] {
        bench.runner.retry(kMoment);
        return bench.runner.idle();
    }));
    CHECK(bench.handed_over(2 * messages + 1).size() == 2 * messages + 1);
    const auto kept = bench.failures("default");
    CHECK(lines(kept) == messages + 1);
    std::size_t seconds = 0;
    for (auto at = kept.find("record 1: OutOfRange"); at != std::string::npos;
         at = kept.find("record 1: OutOfRange", at + 1)) {
        ++seconds;
    }
    CHECK(seconds == messages);
    CHECK(contains(kept, "record 0: OutOfRange"));
}

TEST_CASE("each target gets what the rule made, and what one cannot take the others do", "[ingest][rule]")
{
    auto rule = bikes();
    rule.select = {{"cadence", "${rpm}"}};
    rule.targets = {"mqtt:all/${topic(2)}", "file:bikes/${topic(3)}.ndjson"};
    Runner bench(rule);
    bench.message("bikes/7/1", "[" + kGood + "," + R"({"rpm":81}])");
    bench.message("bikes/8/1", R"({"rpm":82})");
    bench.round();
    CHECK(bench.published ==
          std::vector<std::string>{"all/7 {\"cadence\":80}\n{\"cadence\":81}", "all/8 {\"cadence\":82}"});
    CHECK(bench.folder.read("bikes/1.ndjson") == "{\"cadence\":80}\n{\"cadence\":81}\n{\"cadence\":82}\n");
    CHECK(bench.counters.accepted == 0);
    CHECK(bench.failures().empty());

    bench.refuse = "The client is not currently connected.";
    bench.message("bikes/9/1", R"({"rpm":83})");
    bench.message("bikes/9/..", R"({"rpm":84})");
    bench.message("bikes//1", R"({"rpm":85})");
    bench.round();
    CHECK(bench.folder.read("bikes/1.ndjson").find("83}\n{\"cadence\":85}\n") != std::string::npos);
    const auto kept = bench.failures();
    CHECK(lines(kept) == 3);
    CHECK(contains(kept, R"({"failedAction":"mqtt","failedResource":"all/9",)"
                         R"("errorMessage":"The client is not currently connected."})"));
    CHECK(contains(kept, R"({"failedAction":"file","failedResource":"bikes/${topic(3)}.ndjson",)"
                         R"("errorMessage":"OutOfRange: no path that a rule may write to"})"));
}

TEST_CASE("a rule without selection republishes payloads as they came, broken ones too", "[ingest][rule]")
{
    RuleOptions rule;
    rule.topic = "bikes/#";
    rule.targets = {"mqtt:copy", "file:copy.ndjson"};
    Runner bench(rule);
    bench.message("bikes/7", "nonsense");
    bench.message("bikes/7", "");
    bench.round();
    CHECK(bench.published == std::vector<std::string>{"copy nonsense"});
    CHECK(bench.folder.read("copy.ndjson") == "nonsense\n");
    CHECK(bench.failures("default").empty());
}

TEST_CASE("samples go the way of messages", "[ingest][rule]")
{
    RuleOptions rule = bikes();
    rule.name = "qdomyos";
    rule.topic = "QZ/+/#";
    rule.select["racerId"] = "${racer()}";
    rule.select["classId"] = "2";
    rule.select["cadence"] = "${cadence}";
    rule.select["resistance"] = "5";
    rule.sample.emplace().racers = {{"a", 7}, {"b", 8}};
    Runner bench(rule);
    CHECK(bench.runner.until_sample(kMoment) == std::chrono::milliseconds(0));
    bench.runner.sample(kMoment);
    CHECK(bench.runner.until_sample(kMoment) == std::chrono::milliseconds(500));
    for (const auto* device : {"a", "b"}) {
        bench.message(std::string("QZ/") + device + "/status", "online");
    }
    bench.message("QZ/a/cadence", "80.00");
    bench.message("QZ/b/cadence", "999");
    bench.runner.sample(kMoment + std::chrono::seconds(1));
    bench.runner.sample(kMoment + std::chrono::seconds(1));
    CHECK(bench.handed_over(1) == std::vector<std::string>{"7@58"});
    const auto kept = bench.failures("qdomyos");
    CHECK(lines(kept) == 1);
    CHECK(contains(kept, R"("topic":"QZ/b")"));
    CHECK(contains(kept, "record 0: OutOfRange: cadence"));

    bench.message("QZ/b/cadence", "fast");
    bench.runner.sample(kMoment + std::chrono::seconds(2));
    bench.round();
    CHECK(contains(bench.failures("qdomyos"), "record 0: InvalidType: cadence: must be a number"));
    CHECK_FALSE(Runner(RuleOptions()).runner.until_sample(kMoment));
}

TEST_CASE("moments for which the stream has no room pass, and sampling goes on when it has", "[ingest][rule]")
{
    RuleOptions rule = bikes();
    rule.topic = "QZ/+/#";
    rule.select["racerId"] = "7";
    rule.select["classId"] = "1";
    rule.select["cadence"] = "${cadence}";
    rule.select["resistance"] = "5";
    rule.sample.emplace().fresh = std::chrono::hours(1);
    Runner bench(rule);
    bench.message("QZ/a/status", "online");
    bench.message("QZ/a/cadence", "80.00");
    bench.stream.logs[0]->close();
    int moments = 0;
    while (bench.runner.idle()) {
        bench.runner.sample(kMoment + std::chrono::seconds(++moments));
        bench.round();
        REQUIRE(moments < 200);
    }
    const auto stalled = kMoment + std::chrono::seconds(moments);
    CHECK_FALSE(bench.runner.until_sample(stalled));
    bench.runner.sample(stalled + std::chrono::seconds(5));  // nobody waits for it
    bench.stream.logs[0]->open();
    REQUIRE(eventually([&] {
        bench.runner.retry(stalled);
        return bench.runner.idle();
    }));
    bench.runner.sample(stalled + std::chrono::seconds(6));
    const auto expected = static_cast<std::size_t>(moments) + 1;
    CHECK(bench.handed_over(expected).size() == expected);
}
