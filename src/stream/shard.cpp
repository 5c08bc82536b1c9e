#include "shard.hpp"

#include <type_traits>

namespace alleycat::stream {

namespace {

/// An entry as it lies in the ring, its name behind it.
struct Frame {
    std::uint64_t arrival_order;
    RaceId race_id;
    RacerId racer_id;
    double output;
    ClassId class_id;
    std::uint32_t second;
    std::uint32_t data_bytes;
    std::uint16_t name_bytes;
    telemetry::Event event;
};
static_assert(std::is_trivially_copyable_v<Frame>);

constexpr std::size_t kBatchBytes = 64 * 1024;  // of the ring, given back at once
// After work a shard lets records gather for a moment, in which no producer has to wake it: nobody waits for a shard,
// since acknowledgements leave when the record is in the ring, and being woken for each record costs more than the
// record.
constexpr auto kGather = std::chrono::microseconds(500);
constexpr auto kRetry = std::chrono::milliseconds(2);  // while the consumer has no room

}  // namespace

Shard::Shard(std::size_t ring_capacity_bytes, std::unique_ptr<ShardConsumer> consumer, std::function<void()> on_space)
    : ring_(ring_capacity_bytes), consumer_(std::move(consumer)), on_space_(std::move(on_space))
{
}

Shard::~Shard()
{
    stop();
}

void Shard::start()
{
    thread_ = std::thread(&Shard::run, this);
}

void Shard::stop()
{
    if (thread_.joinable()) {
        stopping_.store(true);
        publish(0);
        thread_.join();
    }
}

bool Shard::try_push(const Entry& entry)
{
    const auto fill = [&entry](std::byte* room) {
        const Frame frame{
            entry.arrival_order, entry.race_id, entry.racer_id,   entry.output,
            entry.class_id,      entry.second,  entry.data_bytes, static_cast<std::uint16_t>(entry.name.size()),
            entry.event};
        std::memcpy(room, &frame, sizeof frame);
        std::memcpy(room + sizeof frame, entry.name.data(), entry.name.size());
    };
    const auto size = sizeof(Frame) + entry.name.size();
    if (ring_.try_push(size, fill)) {
        return true;
    }
    space_wanted_.store(true, std::memory_order_seq_cst);
    return ring_.try_push(size, fill);  // room may have come before the flag was seen
}

void Shard::publish(std::uint64_t entries)
{
    published_.fetch_add(entries, std::memory_order_seq_cst);
    if (sleeping_.load(std::memory_order_seq_cst) && sleeping_.exchange(false)) {
        {
            const std::lock_guard lock(mutex_);  // the shard is in its wait, or has not looked at the flag yet
        }
        wake_.notify_one();
    }
}

void Shard::run()
{
    auto now = std::chrono::steady_clock::now();
    for (;;) {
        const bool stopping = stopping_.load();  // before the drain: nothing is appended after it was set
        const auto published = published_.load(std::memory_order_seq_cst);  // likewise: what it counts is drained below
        const bool ready = consumer_->ready(now);
        const auto entries = ready ? drain(now) : 0;
        const bool more = ring_.size() >= kBatchBytes;
        now = std::chrono::steady_clock::now();
        const auto due = consumer_->end_batch(now);
        if (entries != 0) {
            if (!more) {
                std::this_thread::sleep_for(kGather);
            }
            continue;
        }
        if (!ready) {
            std::this_thread::sleep_for(kRetry);
            now = std::chrono::steady_clock::now();
        } else if (stopping) {
            break;
        } else {
            sleep_until(due, published);
            now = std::chrono::steady_clock::now();
        }
    }
    consumer_->finish();
}

std::size_t Shard::drain(SteadyTime now)
{
    Entry entry;
    const auto entries = ring_.drain(kBatchBytes, [&](std::span<const std::byte> bytes) {
        Frame frame;
        std::memcpy(&frame, bytes.data(), sizeof frame);
        entry.arrival_order = frame.arrival_order;
        entry.event = frame.event;
        entry.second = frame.second;
        entry.race_id = frame.race_id;
        entry.racer_id = frame.racer_id;
        entry.class_id = frame.class_id;
        entry.output = frame.output;
        entry.data_bytes = frame.data_bytes;
        entry.name = {reinterpret_cast<const char*>(bytes.data()) + sizeof frame, frame.name_bytes};
        consumer_->consume(entry, now);
    });
    consumed_.fetch_add(entries, std::memory_order_relaxed);
    if (space_wanted_.load(std::memory_order_seq_cst) && space_wanted_.exchange(false)) {
        on_space_();
    }
    return entries;
}

void Shard::sleep_until(SteadyTime deadline, std::uint64_t published)
{
    std::unique_lock lock(mutex_);
    sleeping_.store(true, std::memory_order_seq_cst);
    if (published_.load(std::memory_order_seq_cst) == published && !stopping_.load()) {
        wake_.wait_until(lock, deadline, [this] { return !sleeping_.load(); });
    }
    sleeping_.store(false);
}

Stream::ShardState Shard::state() const
{
    const auto consumed = consumed_.load(std::memory_order_relaxed);
    return {std::max(published_.load(std::memory_order_relaxed), consumed), consumed, ring_.size(), ring_.capacity()};
}

}  // namespace alleycat::stream
