#pragma once

#include "byte_ring.hpp"

#include <alleycat/stream/stream.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace alleycat::stream {

/// One shard: a ring, and the thread that brings what is in it to the consumer.
///
/// Thread: try_push() and publish() on any; start() and stop() on the owner's; the rest of the work is on its own.
class Shard {
public:
    Shard(std::size_t ring_capacity_bytes, std::unique_ptr<ShardConsumer> consumer, std::function<void()> on_space);
    ~Shard();

    void start();
    void stop();

    /// False where the ring is full; then `on_space` follows.
    [[nodiscard]] bool try_push(const Entry& entry);
    /// `entries` were pushed since this producer's last call: wakes the shard if it sleeps.
    void publish(std::uint64_t entries);

    [[nodiscard]] Stream::ShardState state() const;

private:
    void run();
    [[nodiscard]] std::size_t drain(SteadyTime now);
    /// Unless a producer announced more than `published` entries. (Comparing with consumed_ would not do: it counts
    /// entries that are not announced yet, and would hide as many that another producer has announced.)
    void sleep_until(SteadyTime deadline, std::uint64_t published);

    ByteRing ring_;
    const std::unique_ptr<ShardConsumer> consumer_;  // the shard's thread
    const std::function<void()> on_space_;

    // Two pairs of flag and counter, each written and read in one total order, so that neither side misses the other:
    std::atomic<bool> space_wanted_{false};    // with the ring's head: a producer was refused
    std::atomic<bool> sleeping_{false};        // with published_: the shard waits for work
    std::atomic<std::uint64_t> published_{0};  // entries announced by producers
    std::atomic<std::uint64_t> consumed_{0};   // entries handed to the consumer; may run ahead of published_
    std::atomic<bool> stopping_{false};

    std::mutex mutex_;  // guards nothing but the sleep itself
    std::condition_variable wake_;
    std::thread thread_;
};

}  // namespace alleycat::stream
