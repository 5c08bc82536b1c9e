#include <alleycat/ranking/ranking_thread.hpp>

#include <algorithm>
#include <limits>

namespace alleycat::ranking {

RankingThread::RankingThread(Races::Options options, std::chrono::milliseconds tick, std::size_t shards,
                             Publish publish)
    : classes_(options.classes),
      bests_(options.bests),
      races_(std::move(options)),
      applied_(shards),
      tick_(tick),
      outboxes_(shards),
      publish_(std::move(publish))
{
}

RankingThread::~RankingThread()
{
    stop();
}

void RankingThread::start()
{
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
    const auto ticket = ++asked_;
    hurry_ = true;
    wake_.notify_one();
    caught_up_.wait(lock, [this, ticket] { return answered_ >= ticket; });
}

RankingThread::Saved RankingThread::save()
{
    std::unique_lock lock(mutex_);
    if (!running_) {
        return state();
    }
    auto future = savers_.emplace_back().get_future();
    hurry_ = true;
    lock.unlock();
    wake_.notify_one();
    return future.get();
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
    auto next_tick = std::chrono::steady_clock::now() + tick_;
    for (bool stopping = false; !stopping;) {
        std::vector<ClassId> added;
        std::uint64_t asked = 0;
        std::vector<std::promise<Saved>> savers;
        {
            std::unique_lock lock(mutex_);
            wake_.wait_until(lock, next_tick, [this] { return hurry_ || stopping_; });
            hurry_ = false;
            stopping = stopping_;
            asked = asked_;
            savers.swap(savers_);
            added.swap(new_classes_);
        }
        take_classes(added);
        apply_waiting();
        {
            const std::lock_guard lock(mutex_);
            answered_ = stopping ? std::numeric_limits<std::uint64_t>::max() : asked;
        }
        caught_up_.notify_all();
        answer(std::move(savers));
        const auto now = std::chrono::steady_clock::now();
        if (now >= next_tick || stopping) {
            Changes changes{races_.take_changed(), take_changed_histories()};
            if (!changes.races.empty() || !changes.histories.empty()) {
                publish_(std::move(changes));
            }
            next_tick = std::max(next_tick + tick_, now);
        }
    }
    std::vector<std::promise<Saved>> late;
    {
        const std::lock_guard lock(mutex_);
        running_ = false;
        late.swap(savers_);
    }
    answer(std::move(late));
}

void RankingThread::add_class(ClassId id)
{
    const std::lock_guard lock(mutex_);
    new_classes_.push_back(id);
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

std::vector<ClassId> RankingThread::take_changed_histories()
{
    std::vector<ClassId> changed;
    for (const auto id : classes_) {
        auto bests = bests_(id);
        auto& published = published_bests_[id];
        if (bests != published) {
            published = std::move(bests);
            changed.push_back(id);
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

void RankingThread::begin_behind(const std::vector<std::uint64_t>& applied)
{
    std::copy_n(applied.begin(), std::min(applied.size(), applied_.size()), applied_.begin());
}

RankingThread::Saved RankingThread::state() const
{
    return {applied_, races_.save()};
}

void RankingThread::answer(std::vector<std::promise<Saved>> savers) const
{
    for (auto& saver : savers) {
        saver.set_value(state());
    }
}

}  // namespace alleycat::ranking
