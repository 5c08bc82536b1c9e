#pragma once

#include "ingest_fixture.hpp"
#include "scripted_broker.hpp"

#include <alleycat/ingest/mqtt_source.hpp>

#include <algorithm>
#include <memory>

namespace alleycat::ingest {

using stream::SteadyTime;

inline constexpr std::size_t kPayloadBytes = 256 * 1024;

/// An MQTT source in front of a stream of one shard, connected to a broker that the test plays.
struct SourceFixture {
    ScriptedBroker broker;
    StreamFixture stream;
    DoorCounters counters;
    stream::Producer filler;
    std::unique_ptr<MqttSource> source;

    explicit SourceFixture(bool version5 = false,
                           const stream::Stream::Options& made = {.shards = 1, .ring_capacity_bytes = kSmallRing},
                           const RuleOptions& rule = {}, const std::filesystem::path& directory = {})
        : stream(made), filler(stream.producer())
    {
        auto producer = stream.producer([this] {
            if (source) {
                source->progress();
            }
        });
        MqttOptions options;
        options.port = broker.port();
        options.version5 = version5;
        options.reconnect_max = std::chrono::milliseconds(100);
        options.payload_bytes = kPayloadBytes;
        options.rule = rule;
        options.directory = directory;
        source = std::make_unique<MqttSource>(options, Intake(limits(), "${racerId}", std::move(producer), counters));
    }
    SourceFixture(const SourceFixture&) = delete;
    SourceFixture& operator=(const SourceFixture&) = delete;
    ~SourceFixture()
    {
        if (source) {
            source->stop(SteadyTime::min());
        }
        stream.logs[0]->open();
        stream.stop();
    }

    void start()
    {
        stream.stream.start();
        source->start();
    }
    /// Fills the ring while its consumer is closed. Returns with how many records.
    std::size_t fill_ring()
    {
        stream.logs[0]->close();
        std::size_t records = 0;
        while (push(filler, stream::record(99, 1))) {
            ++records;
        }
        return records;
    }
    /// The source has met a full ring, and its loop has come round since: what leaves on a stall has left.
    [[nodiscard]] bool stalls() const
    {
        if (!eventually([&] { return counters.stalls > 0; })) {
            return false;
        }
        for (int round = 0; round < 3; ++round) {
            const auto before = counters.stalls.load();
            source->progress();
            if (!eventually([&] { return counters.stalls > before; })) {
                return false;
            }
        }
        return true;
    }
    [[nodiscard]] std::uint64_t appended() const { return stream.state().appended; }
};

/// The next packet must be the PUBACK of message `id`.
inline void expect_puback(BrokerConnection& connection, unsigned id)
{
    const auto packet = connection.receive();
    CHECK(packet.type == 4);
    CHECK(packet.word(0) == id);
}

inline std::size_t count(const std::vector<std::string>& rows, const std::string& row)
{
    return static_cast<std::size_t>(std::count(rows.begin(), rows.end(), row));
}

}  // namespace alleycat::ingest
