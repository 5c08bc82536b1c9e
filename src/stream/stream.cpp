#include "shard.hpp"

#include <alleycat/stream/stream.hpp>

#include <cassert>
#include <functional>

namespace alleycat::stream {

namespace {

/// The shards of partition keys seen lately: a key's MD5 is worth remembering, since a bike sends the same one each
/// second. Direct-mapped: a new key takes its slot from the old one.
class RouteCache {
public:
    RouteCache() : slots_(kSlots) {}

    template <class Route>
    std::uint32_t shard(std::string_view key, Route route)
    {
        if (key.size() > kKeyBytes) {
            return route(key);
        }
        auto& slot = slots_[std::hash<std::string_view>{}(key) % kSlots];
        if (slot.size != key.size() || std::memcmp(slot.key.data(), key.data(), key.size()) != 0) {
            slot.shard = route(key);
            std::memcpy(slot.key.data(), key.data(), key.size());
            slot.size = static_cast<std::uint32_t>(key.size());
        }
        return slot.shard;
    }

private:
    static constexpr std::size_t kSlots = 8192;
    static constexpr std::size_t kKeyBytes = 24;
    struct Slot {
        std::array<char, kKeyBytes> key{};
        std::uint32_t size{0};  // 0: free, for no key is empty
        std::uint32_t shard{0};
    };
    std::vector<Slot> slots_;
};

}  // namespace

class Producer::Impl {
public:
    Impl(const std::vector<std::unique_ptr<Shard>>& shards, std::atomic<std::uint64_t>& arrivals,
         const std::string& partition_key)
        : shards_(shards), arrivals_(arrivals), key_template_(partition_key), pushed_(shards.size())
    {
    }

    bool try_append(const telemetry::Record& record, std::size_t data_bytes)
    {
        const auto shard = routes_.shard(key_template_.render(record, arrival_ms()), [this](std::string_view key) {
            return raw(shard_of(hasher_(key), static_cast<std::uint32_t>(shards_.size())));
        });
        Entry entry;
        entry.arrival_order = arrivals_.fetch_add(1, std::memory_order_relaxed);
        entry.event = record.event;
        entry.second = record.second;
        entry.race_id = record.race_id;
        entry.racer_id = record.racer_id;
        entry.class_id = record.class_id;
        entry.output = telemetry::output(record.cadence, record.resistance);
        entry.data_bytes = static_cast<std::uint32_t>(data_bytes);
        entry.name = record.name;
        if (!shards_[shard]->try_push(entry)) {
            flush();  // the shard may sleep, and only an announced record wakes it
            return false;
        }
        ++pushed_[shard];
        ++pushed_in_all_;
        return true;
    }

    void flush()
    {
        for (std::size_t shard = 0; shard < pushed_.size(); ++shard) {
            if (pushed_[shard] != 0) {
                shards_[shard]->publish(pushed_[shard]);
                pushed_[shard] = 0;
            }
        }
        pushed_in_all_ = 0;
    }

private:
    /// Read once for all the records between two flushes.
    std::int64_t arrival_ms()
    {
        if (pushed_in_all_ == 0) {
            using std::chrono::milliseconds;
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            arrival_ms_ = std::chrono::duration_cast<milliseconds>(now).count();
        }
        return arrival_ms_;
    }

    const std::vector<std::unique_ptr<Shard>>& shards_;
    std::atomic<std::uint64_t>& arrivals_;
    PartitionKeyTemplate key_template_;
    KeyHasher hasher_;
    RouteCache routes_;
    std::vector<std::uint64_t> pushed_;  // entries by shard since the last flush()
    std::uint64_t pushed_in_all_{0};
    std::int64_t arrival_ms_{0};
};

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer::~Producer() = default;

bool Producer::try_append(const telemetry::Record& record, std::size_t data_bytes)
{
    return impl_->try_append(record, data_bytes);
}

void Producer::flush()
{
    impl_->flush();
}

Stream::Stream(Options options, std::vector<std::unique_ptr<ShardConsumer>> consumers) : options_(std::move(options))
{
    assert(consumers.size() == options_.shards);
    static_cast<void>(PartitionKeyTemplate(options_.partition_key));  // throws now rather than at the first door
    const auto on_space = [this] {
        for (const auto& callback : space_callbacks_) {
            callback();
        }
    };
    for (auto& consumer : consumers) {
        shards_.push_back(std::make_unique<Shard>(options_.ring_capacity_bytes, std::move(consumer), on_space));
    }
}

Stream::~Stream() = default;

void Stream::start()
{
    for (const auto& shard : shards_) {
        shard->start();
    }
}

Producer Stream::make_producer(std::function<void()> on_space)
{
    space_callbacks_.push_back(std::move(on_space));
    return Producer(std::make_unique<Producer::Impl>(shards_, arrivals_, options_.partition_key));
}

void Stream::stop()
{
    for (const auto& shard : shards_) {
        shard->stop();
    }
}

Stream::ShardState Stream::state(ShardId shard) const
{
    return shards_.at(raw(shard))->state();
}

std::uint32_t Stream::shards() const
{
    return options_.shards;
}

}  // namespace alleycat::stream
