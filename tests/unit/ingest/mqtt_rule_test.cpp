#include "rule_folder.hpp"
#include "source_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ingest;
using Connection = BrokerConnection;

// Rules as a broker sees them.

namespace {

const stream::Stream::Options kSmall{.shards = 1, .ring_capacity_bytes = kSmallRing};

std::string publish(const std::string& topic, unsigned id, const std::string& payload)
{
    return Connection::encoded(3, 0b0010, Connection::text(topic) + Connection::word(id) + payload);
}

/// "topic payload" of a PUBLISH at QoS 0.
std::string published(const Packet& packet)
{
    return packet.type == 3 && packet.flags == 0 ? packet.text(0) + " " + packet.body.substr(2 + packet.word(0))
                                                 : "another packet: " + std::to_string(packet.type);
}

RuleOptions rule_of(const std::string& topic)
{
    RuleOptions rule;
    rule.name = "test";
    rule.topic = topic;
    return rule;
}

}  // namespace

TEST_CASE("a source subscribes its rule's topic at its rule's quality of service", "[ingest][mqtt][rule]")
{
    auto rule = rule_of("gym/+/bikes/#");
    rule.qos = 0;
    SourceFixture fixture(false, kSmall, rule);
    fixture.start();
    auto connection = fixture.broker.accept();
    REQUIRE(connection.receive().type == 1);
    connection.send_packet(2, 0, std::string(2, '\0'));
    const auto subscribe = connection.receive();
    REQUIRE(subscribe.type == 8);
    CHECK(subscribe.text(2) == "gym/+/bikes/#");
    CHECK(subscribe.body.back() == 0);
}

TEST_CASE("a source without a topic subscribes nothing, and still publishes", "[ingest][mqtt][rule]")
{
    SourceFixture fixture(false, kSmall, rule_of(""));
    fixture.start();
    auto connection = fixture.broker.accept();
    REQUIRE(connection.receive().type == 1);
    connection.send_packet(2, 0, std::string(2, '\0'));
    REQUIRE(eventually([&] { return fixture.source->connected(); }));
    fixture.source->publish("alleycat-subscribe", "results");
    CHECK(published(connection.receive()) == "alleycat-subscribe results");
}

TEST_CASE("what failed is on disk when its message is acknowledged", "[ingest][mqtt][rule]")
{
    const RuleFolder folder;
    SourceFixture fixture(false, kSmall, rule_of("alleycat-publish"), folder.path());
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    std::size_t kept = 0;
    for (unsigned id = 1; id <= 20; ++id) {
        connection.send(publish("alleycat-publish", id, refused_text(id)));
        expect_puback(connection, id);
        const auto failures = folder.all("rule-errors/test");
        REQUIRE(failures.size() > kept);
        kept = failures.size();
    }
    CHECK(folder.files("rule-errors/test").size() == 1);
    CHECK(fixture.source->lost_failures() == 0);
}

TEST_CASE("a message that cannot be kept is acknowledged all the same, and counted", "[ingest][mqtt][rule]")
{
    const RuleFolder folder;
    folder.write("rule-errors", "a file where the folder should be");
    SourceFixture fixture(false, kSmall, rule_of("alleycat-publish"), folder.path());
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    connection.send(publish("alleycat-publish", 1, refused_text(1)));
    expect_puback(connection, 1);
    CHECK(fixture.source->lost_failures() == 1);
    connection.send(publish("alleycat-publish", 2, record_text(1, 1)));
    expect_puback(connection, 2);
}

TEST_CASE("a file target holds a message when it is acknowledged", "[ingest][mqtt][rule]")
{
    const RuleFolder folder;
    auto rule = rule_of("bikes/+");
    rule.targets = {"file:bikes/${topic(2)}.txt", "stream"};
    SourceFixture fixture(false, kSmall, rule, folder.path());
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    std::string expected;
    for (unsigned id = 1; id <= 10; ++id) {
        connection.send(publish("bikes/7", id, record_text(7, id)));
        expect_puback(connection, id);
        expected += record_text(7, id) + "\n";
        REQUIRE(folder.read("bikes/7.txt") == expected);
    }
    CHECK(fixture.appended() == 10);
}

TEST_CASE("a rule republishes what it made, and nothing comes back to it", "[ingest][mqtt][rule]")
{
    const RuleFolder folder;
    auto rule = rule_of("bikes/+");
    rule.select = {{"cadence", "${rpm}"}};
    rule.targets = {"mqtt:all/${topic(2)}", "mqtt:${topic(2)}/${topic(1)}"};
    SourceFixture fixture(false, kSmall, rule, folder.path());
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    connection.send(publish("bikes/7", 1, R"({"rpm":80})"));
    expect_puback(connection, 1);
    CHECK(published(connection.receive()) == "all/7 {\"cadence\":80}");
    CHECK(published(connection.receive()) == "7/bikes {\"cadence\":80}");
    connection.send(publish("bikes/bikes", 2, R"({"rpm":81})"));
    expect_puback(connection, 2);
    CHECK(published(connection.receive()) == "all/bikes {\"cadence\":81}");
    CHECK(folder.all("rule-errors/test").find(R"("failedAction":"mqtt","failedResource":"${topic(2)}/${topic(1)}")") !=
          std::string::npos);
}

TEST_CASE("failures are published where the rule says so", "[ingest][mqtt][rule]")
{
    auto rule = rule_of("bikes/+");
    rule.error_action = "mqtt:errors/bikes";
    SourceFixture fixture(false, kSmall, rule);
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    connection.send(publish("bikes/7", 1, "nonsense"));
    expect_puback(connection, 1);
    const auto failure = published(connection.receive());
    CHECK(failure.find(R"(errors/bikes {"ruleName":"test","topic":"bikes/7","clientId":"n/a",)"
                       R"("base64OriginalPayload":"bm9uc2Vuc2U=","failures":[{"failedAction":"stream",)") == 0);
}

TEST_CASE("a sampled rule makes records without being asked", "[ingest][mqtt][rule]")
{
    auto rule = rule_of("QZ/+/#");
    rule.select = {{"event", "update"},      {"deviceTimestamp", "${timestamp()}"},
                   {"second", "${seconds}"}, {"raceId", "${race()}"},
                   {"name", "${topic(2)}"},  {"racerId", "${racer()}"},
                   {"classId", "1"},         {"cadence", "${cadence}"},
                   {"resistance", "40"}};
    auto& sample = rule.sample.emplace();
    sample.period = std::chrono::milliseconds(200);
    sample.fresh = std::chrono::minutes(10);
    sample.racers = {{"default", 7}};
    SourceFixture fixture(false, kSmall, rule);
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    connection.send(publish("QZ/default/status", 1, "online") + publish("QZ/default/cadence", 2, "80.00") +
                    publish("QZ/default/seconds", 3, "5"));
    for (unsigned id = 1; id <= 3; ++id) {
        expect_puback(connection, id);
    }
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(3));
    connection.send(publish("QZ/default/seconds", 4, "6"));
    REQUIRE(eventually([&] { return handed_over(*fixture.stream.logs[0]).back() == "7@6"; }));
    CHECK(handed_over(*fixture.stream.logs[0]).front() == "7@5");
    connection.send(publish("QZ/default/status", 5, "offline"));
    expect_puback(connection, 4);
}
