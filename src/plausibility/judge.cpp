#include "ride.hpp"

#include <alleycat/plausibility/judge.hpp>

#include <algorithm>
#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>

namespace alleycat::plausibility {

namespace {

struct RideKey {
    RacerId racer_id{};
    RaceId race_id{};
    ClassId class_id{};

    bool operator==(const RideKey&) const = default;
};

/// Ids mostly count up: the multiplier spreads neighbours.
constexpr std::uint64_t spread(std::uint64_t value)
{
    value *= 0x9E3779B97F4A7C15ULL;
    return value ^ value >> 32;
}

struct HashRide {
    std::size_t operator()(const RideKey& key) const
    {
        const auto race = static_cast<std::uint64_t>(raw(key.race_id));
        return spread(raw(key.racer_id) + spread(race + spread(raw(key.class_id))));
    }
};

}  // namespace

/// The rides of some racers.
class alignas(64) Judge::Stripe {
public:
    [[nodiscard]] Ride::Judgement judge(const telemetry::Record& record, std::int64_t arrival_ms,
                                        std::uint64_t connection)
    {
        const std::lock_guard lock(mutex_);
        forget_silent(arrival_ms);
        auto& known = ride_of({record.racer_id, record.race_id, record.class_id});
        known.last_ms = arrival_ms;
        return known.ride.judge(record, arrival_ms, connection, limits_);
    }

    void set_limits(const Limits& limits)
    {
        const std::lock_guard lock(mutex_);
        limits_ = limits;
    }
    void set_room(std::size_t rides) { room_ = rides; }
    [[nodiscard]] std::size_t rides() const
    {
        const std::lock_guard lock(mutex_);
        return rides_.size();
    }

private:
    struct Known {
        RideKey key;
        std::int64_t last_ms{0};
        Ride ride;
    };

    /// The ride, first in its row.
    Known& ride_of(const RideKey& key)
    {
        const auto [found, is_new] = by_key_.try_emplace(key);
        if (is_new) {
            if (rides_.size() == room_) {
                forget_oldest();
            }
            rides_.push_front({key, 0, {}});
            found->second = rides_.begin();
        } else {
            rides_.splice(rides_.begin(), rides_, found->second);
        }
        return rides_.front();
    }
    void forget_oldest()
    {
        by_key_.erase(rides_.back().key);
        rides_.pop_back();
    }
    void forget_silent(std::int64_t now_ms)
    {
        while (!rides_.empty() && now_ms - rides_.back().last_ms > kSilence.count()) {
            forget_oldest();
        }
    }

    std::size_t room_{1};
    mutable std::mutex mutex_;
    // All guarded by mutex_:
    Limits limits_;
    std::list<Known> rides_;  // who sent last comes first
    std::unordered_map<RideKey, std::list<Known>::iterator, HashRide> by_key_;
};

Judge::Judge(Mode mode, const Limits& limits, std::size_t rides)
    : mode_(mode), stripes_(std::make_unique<Stripe[]>(kStripes))
{
    for (std::size_t at = 0; at < kStripes; ++at) {
        stripes_[at].set_room(std::max<std::size_t>(rides / kStripes, 1));
    }
    set_limits(limits);
}

Judge::~Judge() = default;

Verdict Judge::judge(const telemetry::Record& record, std::int64_t arrival_ms, std::uint64_t connection)
{
    const auto judged = stripes_[spread(raw(record.racer_id)) % kStripes].judge(record, arrival_ms, connection);
    if (judged.first && judged.suspicions.any()) {
        for (const auto suspicion : kSuspicions) {
            if (judged.suspicions.has(suspicion)) {
                counts_[static_cast<std::size_t>(suspicion)].fetch_add(1, std::memory_order_relaxed);
            }
        }
    }
    return {judged.suspicions, mode_ == Mode::Quarantine};
}

void Judge::set_limits(const Limits& limits)
{
    for (std::size_t at = 0; at < kStripes; ++at) {
        stripes_[at].set_limits(limits);
    }
}

std::size_t Judge::rides() const
{
    std::size_t rides = 0;
    for (std::size_t at = 0; at < kStripes; ++at) {
        rides += stripes_[at].rides();
    }
    return rides;
}

}  // namespace alleycat::plausibility
