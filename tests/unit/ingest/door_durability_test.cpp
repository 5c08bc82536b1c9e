#include "door_server.hpp"

using namespace alleycat;
using namespace alleycat::ingest;
using net::client_frame;
using net::Opcode;

// What the WebSocket door acknowledges, and when. A sync that waits stands for a disk that is slow.

namespace {

std::string ack(std::uint64_t accepted, std::uint64_t rejected = 0)
{
    return R"({"type":"ack","accepted":)" + std::to_string(accepted) + R"(,"rejected":)" + std::to_string(rejected) +
           "}";
}

/// A door whose log is on a disk that does not sync before it is told to.
struct SlowDoor {
    LogDisk disk;
    DoorServer server{logged_on(disk)};

    SlowDoor()
    {
        disk.hold_syncs();
        server.start();
    }
    ~SlowDoor() { disk.let_all_go(); }
    SlowDoor(const SlowDoor&) = delete;
    SlowDoor& operator=(const SlowDoor&) = delete;

    [[nodiscard]] bool accepts(std::uint64_t records) const
    {
        return eventually([&] { return server.counters.accepted == records; });
    }
    /// The network thread has done what it had to do until now, flushes that it asked itself for included.
    void pass_rounds()
    {
        for (int round = 0; round < 3; ++round) {
            server.net.on_thread([] {});
        }
    }
};

}  // namespace

TEST_CASE("no acknowledgement leaves before the sync, and then one with the totals", "[ingest][door][durable]")
{
    SlowDoor slow;
    auto client = slow.server.connect();
    client.send_text(array_of(1, 1, 10));
    REQUIRE(slow.disk.wait_for_syncs());
    slow.pass_rounds();
    CHECK_FALSE(client.has_bytes());
    CHECK_FALSE(slow.server.settled());
    slow.disk.let_one_go();
    CHECK(client.receive_text() == ack(10));
    CHECK(slow.server.settled());
    CHECK_FALSE(client.has_bytes());
}

TEST_CASE("frames that come while the disk syncs are acknowledged with the next one", "[ingest][door][durable]")
{
    SlowDoor slow;
    auto client = slow.server.connect();
    auto other = slow.server.connect();
    client.send_text(array_of(1, 1, 10));
    REQUIRE(slow.disk.wait_for_syncs());
    for (std::uint32_t second = 11; second <= 30; ++second) {
        client.send_text(record_text(1, second));
        REQUIRE(slow.accepts(second));
    }
    other.send_text(record_text(2, 1));
    REQUIRE(slow.accepts(31));
    slow.pass_rounds();
    slow.disk.let_one_go();
    CHECK(client.receive_text() == ack(10));
    REQUIRE(slow.disk.wait_for_syncs());
    slow.pass_rounds();
    CHECK_FALSE(client.has_bytes());
    CHECK_FALSE(other.has_bytes());
    slow.disk.let_one_go();
    CHECK(client.receive_text() == ack(30));
    CHECK(other.receive_text() == ack(1));
    slow.pass_rounds();
    CHECK_FALSE(client.has_bytes());
    CHECK(slow.server.settled());
}

TEST_CASE("refused records are told at once, and counted in the acknowledgement behind the accepted ones",
          "[ingest][door][durable]")
{
    SlowDoor slow;
    auto client = slow.server.connect();
    client.send_text(record_text(1, 1));
    REQUIRE(slow.disk.wait_for_syncs());
    for (int n = 0; n < 1'000; ++n) {
        client.send_text("5");
        if (n % 10 == 0) {
            static_cast<void>(client.receive_text());  // so that each wave comes in a round of its own
        }
    }
    for (int n = 0; n < 900; ++n) {
        CHECK(client.receive_text().rfind(R"({"type":"reject",)", 0) == 0);
    }
    slow.pass_rounds();
    CHECK_FALSE(client.has_bytes());
    slow.disk.let_one_go();
    CHECK(client.receive_text() == ack(1, 1'000));  // one answer for all that waited for one ticket
    CHECK(slow.server.settled());
    client.send_text("5");
    static_cast<void>(client.receive_text());
    CHECK(client.receive_text() == ack(1, 1'001));  // nothing of this client is under way
}

TEST_CASE("a client of refused records alone waits for what others brought at most", "[ingest][door][durable]")
{
    SlowDoor slow;
    auto client = slow.server.connect();
    auto refused = slow.server.connect();
    refused.send_text("5");
    static_cast<void>(refused.receive_text());
    CHECK(refused.receive_text() == ack(0, 1));
    client.send_text(record_text(1, 1));
    REQUIRE(slow.disk.wait_for_syncs());
    for (int n = 0; n < 10; ++n) {
        refused.send_text("5");
        static_cast<void>(refused.receive_text());
    }
    slow.pass_rounds();
    slow.disk.let_one_go();
    CHECK(client.receive_text() == ack(1));
    CHECK(refused.receive_text() == ack(0, 11));
}

TEST_CASE("a client that leaves while its acknowledgement is under way takes nobody with it", "[ingest][door][durable]")
{
    SlowDoor slow;
    auto stays = slow.server.connect();
    {
        auto leaves = slow.server.connect();
        leaves.send_text(array_of(1, 1, 5));
        REQUIRE(slow.disk.wait_for_syncs());
        leaves.send_text(array_of(1, 6, 10));
        REQUIRE(slow.accepts(10));
        stays.send_text(record_text(2, 1));
        REQUIRE(slow.accepts(11));
        leaves.send_text(array_of(1, 11, 12));
        REQUIRE(slow.accepts(13));
    }
    REQUIRE(eventually(
        [&] { return slow.server.net.on_thread([&] { return slow.server.net.server.connections(); }) == 1; }));
    CHECK_FALSE(slow.server.settled());
    slow.disk.let_all_go();
    CHECK(stays.receive_text() == ack(1));
    CHECK(eventually([&] { return slow.server.settled(); }));
    CHECK(slow.server.stream.logs[0]->wait_for_entries(13));  // what was taken stays taken
}

TEST_CASE("a goodbye is answered behind the acknowledgement of what came before it", "[ingest][door][durable]")
{
    SlowDoor slow;
    auto client = slow.server.connect();
    client.send(client_frame(Opcode::Text, array_of(1, 1, 5)) + client_frame(Opcode::Close, net::close_payload(1000)));
    REQUIRE(slow.disk.wait_for_syncs());  // also where nobody else flushes
    slow.pass_rounds();
    CHECK_FALSE(client.has_bytes());
    slow.disk.let_one_go();
    CHECK(client.receive_text() == ack(5));
    const auto goodbye = client.receive_frame();
    CHECK(goodbye.opcode == Opcode::Close);
    CHECK(goodbye.code() == 1000);
    CHECK(client.read_to_end().empty());
    CHECK(slow.server.stream.logs[0]->wait_for_entries(5));
    CHECK(eventually([&] { return slow.server.settled(); }));
}

TEST_CASE("a closed door takes nothing, and is settled when all it took is acknowledged", "[ingest][door][durable]")
{
    SlowDoor slow;
    auto client = slow.server.connect();
    client.send_text(array_of(1, 1, 5));
    REQUIRE(slow.disk.wait_for_syncs());
    slow.server.net.on_thread([&] { slow.server.door->close(); });
    client.send_text(array_of(1, 6, 10));
    client.send_text("5");
    slow.pass_rounds();
    CHECK_FALSE(slow.server.settled());
    slow.disk.let_one_go();
    CHECK(client.receive_text() == ack(5));
    CHECK(slow.server.settled());
    slow.server.net.on_thread([&] { slow.server.net.server.shut_down(); });
    const auto goodbye = client.receive_frame();
    CHECK(goodbye.opcode == Opcode::Close);
    CHECK(goodbye.code() == 1001);
    CHECK(slow.server.counters.accepted == 5);
}

TEST_CASE("a door behind a ring that is full of records not yet durable goes on when they are",
          "[ingest][door][durable]")
{
    LogDisk disk;
    auto options = logged_on(disk);
    options.ring_capacity_bytes = kSmallRing;
    DoorServer server(options);
    disk.hold_syncs();
    server.start();
    auto client = server.connect();
    client.send_text(array_of(1, 1, 100));
    REQUIRE(disk.wait_for_syncs());
    REQUIRE(eventually([&] { return server.counters.stalls > 0; }));
    CHECK_FALSE(client.has_bytes());
    disk.let_all_go();
    CHECK(read_acks(client, server, 100).accepted == 100);
    CHECK(server.settled());
}
