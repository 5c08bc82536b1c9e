#include "shard.hpp"

#include <alleycat/core/clock.hpp>
#include <alleycat/stream/stream.hpp>

#include <cassert>
#include <deque>
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

/// Who waits for progress of the shards.
struct Waiter {
    std::function<void()> on_progress;
    std::atomic<bool> durable_wanted{false};  // with Shard::durable(), in one total order: the door has an open ticket
    std::atomic<bool> space_wanted{false};    // with the flag of a shard, likewise: a ring refused a record

    void tell(std::atomic<bool>& wanted) const
    {
        if (wanted.load(std::memory_order_seq_cst) && wanted.exchange(false)) {
            on_progress();
        }
    }
};

class Producer::Impl {
public:
    Impl(const std::vector<std::unique_ptr<Shard>>& shards, std::shared_ptr<Waiter> waiter,
         std::atomic<std::uint64_t>& sequence, Ledger& ledger, std::size_t door, const Stream::Options& options)
        : shards_(shards),
          waiter_(std::move(waiter)),
          sequence_(sequence),
          ledger_(ledger),
          door_(door),
          logged_(options.log.has_value()),
          pushed_(options.shards)
    {
    }

    Appended try_append(const NewRecord& record)
    {
        if (open_.size() >= kMaxOpen && !settles()) {
            return {};
        }
        auto framed = frame(record);
        const auto number = record.hash_key
                                ? raw(shard_of(*record.hash_key, static_cast<std::uint32_t>(pushed_.size())))
                                : routes_.shard(record.partition_key, [this](std::string_view key) {
                                      return raw(shard_of(hasher_(key), static_cast<std::uint32_t>(pushed_.size())));
                                  });
        auto& shard = *shards_[number];
        auto done = shard.try_push(framed, sequence_);
        if (done.outcome == Appended::Outcome::Full) {
            waiter_->space_wanted.store(true, std::memory_order_seq_cst);
            shard.want_space();
            done = shard.try_push(framed, sequence_);
        }
        if (done.outcome != Appended::Outcome::Taken) {
            if (done.outcome == Appended::Outcome::RateExceeded) {
                waiter_->space_wanted.store(true, std::memory_order_seq_cst);
                shard.want_tokens();
            }
            flush();  // the shard may sleep, and only an announced record wakes it
            return {done.outcome, ShardId{number}, 0};
        }
        auto& pushed = pushed_[number];
        ++pushed.entries;
        pushed.place = done.place;
        ++pushed_in_all_;
        return {done.outcome, ShardId{number}, framed.entry.sequence};
    }

    /// Read once for all the records between two flushes.
    std::int64_t arrival_ms()
    {
        if (pushed_in_all_ == 0) {
            arrival_ms_ = epoch_ms();
        }
        return arrival_ms_;
    }

    Ticket flush()
    {
        if (pushed_in_all_ == 0) {
            return latest_;
        }
        ledger_.accept(door_, pushed_in_all_);  // before the shards can hand any of it on
        ++latest_;
        for (std::size_t shard = 0; shard < pushed_.size(); ++shard) {
            if (pushed_[shard].entries != 0) {
                if (logged_) {
                    open_.push_back({latest_, shard, pushed_[shard].place});
                }
                shards_[shard]->publish(pushed_[shard].entries);
                pushed_[shard].entries = 0;
            }
        }
        pushed_in_all_ = 0;
        return latest_;
    }

    Ticket durable()
    {
        settle();
        if (!open_.empty()) {
            waiter_->durable_wanted.store(true, std::memory_order_seq_cst);
            settle();  // what became durable before the flag was seen
        }
        return open_.empty() ? latest_ : open_.front().ticket - 1;
    }

private:
    struct Pushed {
        std::uint64_t entries{0};  // since the last flush()
        std::size_t place{0};      // of the last one
    };
    struct Open {
        Ticket ticket{0};
        std::size_t shard{0};
        std::size_t place{0};
    };

    /// A shard that cannot commit holds back the tickets behind it, however well the other shards do.
    bool settles()
    {
        static_cast<void>(flush());
        static_cast<void>(durable());  // which asks to be told
        return open_.size() < kMaxOpen;
    }

    void settle()
    {
        while (!open_.empty() && shards_[open_.front().shard]->durable() >= open_.front().place) {
            open_.pop_front();
        }
    }

    Framed frame(const NewRecord& record)
    {
        Framed framed;
        if (record.record != nullptr) {
            framed.entry = entry_of(*record.record);
            framed.entry.verdict = record.verdict;
        } else {
            framed.refused = record.refusal->code;
            framed.why = record.refusal->message;
        }
        framed.entry.arrival_ms = arrival_ms();
        framed.entry.partition_key = record.partition_key;
        framed.entry.data = record.data;
        framed.hash_key = record.hash_key;
        return framed;
    }

    const std::vector<std::unique_ptr<Shard>>& shards_;
    const std::shared_ptr<Waiter> waiter_;
    std::atomic<std::uint64_t>& sequence_;
    Ledger& ledger_;
    const std::size_t door_;
    const bool logged_;
    KeyHasher hasher_;
    RouteCache routes_;
    std::vector<Pushed> pushed_;  // by shard
    std::uint64_t pushed_in_all_{0};
    std::int64_t arrival_ms_{0};
    Ticket latest_{0};
    static constexpr std::size_t kMaxOpen = 256 * 1024;
    std::deque<Open> open_;  // what tickets wait for, the oldest first
};

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer::~Producer() = default;

Appended Producer::try_append(const NewRecord& record)
{
    return impl_->try_append(record);
}

std::int64_t Producer::arrival_ms()
{
    return impl_->arrival_ms();
}

Ticket Producer::flush()
{
    return impl_->flush();
}

Ticket Producer::durable()
{
    return impl_->durable();
}

Stream::Stream(Options options, std::vector<std::unique_ptr<ShardConsumer>> consumers, Ledger& ledger)
    : options_(std::move(options)), ledger_(ledger)
{
    assert(consumers.size() == shards());
    const auto on_space = [this] {
        for (const auto& waiter : waiters_) {
            waiter->tell(waiter->space_wanted);
        }
    };
    const auto on_durable = [this] {
        for (const auto& waiter : waiters_) {
            waiter->tell(waiter->durable_wanted);
        }
    };
    for (std::uint32_t shard = 0; shard < shards(); ++shard) {
        const bool retired = shard >= options_.shards;
        Shard::Options one{ShardId{shard}, retired ? 0 : options_.ring_capacity_bytes, options_.log, 0};
        one.limits = options_.limits;
        one.log_bytes = options_.log ? options_.log->retention_bytes / options_.shards : 0;
        shards_.push_back(
            std::make_unique<Shard>(one, std::move(consumers[shard]), Shard::Callbacks{on_space, on_durable}));
        sequence_ = std::max(sequence_.load(), shards_.back()->first_seen());
    }
}

Stream::~Stream() = default;

void Stream::start()
{
    for (const auto& shard : shards_) {
        shard->start();
    }
}

Producer Stream::make_producer(std::string door, std::function<void()> on_progress)
{
    waiters_.push_back(std::make_shared<Waiter>());
    waiters_.back()->on_progress = std::move(on_progress);
    const auto number = ledger_.add_door(std::move(door));
    return Producer(std::make_unique<Producer::Impl>(shards_, waiters_.back(), sequence_, ledger_, number, options_));
}

void Stream::hurry()
{
    for (const auto& shard : shards_) {
        shard->hurry();
    }
}

std::uint64_t Stream::stop(SteadyTime deadline)
{
    for (const auto& shard : shards_) {
        shard->begin_stop(deadline);  // all at once, so that none has waited away another's time
    }
    std::uint64_t lost = 0;
    for (const auto& shard : shards_) {
        lost += shard->end_stop();
    }
    return lost;
}

Stream::ShardState Stream::state(ShardId shard) const
{
    return shards_.at(raw(shard))->state();
}

std::vector<commitlog::Segment> Stream::segments(ShardId shard) const
{
    const auto* log = shards_.at(raw(shard))->log();
    return log == nullptr ? std::vector<commitlog::Segment>() : log->segments();
}

SequenceNumber Stream::last_sequence(ShardId shard) const
{
    const auto* log = shards_.at(raw(shard))->log();
    return log == nullptr ? 0 : log->last_sequence();
}

std::uint32_t Stream::shards() const
{
    return options_.shards + options_.retired_shards;
}

}  // namespace alleycat::stream
