#include "source_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ingest;
using Connection = BrokerConnection;

TEST_CASE("CONNECT asks for a persistent session", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    auto connection = fixture.broker.accept();
    const auto connect = connection.receive();
    CHECK(connect.type == 1);
    CHECK(connect.text(0) == "MQTT");
    CHECK(connect.body.at(6) == 4);                 // 3.1.1
    CHECK((connect.body.at(7) & 0b10) == 0);        // not a clean session
    CHECK((connect.body.at(7) & 0b11000000) == 0);  // anonymous
    CHECK(connect.word(8) == 30);                   // keep-alive
    CHECK(connect.text(10) == "alleycatd");
    CHECK_FALSE(fixture.source->connected());

    connection.send_packet(2, 0, std::string(2, '\0'));
    const auto subscribe = connection.receive();
    CHECK(subscribe.type == 8);
    CHECK(subscribe.text(2) == "alleycat-publish");
    CHECK(subscribe.body.back() == 1);  // QoS
    CHECK_FALSE(fixture.source->connected());
    connection.send_packet(9, 0, subscribe.body.substr(0, 2) + '\1');
    CHECK(eventually([&] { return fixture.source->connected(); }));
}

TEST_CASE("CONNECT of MQTT 5 asks for a session that never expires", "[ingest][mqtt]")
{
    SourceFixture fixture(true);
    fixture.start();
    auto connection = fixture.broker.accept();
    const auto connect = connection.receive();
    CHECK(connect.body.at(6) == 5);
    CHECK((connect.body.at(7) & 0b10) == 0);  // not a clean start
    const auto properties = connect.body.substr(11, static_cast<unsigned char>(connect.body.at(10)));
    CHECK(properties.find("\x11\xFF\xFF\xFF\xFF") != std::string::npos);  // session expiry interval: never
    connection.send_packet(2, 0, std::string(3, '\0'));
    const auto subscribe = connection.receive();
    REQUIRE(subscribe.type == 8);
    connection.send_packet(9, 0, subscribe.body.substr(0, 2) + std::string("\0\1", 2));
    CHECK(eventually([&] { return fixture.source->connected(); }));
    const auto topic = Connection::text("alleycat-publish");
    connection.send_packet(3, 0b0010, topic + Connection::word(5) + std::string(1, '\0') + record_text(1, 1));
    expect_puback(connection, 5);
    CHECK(fixture.appended() == 1);
}

TEST_CASE("a message is acknowledged when its records are in the stream", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    for (unsigned id = 1; id <= 200; ++id) {
        connection.send(Connection::publish(id, record_text(7, id)));
        expect_puback(connection, id);
        REQUIRE(fixture.appended() >= id);
    }
    std::string burst;
    for (unsigned id = 201; id <= 260; ++id) {
        burst += Connection::publish(id, record_text(7, id));
    }
    connection.send(burst);
    for (unsigned id = 201; id <= 260; ++id) {
        expect_puback(connection, id);
        REQUIRE(fixture.appended() >= id);
    }
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(260));
    const auto seen = handed_over(*fixture.stream.logs[0]);
    for (unsigned second = 1; second <= 260; ++second) {
        REQUIRE(seen.at(second - 1) == "7@" + std::to_string(second));
    }
}

TEST_CASE("while a ring is full no PUBACK leaves, and when there is room all do", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    const auto fillers = fixture.fill_ring();
    for (unsigned id = 1; id <= 50; ++id) {
        connection.send(Connection::publish(id, record_text(7, id)));
    }
    REQUIRE(fixture.stalls());
    CHECK_FALSE(connection.has_bytes());
    CHECK(fixture.counters.accepted == 0);

    fixture.stream.logs[0]->open();
    for (unsigned id = 1; id <= 50; ++id) {
        expect_puback(connection, id);
    }
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(fillers + 50));
    const auto seen = handed_over(*fixture.stream.logs[0]);
    for (unsigned second = 1; second <= 50; ++second) {
        CHECK(seen.at(fillers + second - 1) == "7@" + std::to_string(second));
    }
    CHECK(fixture.counters.accepted == 50);
}

TEST_CASE("a message is not acknowledged while one of its records waits, nor one that came with it", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.stream.logs[0]->close();
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    connection.send(Connection::publish(1, record_text(7, 1)) + Connection::publish(2, array_of(7, 2, 90)) +
                    Connection::publish(3, record_text(7, 91)));
    REQUIRE(fixture.stalls());
    CHECK_FALSE(connection.has_bytes());
    CHECK(fixture.counters.accepted > 1);  // some of its records are in, but that is worth nothing to the broker
    fixture.stream.logs[0]->open();
    for (unsigned id = 1; id <= 3; ++id) {
        expect_puback(connection, id);
    }
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(91));
    const auto seen = handed_over(*fixture.stream.logs[0]);
    REQUIRE(seen.size() == 91);
    for (unsigned second = 1; second <= 91; ++second) {
        CHECK(seen.at(second - 1) == "7@" + std::to_string(second));
    }
}

TEST_CASE("a message of nothing but broken records is acknowledged", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    unsigned id = 0;
    for (const auto& payload : {std::string("{nonsense"), refused_text(7), std::string(), std::string("\xFF\xFE"),
                                refused_text(7) + "\n{\n" + refused_text(8)}) {
        connection.send(Connection::publish(++id, payload));
        expect_puback(connection, id);
    }
    CHECK(fixture.counters.accepted == 0);
    CHECK(fixture.counters.rejected[static_cast<std::size_t>(Errc::OutOfRange)] == 3);
    connection.send(Connection::publish(++id, record_text(7, 1) + "\n{\n"));
    expect_puback(connection, id);
    CHECK(fixture.counters.accepted == 1);
}

TEST_CASE("a message above its size is refused as a whole, and acknowledged", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    const auto record = record_text(7, 1);
    connection.send(Connection::publish(1, record + std::string(kPayloadBytes - record.size(), ' ')));
    expect_puback(connection, 1);
    CHECK(fixture.counters.accepted == 1);
    connection.send(Connection::publish(2, record + std::string(kPayloadBytes - record.size() + 1, ' ')));
    expect_puback(connection, 2);
    CHECK(fixture.counters.accepted == 1);
    CHECK(fixture.counters.rejected[static_cast<std::size_t>(Errc::TooLarge)] == 1);
}

TEST_CASE("messages at QoS 0 are taken too", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    connection.send_packet(3, 0, Connection::text("alleycat-publish") + array_of(7, 1, 5));
    CHECK(fixture.stream.logs[0]->wait_for_entries(5));
    CHECK_FALSE(connection.has_bytes());
}

TEST_CASE("a source whose connection is lost comes back, and what is sent again is acknowledged", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    {
        auto connection = fixture.broker.accept_subscriber();
        REQUIRE(eventually([&] { return fixture.source->connected(); }));
        connection.send(Connection::publish(1, record_text(7, 1)));
        expect_puback(connection, 1);
    }
    auto again = fixture.broker.accept();
    const auto connect = again.receive();
    CHECK(connect.type == 1);
    CHECK((connect.body.at(7) & 0b10) == 0);
    CHECK(connect.text(10) == "alleycatd");
    CHECK_FALSE(fixture.source->connected());
    again.send_packet(2, 0, std::string("\1\0", 2));  // the session was kept
    CHECK(again.receive().type == 8);
    again.send(Connection::publish(1, record_text(7, 1), true));
    expect_puback(again, 1);
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(2));
    CHECK(handed_over(*fixture.stream.logs[0]) == std::vector<std::string>{"7@1", "7@1"});
}

TEST_CASE("a broker that refuses is asked again", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    {
        auto connection = fixture.broker.accept();
        REQUIRE(connection.receive().type == 1);
        connection.send_packet(2, 0, std::string("\0\5", 2));  // not authorized
        CHECK(connection.read_to_end().empty());
    }
    {
        auto connection = fixture.broker.accept();
        REQUIRE(connection.receive().type == 1);
        connection.send_packet(2, 0, std::string(2, '\0'));
        const auto subscribe = connection.receive();
        connection.send_packet(9, 0, subscribe.body.substr(0, 2) + '\x80');  // no subscription
        static_cast<void>(connection.read_to_end());
    }
    auto connection = fixture.broker.accept_subscriber();
    CHECK(eventually([&] { return fixture.source->connected(); }));
}

TEST_CASE("records taken before the connection was lost reach the stream", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    const auto fillers = fixture.fill_ring();
    {
        auto connection = fixture.broker.accept_subscriber();
        connection.send(Connection::publish(1, array_of(7, 1, 3)));
        REQUIRE(fixture.stalls());
    }
    fixture.stream.logs[0]->open();
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(fillers + 3));
    auto connection = fixture.broker.accept_subscriber();
    connection.send(Connection::publish(1, array_of(7, 1, 3), true));
    expect_puback(connection, 1);
    const auto seen = handed_over(*fixture.stream.logs[0]);
    for (const std::string row : {"7@1", "7@2", "7@3"}) {
        CHECK(count(seen, row) >= 1);
    }
}

TEST_CASE("results are published at QoS 0, and dropped while the broker is away", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.source->publish("alleycat-subscribe", "nobody hears this");
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    REQUIRE(eventually([&] { return fixture.source->connected(); }));
    for (int n = 0; n < 3; ++n) {
        const auto payload = R"({"msg":"results","n":)" + std::to_string(n) + "}";
        fixture.source->publish("alleycat-subscribe", payload);
        const auto packet = connection.receive();
        CHECK(packet.type == 3);
        CHECK(packet.flags == 0);
        CHECK(packet.text(0) == "alleycat-subscribe");
        CHECK(packet.body.substr(20) == payload);
    }
}

TEST_CASE("a stop acknowledges what was taken and says goodbye", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    connection.send(Connection::publish(1, record_text(7, 1)));
    REQUIRE(fixture.stream.logs[0]->wait_for_entries(1));
    fixture.source->stop(stream::limit());
    expect_puback(connection, 1);
    CHECK(connection.receive().type == 14);  // DISCONNECT; in 3.1.1 the session stays
    CHECK_FALSE(fixture.source->connected());
}

TEST_CASE("a stop while a record waits for room acknowledges nothing of it", "[ingest][mqtt]")
{
    SourceFixture fixture;
    fixture.start();
    auto connection = fixture.broker.accept_subscriber();
    static_cast<void>(fixture.fill_ring());
    connection.send(Connection::publish(1, record_text(7, 1)));
    REQUIRE(fixture.stalls());
    fixture.source->stop(SteadyTime::min());
    fixture.source.reset();
    const auto said = connection.read_to_end();
    CHECK(said.find('\x40') == std::string::npos);  // no PUBACK: the broker keeps the message
}
