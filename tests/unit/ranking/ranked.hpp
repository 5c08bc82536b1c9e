#pragma once

#include "written_board.hpp"

#include <alleycat/ranking/ranking_thread.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace alleycat::ranking {

inline constexpr auto kNever = std::chrono::hours(24);

/// Bests at second 1 that racers 0 … 99 will beat.
inline Bests low_bests()
{
    history::BestTable table(300);
    for (std::uint64_t racer = 0; racer < 100; ++racer) {
        const telemetry::Sample sample{ClassId{1}, 1, RacerId{racer}, 10};
        table.merge(std::span(&sample, 1));
    }
    return table.snapshot();
}

/// What a ranking thread applied and published.
class Ranked {
public:
    using Published = std::vector<RankingThread::Changes>;

    explicit Ranked(std::chrono::milliseconds tick, std::size_t shards = 2)
        : thread(options(tick, shards), [this](RankingThread::Changes changes) {
              const std::lock_guard lock(mutex_);
              published_.push_back(std::move(changes));
              changed_.notify_all();
          })
    {
    }

    /// A record of a racer not heard of before, in shard `shard`.
    std::size_t put(std::uint64_t racer, std::int64_t race = 1, std::uint32_t shard = 0)
    {
        return put(update(++order_, racer, 1, 95, race), shard);
    }
    /// The racer's last record of all.
    void put_final(std::uint64_t racer, std::int64_t race, std::int64_t at_ms, std::uint32_t shard = 0)
    {
        auto one = update(++order_, racer, 1, 95, race);
        one.arrival_ms = at_ms;
        one.event = telemetry::Event::Final;
        put(one, shard);
    }
    std::size_t put(const Update& one, std::uint32_t shard = 0)
    {
        UpdateBatch batch;
        batch.add(one, "r" + std::to_string(raw(one.racer_id)));
        return thread.outbox(ShardId{shard}).put(batch);
    }
    [[nodiscard]] std::uint64_t next_order() { return ++order_; }

    /// Until then the log is replayed, and there is no clock.
    void set_clock(std::int64_t now_ms)
    {
        const std::lock_guard lock(mutex_);
        now_ms_ = now_ms;
    }
    /// Personal bests of class `id` are merged.
    void change_history(std::uint32_t id)
    {
        const std::lock_guard lock(mutex_);
        bests_[id] = std::make_shared<const history::ClassBests>();
    }
    [[nodiscard]] std::size_t applied() const
    {
        const std::lock_guard lock(mutex_);
        return applied_;
    }
    [[nodiscard]] Published published() const
    {
        const std::lock_guard lock(mutex_);
        return published_;
    }
    /// What was published of races.
    [[nodiscard]] std::vector<std::vector<std::shared_ptr<const RaceSnapshot>>> published_races() const
    {
        std::vector<std::vector<std::shared_ptr<const RaceSnapshot>>> races;
        for (const auto& changes : published()) {
            if (!changes.races.empty()) {
                races.push_back(changes.races);
            }
        }
        return races;
    }
    /// Whose records were published, in this order.
    [[nodiscard]] std::vector<std::uint64_t> published_records() const
    {
        std::vector<std::uint64_t> racers;
        for (const auto& changes : published()) {
            for (const auto& record : changes.records) {
                racers.push_back(raw(record.racer_id));
            }
        }
        return racers;
    }
    template <class Condition>
    [[nodiscard]] bool wait(Condition condition)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return condition(applied_, published_); });
    }
    /// Waits until the race was published in this state.
    [[nodiscard]] bool wait_for(std::int64_t race, RaceState state)
    {
        return wait([=](std::size_t, const Published& published) {
            return std::ranges::any_of(published, [=](const auto& changes) {
                return std::ranges::any_of(changes.races, [=](const auto& snapshot) {
                    return snapshot->race_id == RaceId{race} && snapshot->state == state;
                });
            });
        });
    }

private:
    RankingThread::Options options(std::chrono::milliseconds tick, std::size_t shards)
    {
        RankingThread::Options made;
        made.races.classes = {ClassId{1}, ClassId{2}};
        made.races.bests = [this](ClassId id) {
            const std::lock_guard lock(mutex_);
            return bests_[raw(id)];
        };
        made.races.on_name = [this](RacerId, std::string_view) {
            const std::lock_guard lock(mutex_);
            ++applied_;
            changed_.notify_all();
        };
        made.tick = tick;
        made.shards = shards;
        made.now_ms = [this] {
            const std::lock_guard lock(mutex_);
            return now_ms_;
        };
        return made;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t applied_{0};  // names told; all guarded by mutex_
    Published published_;
    std::vector<Bests> bests_{3, low_bests()};  // [class id]
    std::optional<std::int64_t> now_ms_;
    std::atomic<std::uint64_t> order_{0};

public:
    RankingThread thread;  // last: it ends before what it calls
};

/// "race:racer racer …" of each race in a state, in order.
inline std::vector<std::string> races_in(const RankingThread::Saved& saved)
{
    Races::Options options;
    options.classes = {ClassId{1}, ClassId{2}};
    options.bests = [](ClassId) { return std::make_shared<const history::ClassBests>(); };
    options.on_name = [](RacerId, std::string_view) {};
    Races races(std::move(options));
    REQUIRE(races.load(saved.races));
    std::vector<std::string> lines;
    for (const auto& race : races.take_changed()) {
        auto line = std::to_string(raw(race->race_id)) + ":";
        for (const auto& entry : race->entries()) {
            line += " " + std::to_string(raw(entry.racer_id));
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace alleycat::ranking
