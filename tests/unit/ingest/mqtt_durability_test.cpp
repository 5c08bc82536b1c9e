#include "source_fixture.hpp"

#include <optional>

using namespace alleycat;
using namespace alleycat::ingest;

// What a PUBACK of the MQTT source is worth. A sync that waits stands for a disk that is slow.

namespace {

std::string qos0(const std::string& payload)
{
    return BrokerConnection::encoded(3, 0, BrokerConnection::text("alleycat-publish") + payload);
}

/// A source whose log is on a disk that does not sync before it is told to.
struct SlowSource {
    LogDisk disk;
    SourceFixture fixture{false, logged_on(disk)};

    SlowSource()
    {
        disk.hold_syncs();
        fixture.start();
    }
    ~SlowSource() { disk.let_all_go(); }
    SlowSource(const SlowSource&) = delete;
    SlowSource& operator=(const SlowSource&) = delete;

    [[nodiscard]] bool accepts(std::uint64_t records) const
    {
        return eventually([&] { return fixture.counters.accepted == records; });
    }
    /// Gives the source's loop reasons to come round.
    void wake_often() const
    {
        for (int n = 0; n < 100; ++n) {
            fixture.source->progress();
            std::this_thread::yield();
        }
    }
};

}  // namespace

TEST_CASE("a PUBACK leaves behind the sync of its records, and not before", "[ingest][mqtt][durable]")
{
    SlowSource slow;
    auto connection = slow.fixture.broker.accept_subscriber();
    for (unsigned id = 1; id <= 100; ++id) {
        connection.send(BrokerConnection::publish(id, record_text(7, id)));
        REQUIRE(slow.disk.wait_for_syncs());
        REQUIRE_FALSE(connection.has_bytes());
        slow.disk.let_one_go();
        expect_puback(connection, id);
    }
    CHECK(slow.fixture.stream.logs[0]->wait_for_entries(100));
}

TEST_CASE("nothing is read while an acknowledgement is owed", "[ingest][mqtt][durable]")
{
    SlowSource slow;
    auto connection = slow.fixture.broker.accept_subscriber();
    connection.send(BrokerConnection::publish(1, record_text(7, 1)));
    REQUIRE(slow.disk.wait_for_syncs());
    connection.send(BrokerConnection::publish(2, record_text(7, 2)) + BrokerConnection::publish(3, "{") +
                    qos0(record_text(7, 3)));
    slow.wake_often();
    CHECK(slow.fixture.counters.accepted == 1);
    CHECK_FALSE(connection.has_bytes());
    slow.disk.let_one_go();
    expect_puback(connection, 1);
    REQUIRE(slow.disk.wait_for_syncs());
    CHECK_FALSE(connection.has_bytes());
    slow.disk.let_all_go();
    expect_puback(connection, 2);
    expect_puback(connection, 3);
    CHECK(slow.accepts(3));
}

TEST_CASE("a refused message that comes with an accepted one is acknowledged with it, in order",
          "[ingest][mqtt][durable]")
{
    SlowSource slow;
    auto connection = slow.fixture.broker.accept_subscriber();
    connection.send(BrokerConnection::publish(1, "{") + BrokerConnection::publish(2, record_text(7, 1)) +
                    BrokerConnection::publish(3, "{"));
    REQUIRE(slow.disk.wait_for_syncs());
    slow.disk.let_all_go();
    for (unsigned id = 1; id <= 3; ++id) {
        expect_puback(connection, id);
    }
}

TEST_CASE("messages at QoS 0 wait for no disk", "[ingest][mqtt][durable]")
{
    SlowSource slow;
    auto connection = slow.fixture.broker.accept_subscriber();
    connection.send(qos0(record_text(7, 1)));
    REQUIRE(slow.disk.wait_for_syncs());
    for (std::uint32_t second = 2; second <= 20; ++second) {
        connection.send(qos0(record_text(7, second)));
        REQUIRE(slow.accepts(second));
    }
    CHECK(slow.fixture.stream.logs[0]->seen().empty());
    connection.send(BrokerConnection::publish(1, record_text(7, 21)));
    REQUIRE(slow.accepts(21));
    slow.wake_often();
    CHECK_FALSE(connection.has_bytes());  // but one that is acknowledged does, also for what was read before it
    slow.disk.let_all_go();
    expect_puback(connection, 1);
    CHECK(slow.fixture.stream.logs[0]->wait_for_entries(21));
}

TEST_CASE("a connection that is reset while its acknowledgement is owed is made anew", "[ingest][mqtt][durable]")
{
    SlowSource slow;
    {
        auto connection = slow.fixture.broker.accept_subscriber();
        connection.send(BrokerConnection::publish(1, record_text(7, 1)));
        REQUIRE(slow.disk.wait_for_syncs());
        connection.break_at_the_end();
    }
    auto again = slow.fixture.broker.accept_subscriber();  // while the disk still does not sync
    REQUIRE(eventually([&] { return slow.fixture.source->connected(); }));
    again.send(BrokerConnection::publish(1, record_text(7, 1), true));
    REQUIRE(slow.accepts(2));
    slow.wake_often();
    CHECK_FALSE(again.has_bytes());
    slow.disk.let_one_go();
    REQUIRE(slow.disk.wait_for_syncs());
    CHECK_FALSE(again.has_bytes());  // the first copy is durable, and this PUBACK is for the second
    slow.disk.let_all_go();
    expect_puback(again, 1);
    REQUIRE(slow.fixture.stream.logs[0]->wait_for_entries(2));
    CHECK(handed_over(*slow.fixture.stream.logs[0]) == std::vector<std::string>{"7@1", "7@1"});
}

TEST_CASE("records read before the connection broke are committed", "[ingest][mqtt][durable]")
{
    SlowSource slow;
    auto connection = slow.fixture.broker.accept_subscriber();
    // A PUBLISH whose topic is longer than the packet: the client gives the connection up.
    connection.send(BrokerConnection::publish(1, record_text(7, 1)) +
                    BrokerConnection::encoded(3, 0b0010, BrokerConnection::word(500) + "x"));
    REQUIRE(slow.disk.wait_for_syncs());
    CHECK(connection.read_to_end().find('\x40') == std::string::npos);
    slow.disk.let_all_go();
    CHECK(slow.fixture.stream.logs[0]->wait_for_entries(1));
}

TEST_CASE("a stop waits until what was taken is durable, acknowledges it, and says goodbye", "[ingest][mqtt][durable]")
{
    SlowSource slow;
    auto connection = slow.fixture.broker.accept_subscriber();
    connection.send(BrokerConnection::publish(1, array_of(7, 1, 10)));
    REQUIRE(slow.disk.wait_for_syncs());
    std::thread stopper([&] { slow.fixture.source->stop(stream::limit()); });
    slow.wake_often();
    CHECK_FALSE(connection.has_bytes());
    slow.disk.let_one_go();
    expect_puback(connection, 1);
    CHECK(connection.receive().type == 14);  // DISCONNECT
    stopper.join();
}

TEST_CASE("a stop whose deadline comes before the sync acknowledges nothing", "[ingest][mqtt][durable]")
{
    LogDisk disk;
    std::optional<BrokerConnection> connection;
    {
        SourceFixture fixture(false, logged_on(disk));
        disk.hold_syncs();
        fixture.start();
        connection.emplace(fixture.broker.accept_subscriber());
        connection->send(BrokerConnection::publish(1, record_text(7, 1)));
        REQUIRE(disk.wait_for_syncs());
        fixture.source->stop(SteadyTime::min());
        disk.let_all_go();
    }
    CHECK(connection->read_to_end().empty());  // the broker keeps the message
}
