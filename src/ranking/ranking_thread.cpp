#include <alleycat/ranking/ranking_thread.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace alleycat::ranking {

namespace {

constexpr auto kReplayLook = std::chrono::milliseconds(10);  // whether the log has been replayed

}  // namespace

RankingThread::RankingThread(Options options, Publish publish)
    : options_(std::move(options)),
      publish_(std::move(publish)),
      outboxes_(options_.shards),
      classes_(options_.races.classes),
      races_(options_.races),
      applied_(options_.shards)
{
}

RankingThread::~RankingThread()
{
    stop();
}

void RankingThread::start()
{
    Changes restored{races_.take_changed(), {}, false};
    if (!restored.races.empty()) {
        publish_(std::move(restored));
    }
    {
        const std::lock_guard lock(mutex_);
        running_ = true;
    }
    thread_ = std::thread(&RankingThread::run, this);
}

void RankingThread::hurry()
{
    {
        const std::lock_guard lock(mutex_);
        hurry_ = true;
    }
    wake_.notify_one();
}

void RankingThread::catch_up()
{
    std::unique_lock lock(mutex_);
    const auto ticket = ++asked_.tickets;
    hurry_ = true;
    wake_.notify_one();
    caught_up_.wait(lock, [this, ticket] { return answered_ >= ticket; });
}

RankingThread::Saved RankingThread::save(Save what)
{
    std::unique_lock lock(mutex_);
    if (!running_) {
        return state(what);
    }
    auto future = asked_.savers.emplace_back(Saver{what, {}}).promise.get_future();
    hurry_ = true;
    lock.unlock();
    wake_.notify_one();
    return future.get();
}

void RankingThread::erase(RacerId racer)
{
    {
        const std::lock_guard lock(mutex_);
        if (!running_) {
            races_.erase(racer);
            return;
        }
        asked_.erased.push_back(racer);
    }
    catch_up();
}

Result<void> RankingThread::restore(const Saved& saved)
{
    applied_.assign(applied_.size(), 0);
    const auto loaded = races_.load(saved.races);
    if (loaded) {
        std::copy_n(saved.applied.begin(), std::min(saved.applied.size(), applied_.size()), applied_.begin());
    }
    return loaded;
}

void RankingThread::begin_behind(const std::vector<std::uint64_t>& applied)
{
    std::copy_n(applied.begin(), std::min(applied.size(), applied_.size()), applied_.begin());
}

void RankingThread::stop()
{
    if (thread_.joinable()) {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
}

void RankingThread::run()
{
    auto next_tick = std::chrono::steady_clock::now() + options_.tick;
    bool replayed = !clock();
    for (bool stopping = false; !stopping;) {
        const auto look = std::chrono::steady_clock::now() + kReplayLook;
        auto asked = wait(replayed ? std::min(next_tick, look) : next_tick, stopping);
        const auto now_ms = clock();  // before what came until then is read
        take_classes(asked.classes);
        races_.set_replaying(!now_ms);
        apply_waiting();
        if (replayed || !now_ms) {
            static_cast<void>(races_.take_records());  // from before the start: they were told then
        }
        if (replayed && now_ms) {
            next_tick = std::min(next_tick, std::chrono::steady_clock::now());  // nobody waits for what is known
        }
        replayed = !now_ms;
        for (const auto racer : asked.erased) {
            races_.erase(racer);
        }
        if (!asked.erased.empty()) {
            publish_changes(now_ms);  // so that whoever asked finds nothing of theirs published afterwards
        }
        {
            const std::lock_guard lock(mutex_);
            answered_ = stopping ? std::numeric_limits<std::uint64_t>::max() : asked.tickets;
        }
        caught_up_.notify_all();
        answer(std::move(asked.savers));
        const auto now = std::chrono::steady_clock::now();
        if (now >= next_tick || stopping) {
            publish_changes(now_ms);
        }
        if (now >= next_tick) {
            next_tick = std::max(next_tick + options_.tick, now);
        }
    }
    // What was asked too late. Under the lock, since from here on others do it themselves.
    const std::lock_guard lock(mutex_);
    running_ = false;
    for (const auto racer : asked_.erased) {
        races_.erase(racer);
    }
    answer(std::move(asked_.savers));
}

std::optional<std::int64_t> RankingThread::clock() const
{
    return options_.now_ms ? options_.now_ms() : std::nullopt;
}

RankingThread::Asked RankingThread::wait(std::chrono::steady_clock::time_point until, bool& stopping)
{
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, until, [this] { return hurry_ || stopping_; });
    hurry_ = false;
    stopping = stopping_;
    const auto tickets = asked_.tickets;
    return std::exchange(asked_, {{}, {}, {}, tickets});
}

void RankingThread::publish_changes(std::optional<std::int64_t> now_ms)
{
    if (now_ms) {
        races_.pass_time(*now_ms);
    }
    Changes changes{races_.take_changed(), races_.take_records(), take_changed_histories()};
    if (!changes.races.empty() || !changes.records.empty() || changes.histories) {
        publish_(std::move(changes));
    }
}

void RankingThread::add_class(ClassId id)
{
    const std::lock_guard lock(mutex_);
    asked_.classes.push_back(id);
    hurry_ = true;
}

void RankingThread::take_classes(const std::vector<ClassId>& added)
{
    for (const auto id : added) {
        races_.add_class(id);
        if (std::find(classes_.begin(), classes_.end(), id) == classes_.end()) {
            classes_.push_back(id);
        }
    }
}

bool RankingThread::take_changed_histories()
{
    bool changed = false;
    for (const auto id : classes_) {
        auto bests = options_.races.bests(id);
        auto& published = published_bests_[id];
        if (bests != published) {
            published = std::move(bests);
            changed = true;
        }
    }
    return changed;
}

void RankingThread::apply_waiting()
{
    for (std::size_t shard = 0; shard < outboxes_.size(); ++shard) {
        batch_.clear();
        outboxes_[shard].take(batch_);
        applied_[shard] = batch_.drop_applied(applied_[shard]);
        races_.apply(batch_);
    }
}

RankingThread::Saved RankingThread::state(Save what)
{
    return {applied_, what == Save::All ? races_.save() : std::string(), races_.take_results(),
            races_.take_amendments()};
}

void RankingThread::answer(std::vector<Saver> savers)
{
    for (auto& saver : savers) {
        saver.promise.set_value(state(saver.what));
    }
}

}  // namespace alleycat::ranking
