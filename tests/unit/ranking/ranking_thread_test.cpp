#include "naive_races.hpp"

#include <alleycat/ranking/ranking_thread.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace alleycat;
using namespace alleycat::ranking;
using std::chrono::milliseconds;

namespace {

constexpr auto kNever = std::chrono::hours(24);

/// What a ranking thread applied and published.
class Ranked {
public:
    explicit Ranked(milliseconds tick, std::size_t shards = 2)
        : thread({.classes = {ClassId{1}, ClassId{2}},
                  .bests =
                      [this](ClassId id) {
                          const std::lock_guard lock(mutex_);
                          return bests_[raw(id)];
                      },
                  .on_name =
                      [this](RacerId, std::string_view) {
                          const std::lock_guard lock(mutex_);
                          ++applied_;
                          changed_.notify_all();
                      }},
                 tick, shards, [this](RankingThread::Changes changes) {
                     const std::lock_guard lock(mutex_);
                     published_.push_back(std::move(changes));
                     changed_.notify_all();
                 })
    {
    }

    /// A record of a racer not heard of before, in shard `shard`.
    std::size_t put(std::uint64_t racer, std::int64_t race = 1, std::uint32_t shard = 0)
    {
        UpdateBatch batch;
        batch.add(update(++order_, racer, 1, 95, race), "r" + std::to_string(racer));
        return thread.outbox(ShardId{shard}).put(batch);
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
    [[nodiscard]] std::vector<RankingThread::Changes> published() const
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
    template <class Condition>
    [[nodiscard]] bool wait(Condition condition)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return condition(applied_, published_); });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t applied_{0};  // both guarded by mutex_
    std::vector<RankingThread::Changes> published_;
    std::vector<Bests> bests_{3, std::make_shared<const history::ClassBests>()};  // [class id]
    std::atomic<std::uint64_t> order_{0};

public:
    RankingThread thread;  // last: it ends before what it calls
};

}  // namespace

TEST_CASE("behind catch_up everything put before it is applied", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    std::size_t put = 0;
    for (std::uint64_t racer = 0; racer < 300; ++racer) {
        ranked.put(racer, 1, racer % 2);
        ++put;
        if (racer % 3 == 0) {
            ranked.thread.catch_up();
            REQUIRE(ranked.applied() == put);
        }
    }
    CHECK(ranked.published().empty());  // the tick has not come
}

TEST_CASE("several threads may catch up at once", "[ranking][thread]")
{
    constexpr std::uint32_t kThreads = 4;
    Ranked ranked(kNever, kThreads);
    ranked.thread.start();
    std::atomic<int> behind{0};
    std::vector<std::thread> threads;
    std::atomic<std::size_t> put{0};
    for (std::uint32_t shard = 0; shard < kThreads; ++shard) {
        threads.emplace_back([&, shard] {
            for (std::uint64_t n = 0; n < 200; ++n) {
                ranked.put(shard * 1'000 + n, 1, shard);
                const auto before = ++put;  // at least so many were put, by anyone
                ranked.thread.catch_up();
                behind += ranked.applied() < before ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(behind == 0);
}

TEST_CASE("a hurried thread reads the outboxes before its tick", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    for (std::uint64_t racer = 0; racer < 50; ++racer) {
        CHECK(ranked.put(racer) == 1);  // the one before was taken
        ranked.thread.hurry();
        REQUIRE(ranked.wait([&](std::size_t applied, const auto&) { return applied == racer + 1; }));
    }
    CHECK(ranked.published().empty());
}

TEST_CASE("a tick names the classes whose history changed, and only those", "[ranking][thread]")
{
    Ranked ranked(milliseconds(5));
    ranked.thread.start();
    const auto published = [](std::size_t count) {
        return [count](std::size_t, const auto& changes) { return changes.size() >= count; };
    };
    REQUIRE(ranked.wait(published(1)));  // at first all are new
    ranked.change_history(2);
    REQUIRE(ranked.wait(published(2)));
    ranked.change_history(1);
    ranked.change_history(2);
    ranked.thread.stop();
    std::vector<ClassId> histories;
    for (const auto& changes : ranked.published()) {
        CHECK(changes.races.empty());
        histories.insert(histories.end(), changes.histories.begin(), changes.histories.end());
    }
    REQUIRE(histories.size() == 5);
    std::sort(histories.begin() + 3, histories.end());
    CHECK(histories == std::vector{ClassId{1}, ClassId{2}, ClassId{2}, ClassId{1}, ClassId{2}});
}

TEST_CASE("a tick publishes what changed, and only that", "[ranking][thread]")
{
    Ranked ranked(milliseconds(5));
    ranked.thread.start();
    for (std::int64_t race = 1; race <= 5; ++race) {
        ranked.put(static_cast<std::uint64_t>(race), race);
        REQUIRE(ranked.wait([&](std::size_t, const auto& published) {
            return std::count_if(published.begin(), published.end(),
                                 [](const auto& changes) { return !changes.races.empty(); }) >= race;
        }));
    }
    ranked.thread.stop();
    const auto published = ranked.published_races();
    REQUIRE(published.size() == 5);
    for (std::size_t tick = 0; tick < 5; ++tick) {
        REQUIRE(published[tick].size() == 1);
        CHECK(published[tick][0]->race_id == RaceId{static_cast<std::int64_t>(tick) + 1});
        CHECK(published[tick][0]->entries.size() == 1);
    }
}

TEST_CASE("a stop applies and publishes what waits", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    ranked.put(1, 1, 0);
    ranked.put(2, 1, 1);
    ranked.put(3, 2, 1);
    ranked.thread.stop();
    const auto published = ranked.published_races();
    REQUIRE(published.size() == 1);
    REQUIRE(published[0].size() == 2);
    CHECK(published[0][0]->entries.size() == 2);
    CHECK(published[0][1]->entries.size() == 1);
    ranked.thread.stop();  // once more changes nothing
    CHECK(ranked.published_races().size() == 1);
}

TEST_CASE("a stop with nothing new publishes nothing", "[ranking][thread]")
{
    Ranked ranked(kNever);
    ranked.thread.start();
    ranked.thread.stop();
    CHECK(ranked.published_races().empty());
}
