#pragma once

#include "../net/server_thread.hpp"
#include "ingest_fixture.hpp"

#include <alleycat/ingest/websocket_door.hpp>
#include <alleycat/stream/hash_key.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <memory>

namespace alleycat::ingest {

/// `/ingest` on a free port, in front of a stream.
struct DoorServer {
    net::ServerThread net;
    StreamFixture stream;
    DoorCounters counters;
    std::unique_ptr<WebSocketDoor> door;
    std::optional<access::Identity> identity;  // of whoever connects

    explicit DoorServer(const stream::Stream::Options& options = {.shards = 1}) : stream(options)
    {
        auto producer = stream.producer([this] { boost::asio::post(net.context, [this] { door->progress(); }); });
        door = std::make_unique<WebSocketDoor>(net.context.get_executor(),
                                               Intake(limits(), "${racerId}", std::move(producer), counters));
        net.server.websocket("/ingest", [this](const net::Request&) { return door->open(identity); });
    }
    DoorServer(const DoorServer&) = delete;
    DoorServer& operator=(const DoorServer&) = delete;
    ~DoorServer()
    {
        for (auto& log : stream.logs) {
            log->open();
        }
        stream.stop();
        net.stop();
    }

    void start()
    {
        stream.stream.start();
        net.start();
    }
    [[nodiscard]] net::WebSocketClient connect(int receive_buffer = 0) const
    {
        return net::WebSocketClient(net.port(), "/ingest", "", receive_buffer);
    }
    /// Nothing waits for its acknowledgement.
    [[nodiscard]] bool settled()
    {
        return net.on_thread([this] { return door->settled(); });
    }
    /// As a daemon stops: nothing further is taken, and what was is acknowledged before the goodbye.
    void shut_down()
    {
        net.on_thread([this] { door->close(); });
        REQUIRE(eventually([this] { return settled(); }));
        net.on_thread([this] { net.server.shut_down(); });
    }
    [[nodiscard]] std::uint64_t appended() const
    {
        std::uint64_t all = 0;
        for (std::uint32_t shard = 0; shard < stream.stream.shards(); ++shard) {
            all += stream.state(shard).appended;
        }
        return all;
    }
};

/// A whole number behind `key` in a message.
inline std::uint64_t number(const std::string& message, const std::string& key)
{
    const auto at = message.find("\"" + key + "\":");
    REQUIRE(at != std::string::npos);
    return std::stoull(message.substr(at + key.size() + 3));
}

struct Told {
    std::uint64_t accepted{0};
    std::uint64_t rejected{0};
    std::vector<std::string> rejections;
};

/// Reads until `records` are acknowledged; acknowledgements must grow, and never say more than is in the stream.
inline Told read_acks(net::WebSocketClient& client, const DoorServer& server, std::uint64_t records, Told told = {})
{
    while (told.accepted + told.rejected < records) {
        const auto message = client.receive_text();
        if (message.rfind(R"({"type":"reject",)", 0) == 0) {
            told.rejections.push_back(message);
            continue;
        }
        const auto accepted = number(message, "accepted");
        const auto rejected = number(message, "rejected");
        if (message != R"({"type":"ack","accepted":)" + std::to_string(accepted) + R"(,"rejected":)" +
                           std::to_string(rejected) + "}") {
            FAIL("not an acknowledgement: " << message);
        }
        if (accepted + rejected <= told.accepted + told.rejected || accepted < told.accepted ||
            rejected < told.rejected) {
            FAIL("not more than before: " << message);
        }
        if (server.appended() < accepted || told.rejections.size() < rejected) {
            FAIL("too early: " << message);
        }
        told.accepted = accepted;
        told.rejected = rejected;
    }
    return told;
}

/// One racer of each shard.
inline std::vector<std::uint64_t> racer_of_each_shard(std::uint32_t shards)
{
    stream::KeyHasher hash;
    std::vector<std::uint64_t> racers(shards, 0);
    for (std::uint64_t racer = 1; std::count(racers.begin(), racers.end(), 0U) != 0; ++racer) {
        racers[raw(stream::shard_of(hash(std::to_string(racer)), shards))] = racer;
    }
    return racers;
}

}  // namespace alleycat::ingest
