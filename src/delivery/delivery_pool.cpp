#include "folders.hpp"
#include "window_files.hpp"

#include <alleycat/core/backoff.hpp>
#include <alleycat/core/clock.hpp>
#include <alleycat/delivery/delivery_pool.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <utility>

namespace alleycat::delivery {

namespace {

constexpr auto kExpiryInterval = std::chrono::minutes(10);
constexpr auto kFirstRetry = std::chrono::milliseconds(100);  // of a file that could not be stored
constexpr auto kLastRetry = std::chrono::milliseconds(10'000);

/// As far as a window says it itself. `erased`: may be null.
Delivered untransformed(const Window& window, const ErasedRacers* erased)
{
    Delivered delivered{window.shard, window.last_sequence(), {}, window.refusals.size(), 0, window.held.size()};
    for (const auto& record : window.records) {
        if (record.valid() && erased != nullptr && erased->erased(record.sample.racer_id, record.arrival_ms)) {
            ++delivered.dropped;
        } else if (record.valid()) {
            delivered.samples.push_back(record.sample);
        }
    }
    return delivered;
}

}  // namespace

class DeliveryPool::Worker {
public:
    Worker(const Options& options, PoolCounters& counters)
        : transform(options.make_transform ? options.make_transform() : std::make_unique<BuiltInTransform>()),
          files(options, counters)
    {
    }

    const std::unique_ptr<Transform> transform;
    WindowFiles files;
};

DeliveryPool::DeliveryPool(Options options, HandOn hand_on)
    : options_(std::move(options)), hand_on_(std::move(hand_on)), shards_(options_.shards)
{
    for (std::size_t number = 0; number < options_.workers; ++number) {
        workers_.push_back(std::make_unique<Worker>(options_, counters_));
    }
}

DeliveryPool::~DeliveryPool()
{
    static_cast<void>(stop(SteadyTime::min()));
}

void DeliveryPool::start()
{
    for (auto& worker : workers_) {
        threads_.emplace_back(&DeliveryPool::run, this, std::ref(*worker));
    }
}

bool DeliveryPool::try_deliver(Window& window)
{
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || !shards_[raw(window.shard)].waiting.empty()) {
            return false;
        }
        enqueue(std::move(window));
    }
    changed_.notify_one();
    return true;
}

void DeliveryPool::deliver_last(Window window)
{
    {
        const std::lock_guard lock(mutex_);
        enqueue(std::move(window));
    }
    changed_.notify_one();
}

void DeliveryPool::enqueue(Window window)
{
    const auto id = window.shard;
    auto& shard = shards_[raw(id)];
    shard.waiting.push_back(std::move(window));
    if (!shard.in_work && shard.waiting.size() == 1) {
        ready_.push_back(id);
    }
}

void DeliveryPool::run(Worker& worker)
{
    std::optional<Window> window;
    do {
        if (window) {
            work(worker, *window);
            finished(window->shard);
        }
        remove_expired_if_due();
    } while (next(window));
}

/// Waits for a window, or until something else is to be done. False at the end.
bool DeliveryPool::next(std::optional<Window>& window)
{
    std::unique_lock lock(mutex_);
    window.reset();
    const auto until = next_expiry_;
    changed_.wait_until(lock, until, [this] { return closed_ || !ready_.empty(); });
    if (ready_.empty()) {
        return !closed_;  // what still waits behind a window in work is that worker's
    }
    auto& shard = shards_[raw(ready_.front())];
    ready_.pop_front();
    window = std::move(shard.waiting.front());
    shard.waiting.pop_front();
    shard.in_work = window->opened;
    return true;
}

void DeliveryPool::finished(ShardId id)
{
    {
        const std::lock_guard lock(mutex_);
        auto& shard = shards_[raw(id)];
        shard.in_work.reset();
        ++finished_;
        if (!shard.waiting.empty()) {
            ready_.push_back(id);
        }
    }
    changed_.notify_all();
}

void DeliveryPool::work(Worker& worker, const Window& window)
{
    worker.files.start(window, worker.transform->name());
    if (!cancelled_.raised() && worker.transform->apply(window, worker.files) && store(worker)) {
        hand_on_(worker.files.take());
    } else {
        leave(window);
    }
}

/// Until the disk has it. False where the stop came first.
bool DeliveryPool::store(Worker& worker)
{
    Backoff backoff(kFirstRetry, kLastRetry, std::random_device{}());
    bool failing = false;
    bool stored = false;
    while (!cancelled_.raised()) {
        const auto result = worker.files.store();
        stored = result.has_value();
        if (stored) {
            break;
        }
        ++counters_.disk_failures;
        if (!std::exchange(failing, true)) {
            disk_fails(result.error());
        }
        remove_expired_if_due();  // which may make room
        if (!wait(backoff.next())) {
            break;
        }
    }
    if (failing) {
        disk_is_well();
    }
    return stored;
}

void DeliveryPool::disk_fails(const boost::system::error_code& error)
{
    const std::lock_guard lock(mutex_);
    if (++failing_ == 1) {
        spdlog::error("delivery: {} cannot be written: {}; windows wait", options_.directory.string(), error.message());
    }
}

void DeliveryPool::disk_is_well()
{
    const std::lock_guard lock(mutex_);
    if (--failing_ == 0 && !cancelled_.raised()) {
        spdlog::info("delivery: {} is written again", options_.directory.string());
    }
}

bool DeliveryPool::wait(std::chrono::milliseconds time)
{
    return options_.wait ? options_.wait(time) : cancelled_.wait_for(time);
}

void DeliveryPool::leave(const Window& window)
{
    if (!options_.log) {
        if (options_.keep && !window.held.empty()) {
            if (const auto kept = options_.keep(window); !kept) {
                spdlog::error("delivery: {} held records cannot be kept: {}", window.held.size(),
                              kept.error().message());
            }
        }
        hand_on_(untransformed(window, options_.erased));
        return;
    }
    const std::lock_guard lock(mutex_);
    left_ += window.size();
}

void DeliveryPool::remove_expired_if_due()
{
    const auto now = std::chrono::steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        if (now < next_expiry_) {
            return;
        }
        next_expiry_ = now + kExpiryInterval;
    }
    const auto today = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    for (const auto& directory : {options_.directory, options_.directory / kFailedFolder}) {
        const auto removed = HourlyFolder(directory).remove_expired(today, options_.retention);
        counters_.expired_files += removed.files;
        counters_.expired_bytes += removed.bytes;
    }
}

std::uint64_t DeliveryPool::stop(SteadyTime deadline)
{
    {
        std::unique_lock lock(mutex_);
        closed_ = true;
        changed_.notify_all();
        const auto patience = time_until(deadline);
        auto before = finished_;
        while (!threads_.empty() && !changed_.wait_until(lock, deadline, [this] { return idle(); })) {
            if (patience == SteadyTime::duration::zero() || before == finished_) {
                break;
            }
            before = finished_;
            deadline = std::chrono::steady_clock::now() + patience;
        }
    }
    cancelled_.raise();
    for (const auto& worker : workers_) {
        worker->transform->cancel();
    }
    for (auto& thread : threads_) {
        thread.join();
    }
    threads_.clear();
    for (auto& shard : shards_) {  // where it was never started
        for (const auto& window : std::exchange(shard.waiting, {})) {
            leave(window);
        }
    }
    return left_;
}

bool DeliveryPool::idle() const
{
    return std::ranges::none_of(shards_, [](const Shard& shard) { return !shard.waiting.empty() || shard.in_work; });
}

DeliveryPool::State DeliveryPool::state() const
{
    const std::lock_guard lock(mutex_);
    State state;
    state.disk_failing = failing_ != 0;
    const auto note = [&state](SteadyTime opened) { state.oldest = std::min(state.oldest.value_or(opened), opened); };
    for (const auto& shard : shards_) {
        for (const auto& window : shard.waiting) {
            ++state.waiting;
            note(window.opened);
        }
        if (shard.in_work) {
            ++state.in_work;
            note(*shard.in_work);
        }
    }
    return state;
}

}  // namespace alleycat::delivery
