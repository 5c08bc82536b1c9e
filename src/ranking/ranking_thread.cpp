#include <alleycat/ranking/ranking_thread.hpp>

#include <limits>

namespace alleycat::ranking {

RankingThread::RankingThread(Races::Options options, std::chrono::milliseconds tick, std::size_t shards,
                             Publish publish)
    : classes_(options.classes),
      bests_(options.bests),
      races_(std::move(options)),
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
        std::uint64_t asked = 0;
        {
            std::unique_lock lock(mutex_);
            wake_.wait_until(lock, next_tick, [this] { return hurry_ || stopping_; });
            hurry_ = false;
            stopping = stopping_;
            asked = asked_;
        }
        apply_waiting();
        {
            const std::lock_guard lock(mutex_);
            answered_ = stopping ? std::numeric_limits<std::uint64_t>::max() : asked;
        }
        caught_up_.notify_all();
        const auto now = std::chrono::steady_clock::now();
        if (now >= next_tick || stopping) {
            Changes changes{races_.take_changed(), take_changed_histories()};
            if (!changes.races.empty() || !changes.histories.empty()) {
                publish_(std::move(changes));
            }
            next_tick = std::max(next_tick + tick_, now);
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
    for (auto& outbox : outboxes_) {
        batch_.clear();
        outbox.take(batch_);
        races_.apply(batch_);
    }
}

}  // namespace alleycat::ranking
