#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/stream/hash_key.hpp>
#include <alleycat/stream/partition_key.hpp>
#include <alleycat/telemetry/record.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace alleycat::stream {

using SteadyTime = std::chrono::steady_clock::time_point;

/// One accepted record, as a shard hands it on.
struct Entry {
    std::uint64_t arrival_order{0};  ///< increases over the whole stream, in the order of acceptance
    telemetry::Event event{};
    std::uint32_t second{0};
    RaceId race_id{};
    RacerId racer_id{};
    ClassId class_id{};
    double output{0};
    std::uint32_t data_bytes{0};  ///< size of the record's text
    std::string_view name;        ///< valid during the call that hands the entry over
};

/// What a shard does with its records.
///
/// Thread: the shard's, from start() to the end of stop().
class ShardConsumer {
public:
    virtual ~ShardConsumer() = default;

    /// False while the consumer's own room is used up: the shard stops reading and asks again soon.
    [[nodiscard]] virtual bool ready(SteadyTime now) = 0;
    virtual void consume(const Entry& entry, SteadyTime now) = 0;
    /// Behind each batch, and whenever the time that the last call returned has come. Returns when to call again.
    virtual SteadyTime end_batch(SteadyTime now) = 0;
    /// The last call: everything is consumed.
    virtual void finish() = 0;
};

class Shard;

/// One door's way into the stream.
///
/// Thread: the door's only. Each door has one of its own, so that routing needs no lock.
class Producer {
public:
    Producer(Producer&&) noexcept;
    ~Producer();

    /// Routes `record` to the shard of its partition key and copies it there; false where the shard's ring is full:
    /// keep the record and come again after the door's `on_space`. Records of one partition key stay in order.
    [[nodiscard]] bool try_append(const telemetry::Record& record, std::size_t data_bytes);

    /// Hands over what was appended. When it returns, everything appended so far may be acknowledged: it is in the
    /// rings, and a daemon that is stopped properly brings it into the history. THE place where "accepted" becomes
    /// "durable".
    void flush();

private:
    friend class Stream;
    class Impl;
    explicit Producer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The stream: partition key → MD5 → shard → ring → the shard's consumer, on a thread a shard.
///
/// Memory: shards × ring_capacity_bytes.
class Stream {
public:
    struct Options {
        std::uint32_t shards{4};                           ///< 1 … 256
        std::size_t ring_capacity_bytes{4 * 1024 * 1024};  ///< a shard; rounded up to a power of two
        std::string partition_key{"${racerId}"};
    };
    /// Depth of one shard.
    struct ShardState {
        std::uint64_t appended{0};  ///< records ever accepted
        std::uint64_t consumed{0};  ///< records ever handed to the consumer
        std::size_t ring_bytes{0};  ///< in use
        std::size_t ring_capacity{0};
    };

    /// One consumer a shard. Throws std::invalid_argument for a bad partition key template.
    Stream(Options options, std::vector<std::unique_ptr<ShardConsumer>> consumers);
    ~Stream();

    void start();

    /// `on_space` is called on a shard's thread when a ring that refused a record has room again; it must only post.
    /// All producers are made before start().
    [[nodiscard]] Producer make_producer(std::function<void()> on_space);

    /// Consumes everything accepted, finishes the consumers and ends the threads. No producer may append any more.
    void stop();

    [[nodiscard]] ShardState state(ShardId shard) const;  ///< any thread
    [[nodiscard]] std::uint32_t shards() const;

private:
    Options options_;
    std::vector<std::function<void()>> space_callbacks_;  // fixed once started
    std::atomic<std::uint64_t> arrivals_{0};
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace alleycat::stream
