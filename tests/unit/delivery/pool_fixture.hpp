#pragma once

#include "delivery_fixture.hpp"

#include <alleycat/delivery/delivery_pool.hpp>

#include <catch2/catch.hpp>

#include <functional>
#include <numeric>
#include <set>

namespace alleycat::delivery {

inline constexpr auto kLater = SteadyTime::max();
inline constexpr auto kPatience = std::chrono::seconds(60);  // passes only where the program is broken

/// What was handed on.
class Handed {
public:
    void add(Delivered window)
    {
        {
            const std::lock_guard lock(mutex_);
            all_.push_back(std::move(window));
        }
        changed_.notify_all();
    }
    [[nodiscard]] std::vector<Delivered> all() const
    {
        const std::lock_guard lock(mutex_);
        return all_;
    }
    [[nodiscard]] bool wait_for(std::size_t windows)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, [&] { return all_.size() >= windows; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Delivered> all_;  // guarded by mutex_
};

/// What the transforms of all workers do.
class TransformScript {
public:
    /// "ok", "dropped", or the code of a failure; of valid records. Set before the pool starts.
    std::function<std::string_view(const Window::Record&)> react = [](const Window::Record&) { return "ok"; };
    bool never_answered{false};

    /// From now on, windows of that shard wait until release().
    void hold(std::uint32_t shard)
    {
        const std::lock_guard lock(mutex_);
        held_shards_.insert(shard);
    }
    void release()
    {
        {
            const std::lock_guard lock(mutex_);
            held_shards_.clear();
        }
        changed_.notify_all();
    }
    [[nodiscard]] bool wait_for_held(std::size_t windows)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, [&] { return held_ >= windows; });
    }
    void set_cancelled(bool cancelled)
    {
        {
            const std::lock_guard lock(mutex_);
            cancelled_ = cancelled;
        }
        changed_.notify_all();
    }
    /// False where cancelled.
    [[nodiscard]] bool pass(ShardId shard)
    {
        std::unique_lock lock(mutex_);
        ++held_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return cancelled_ || !held_shards_.contains(raw(shard)); });
        --held_;
        return !cancelled_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::uint32_t> held_shards_;  // all guarded by mutex_
    std::size_t held_{0};                  // windows
    bool cancelled_{false};
};

class ScriptedTransform final : public Transform {
public:
    explicit ScriptedTransform(std::shared_ptr<TransformScript> script) : script_(std::move(script)) {}

    [[nodiscard]] std::string_view name() const override { return "http://127.0.0.1/"; }
    [[nodiscard]] bool apply(const Window& window, Outcomes& outcomes) override
    {
        if (!script_->pass(window.shard)) {
            return false;
        }
        for (const auto& record : window.records) {
            const auto word = record.valid() ? script_->react(record) : "InvalidJson";
            if (word == "ok") {
                outcomes.ok(record, window.data(record), record.sample);
            } else if (word == "dropped") {
                outcomes.dropped(record);
            } else {
                Failure failure;
                failure.code = word;
                failure.message = "a \"message\"";
                failure.attempts = 4;
                failure.ended_ms = kArrival + 1'000'000;
                failure.never_answered = script_->never_answered;
                outcomes.failed(record, failure);
            }
        }
        return true;
    }
    void cancel() override { script_->set_cancelled(true); }

private:
    std::shared_ptr<TransformScript> script_;
};

/// A pool with four shards and as many workers, in a fresh directory.
struct PoolFixture {
    TemporaryDirectory directory;
    Handed handed;
    std::shared_ptr<TransformScript> script{std::make_shared<TransformScript>()};
    DeliveryPool::Options options;
    std::unique_ptr<DeliveryPool> pool;

    PoolFixture()
    {
        options.directory = directory.path();
        options.retention = {std::chrono::hours(24) * 365 * 100, std::uint64_t{1} << 40};
        options.make_transform = [this] { return std::make_unique<ScriptedTransform>(script); };
    }

    DeliveryPool& make()
    {
        pool.reset();
        script->set_cancelled(false);  // by the end of an earlier one
        pool = std::make_unique<DeliveryPool>(options, [this](Delivered window) { handed.add(std::move(window)); });
        return *pool;
    }
    DeliveryPool& start()
    {
        make().start();
        return *pool;
    }
    void deliver(WindowMaker& maker) const
    {
        auto window = maker.take();
        REQUIRE(pool->try_deliver(window));
    }
};

}  // namespace alleycat::delivery
