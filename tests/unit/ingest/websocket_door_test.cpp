#include "door_server.hpp"

using namespace alleycat;
using namespace alleycat::ingest;
using net::client_frame;
using net::Opcode;
using net::WebSocketClient;

TEST_CASE("acknowledgements are running totals of a connection", "[ingest][door]")
{
    DoorServer server;
    server.start();
    auto client = server.connect();
    client.send_text(record_text(1, 1));
    auto told = read_acks(client, server, 1);
    CHECK(told.accepted == 1);
    client.send_text(array_of(1, 2, 11));
    told = read_acks(client, server, 11, told);
    CHECK(told.accepted == 11);
    client.send_text(joined({record_text(1, 12), refused_text(1), "{", record_text(1, 13)}, "\n"));
    told = read_acks(client, server, 15, told);
    CHECK(told.accepted == 13);
    CHECK(told.rejected == 2);
    auto other = server.connect();  // which has totals of its own
    other.send_text(record_text(2, 1));
    CHECK(other.receive_text() == R"({"type":"ack","accepted":1,"rejected":0})");
    CHECK(server.counters.accepted == 14);
}

TEST_CASE("a bike sends records of its racer, and is told of each that is another's", "[ingest][door]")
{
    DoorServer server;
    server.identity = access::Identity{"id", access::Role::Bike, RacerId{7}};
    server.start();
    auto client = server.connect();
    client.send_text(joined({record_text(7, 1), record_text(8, 1), record_text(7, 2)}, "\n"));
    const auto told = read_acks(client, server, 3);
    CHECK(told.accepted == 2);
    REQUIRE(told.rejections.size() == 1);
    CHECK(
        told.rejections[0] ==
        R"({"type":"reject","index":1,"uuid":"u8","code":"Unauthorized","message":"racerId: this sender may only send for racer 7"})");
    CHECK(server.counters.rejected[static_cast<std::size_t>(Errc::Unauthorized)] == 1);
}

TEST_CASE("a payload without records is not answered", "[ingest][door]")
{
    DoorServer server;
    server.start();
    auto client = server.connect();
    client.send_text("");
    client.send_text("[]");
    client.send_text(" \n ");
    client.send_text(record_text(1, 1));
    CHECK(client.receive_text() == R"({"type":"ack","accepted":1,"rejected":0})");
}

TEST_CASE("a rejection says which record of the connection, and why", "[ingest][door]")
{
    DoorServer server;
    server.start();
    auto client = server.connect();
    client.send_text("[" + joined({record_text(1, 1), refused_text(7), record_text(1, 2)}, ",") + "]");
    client.send_text("5");
    client.send_text(joined({record_text(1, 3), record_text(1, 4), R"({"uuid":"a\"b","event":"update"})"}, "\n"));
    const auto told = read_acks(client, server, 7);
    REQUIRE(told.rejections.size() == 3);
    CHECK(
        told.rejections[0] ==
        R"({"type":"reject","index":1,"uuid":"u7","code":"OutOfRange","message":"second: must be a whole number from 1 to 300"})");
    CHECK(told.rejections[1] ==
          R"({"type":"reject","index":3,"code":"InvalidType","message":"record: must be a JSON object"})");
    CHECK(told.rejections[2].rfind(R"({"type":"reject","index":6,"uuid":"a\"b","code":"MissingField","message":")",
                                   0) == 0);
    CHECK(told.accepted == 4);
    CHECK(told.rejected == 3);
}

TEST_CASE("records of many payloads arrive in order, however they are cut", "[ingest][door]")
{
    DoorServer server;
    server.start();
    auto client = server.connect();
    std::string bytes;
    std::vector<std::string> expected;
    for (std::uint32_t n = 0; n < 300; ++n) {
        const bool array = n % 3 == 0;
        const auto last = array ? n % 20 + 2 : 1;
        bytes += client_frame(Opcode::Text, array ? array_of(n, 1, last) : record_text(n, 1));
        for (std::uint32_t second = 1; second <= last; ++second) {
            expected.push_back(std::to_string(n) + "@" + std::to_string(second));
        }
    }
    for (std::size_t at = 0; at < bytes.size(); at += 7'777) {
        client.send(bytes.substr(at, 7'777));
    }
    const auto told = read_acks(client, server, expected.size());
    CHECK(told.accepted == expected.size());
    REQUIRE(server.stream.logs[0]->wait_for_entries(expected.size()));
    CHECK(handed_over(*server.stream.logs[0]) == expected);
}

TEST_CASE("several connections are told of their own records only", "[ingest][door]")
{
    DoorServer server({.shards = 3});
    server.start();
    std::vector<WebSocketClient> clients;
    for (int n = 0; n < 8; ++n) {
        clients.push_back(server.connect());
    }
    for (std::size_t n = 0; n < clients.size(); ++n) {
        clients[n].send_text(array_of(n, 1, static_cast<std::uint32_t>(n) + 1));
        clients[n].send_text(refused_text(n));
    }
    for (std::size_t n = 0; n < clients.size(); ++n) {
        const auto told = read_acks(clients[n], server, n + 2);
        CHECK(told.accepted == n + 1);
        CHECK(told.rejected == 1);
    }
}

TEST_CASE("what came before the client's goodbye is acknowledged before the answer", "[ingest][door]")
{
    DoorServer server;
    server.start();
    auto client = server.connect();
    client.send(client_frame(Opcode::Text, array_of(1, 1, 100)) +
                client_frame(Opcode::Close, net::close_payload(1000)));
    CHECK(read_acks(client, server, 100).accepted == 100);
    const auto goodbye = client.receive_frame();
    CHECK(goodbye.opcode == Opcode::Close);
    CHECK(goodbye.code() == 1000);
}

TEST_CASE("what came before a stop is acknowledged before the goodbye", "[ingest][door]")
{
    DoorServer server;
    server.start();
    auto client = server.connect();
    auto other = server.connect();
    client.send_text(array_of(1, 1, 100));
    other.send_text(record_text(2, 1));
    REQUIRE(eventually([&] { return server.counters.accepted == 101; }));
    server.shut_down();
    CHECK(read_acks(client, server, 100).accepted == 100);
    CHECK(read_acks(other, server, 1).accepted == 1);
    for (auto* each : {&client, &other}) {
        const auto goodbye = each->receive_frame();
        CHECK(goodbye.opcode == Opcode::Close);
        CHECK(goodbye.code() == 1001);
    }
}

TEST_CASE("a client that never reads its rejections is bounded, and others are served meanwhile", "[ingest][door]")
{
    constexpr std::uint64_t kRecords = 200'000;
    DoorServer server;
    server.start();
    auto deaf = server.connect(4'096);
    std::string broken;
    for (std::uint64_t n = 0; n < kRecords; ++n) {
        broken += "5\n";  // each makes a rejection of some 90 bytes
    }
    deaf.send_text(broken);
    const auto refused = [&] { return server.counters.rejected[static_cast<std::size_t>(Errc::InvalidType)].load(); };
    REQUIRE(eventually([&] { return refused() > 0; }));
    auto other = server.connect();
    other.send_text(record_text(1, 1));
    CHECK(read_acks(other, server, 1).accepted == 1);
    CHECK(refused() < kRecords / 2);  // the rest stays unread: what waits is bounded

    const auto told = read_acks(deaf, server, kRecords);
    CHECK(told.rejected == kRecords);
    REQUIRE(told.rejections.size() == kRecords);
    for (std::uint64_t n = 0; n < kRecords; ++n) {
        if (number(told.rejections[n], "index") != n) {
            FAIL("rejection " << n << " is " << told.rejections[n]);
        }
    }
    deaf.send_text(record_text(1, 2));
    CHECK(deaf.receive_text() == R"({"type":"ack","accepted":1,"rejected":200000})");
}

TEST_CASE("a full ring stalls those that hit it only, and loses nothing", "[ingest][door]")
{
    DoorServer server({.shards = 2, .ring_capacity_bytes = kSmallRing});
    const auto racers = racer_of_each_shard(2);
    server.stream.logs[0]->close();
    server.start();
    auto stuck = server.connect();
    auto late = server.connect();
    auto free = server.connect();
    for (std::uint32_t first = 1; first <= 250; first += 50) {
        stuck.send_text(array_of(racers[0], first, first + 49));
    }
    REQUIRE(eventually([&] { return server.counters.stalls > 0; }));
    late.send_text(record_text(racers[0], 300));
    REQUIRE(eventually([&] { return server.counters.stalls > 1; }));
    std::string records;
    for (std::uint32_t second = 1; second <= 200; ++second) {
        free.send_text(record_text(racers[1], second));
        if (second % 20 == 0) {
            Told before;
            before.accepted = second - 20;
            REQUIRE(read_acks(free, server, second, before).accepted == second);
        }
    }
    CHECK_FALSE(late.has_bytes());

    server.stream.logs[0]->open();
    CHECK(read_acks(stuck, server, 250).accepted == 250);
    CHECK(read_acks(late, server, 1).accepted == 1);
    REQUIRE(server.stream.logs[0]->wait_for_entries(251));
    std::vector<std::string> expected;
    for (std::uint32_t second = 1; second <= 250; ++second) {
        expected.push_back(std::to_string(racers[0]) + "@" + std::to_string(second));
    }
    auto seen = handed_over(*server.stream.logs[0]);
    CHECK(std::erase(seen, std::to_string(racers[0]) + "@300") == 1);
    CHECK(seen == expected);
}

TEST_CASE("a client that leaves while it is stalled takes nobody with it", "[ingest][door]")
{
    DoorServer server({.shards = 1, .ring_capacity_bytes = kSmallRing});
    server.stream.logs[0]->close();
    server.start();
    {
        auto leaves = server.connect();
        leaves.send_text(array_of(1, 1, 300));
        REQUIRE(eventually([&] { return server.counters.stalls == 1; }));
    }
    auto stays = server.connect();
    stays.send_text(record_text(2, 1));
    REQUIRE(eventually([&] { return server.counters.stalls == 2; }));
    server.stream.logs[0]->open();
    CHECK(read_acks(stays, server, 1).accepted == 1);
}
