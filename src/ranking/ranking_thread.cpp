#include <alleycat/ranking/ranking_thread.hpp>

#include <limits>

namespace alleycat::ranking {

RankingThread::RankingThread(Races::Options options, std::chrono::milliseconds tick, std::size_t shards,
                             Publish publish)
    : races_(std::move(options)), tick_(tick), outboxes_(shards), publish_(std::move(publish))
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
            auto changed = races_.take_changed();
            if (!changed.empty()) {
                publish_(std::move(changed));
            }
            next_tick = std::max(next_tick + tick_, now);
        }
    }
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
