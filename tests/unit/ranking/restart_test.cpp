#include "riders.hpp"

#include <alleycat/ranking/ranking_thread.hpp>

#include <atomic>
#include <set>
#include <thread>

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

constexpr std::size_t kShards = 2;

using Save = RankingThread::Save;

/// What a shard's log holds.
using Log = std::vector<std::pair<Update, std::string>>;
using Logs = std::vector<Log>;  // by shard

RankingThread::Options options(std::size_t open_races, std::size_t shards)
{
    RankingThread::Options made;
    made.races = Riders::options(Score::Total);
    made.races.open_races = open_races;
    made.tick = std::chrono::hours(24);
    made.shards = shards;
    made.now_ms = [] { return std::optional<std::int64_t>(0); };  // so early that no race is over
    return made;
}

/// A ranking thread whose tick never comes, and what it publishes at its stop.
struct Run {
    std::map<NaiveRaces::Key, std::shared_ptr<const RaceSnapshot>> boards;  // once it is stopped
    RankingThread thread;

    explicit Run(std::size_t open_races = 16, std::size_t shards = kShards)
        : thread(options(open_races, shards), [this](RankingThread::Changes changes) {
              for (const auto& race : changes.races) {
                  boards[{race->class_id, race->race_id}] = race;
              }
          })
    {
    }

    /// The shard's log from `from` up to `to`.
    void put(const Logs& logs, std::size_t shard, std::size_t from, std::size_t to)
    {
        UpdateBatch batch;
        for (auto at = from; at < to; ++at) {
            batch.add(logs[shard][at].first, logs[shard][at].second);
        }
        thread.outbox(ShardId{static_cast<std::uint32_t>(shard)}).put(batch);
    }
};

Logs ride(unsigned seed, int records)
{
    Riders riders(seed);
    Logs logs(kShards);
    for (int n = 0; n < records; ++n) {
        auto record = riders.next();
        logs[raw(record.first.racer_id) % kShards].push_back(std::move(record));
    }
    return logs;
}

/// One update a racer, whose id is the arrival order.
Update joins(std::uint64_t order)
{
    return update(order, order, 1, 95);
}

}  // namespace

TEST_CASE("replaying any suffix of a shard changes nothing, not even a race that made room", "[ranking][restart]")
{
    const auto logs = ride(1, 200);
    const auto open_races = GENERATE(std::size_t{1}, std::size_t{16});
    Run run(open_races);
    run.thread.start();
    for (std::size_t shard = 0; shard < kShards; ++shard) {
        run.put(logs, shard, 0, logs[shard].size());
    }
    const auto saved = run.thread.save(Save::All);
    CHECK(saved.applied == std::vector{logs[0].back().first.arrival_order, logs[1].back().first.arrival_order});
    for (std::size_t shard = 0; shard < kShards; ++shard) {
        for (std::size_t from = 0; from < logs[shard].size(); ++from) {
            CAPTURE(shard, from);
            run.put(logs, shard, from, logs[shard].size());
            const auto again = run.thread.save(Save::All);
            REQUIRE(again.applied == saved.applied);
            REQUIRE(again.races == saved.races);
            REQUIRE(again.results.empty());
        }
    }
}

TEST_CASE("a thread restored from any moment that replays the log ends in the same boards", "[ranking][restart]")
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        const auto logs = ride(seed, 400);
        std::mt19937 random(seed);
        std::size_t reached[kShards];
        Run first;
        first.thread.start();
        for (std::size_t shard = 0; shard < kShards; ++shard) {
            reached[shard] = random() % logs[shard].size();
            first.put(logs, shard, 0, reached[shard]);
        }
        const auto saved = first.thread.save(Save::All);
        Run second;
        REQUIRE(second.thread.restore(saved));
        second.thread.start();
        for (std::size_t shard = 0; shard < kShards; ++shard) {
            first.put(logs, shard, reached[shard], logs[shard].size());
            second.put(logs, shard, random() % (reached[shard] + 1), logs[shard].size());
        }
        first.thread.stop();
        second.thread.stop();
        REQUIRE(first.boards.size() >= 6);
        REQUIRE(second.boards.size() == first.boards.size());
        for (const auto& [key, board] : first.boards) {
            REQUIRE(difference(*second.boards.at(key), written_out(*board)) == "");
        }
    }
}

TEST_CASE("what is saved while updates come is one moment", "[ranking][restart]")
{
    constexpr std::uint64_t kUpdates = 3'000;
    Run run;
    run.thread.start();
    std::atomic<std::size_t> writing{kShards};
    std::vector<std::jthread> writers;
    for (std::uint64_t shard = 0; shard < kShards; ++shard) {
        writers.emplace_back([&run, &writing, shard] {
            for (auto order = shard + 1; order <= kUpdates; order += kShards) {
                UpdateBatch batch;
                batch.add(joins(order), "");
                run.thread.outbox(ShardId{static_cast<std::uint32_t>(shard)}).put(batch);
            }
            --writing;
        });
    }
    for (bool last = false; !last;) {
        last = writing == 0;
        const auto saved = run.thread.save(Save::All);
        REQUIRE(saved.applied.size() == kShards);
        std::set<std::uint64_t> expected;
        for (std::uint64_t shard = 0; shard < kShards; ++shard) {
            for (auto order = shard + 1; order <= saved.applied[shard]; order += kShards) {
                expected.insert(order);
            }
        }
        Races races(Riders::options(Score::Total));
        REQUIRE(races.load(saved.races));
        std::set<std::uint64_t> got;
        for (const auto& race : races.take_changed()) {
            for (const auto& entry : race->entries()) {
                got.insert(raw(entry.racer_id));
            }
        }
        CHECK(got == expected);
        CHECK((!last || got.size() == kUpdates));  // all that was put before the call
    }
}

TEST_CASE("save answers before the start, around a stop and after it", "[ranking][restart]")
{
    Run run;
    const auto nothing = run.thread.save(Save::All);
    CHECK(nothing.applied == std::vector<std::uint64_t>{0, 0});
    run.thread.start();
    UpdateBatch batch;
    batch.add(joins(5), "");
    run.thread.outbox(ShardId{1}).put(batch);
    std::atomic<int> started{0};
    std::atomic<int> wrong{0};
    std::vector<std::jthread> savers;
    for (int n = 0; n < 4; ++n) {
        savers.emplace_back([&] {
            ++started;
            for (int times = 0; times < 100; ++times) {
                wrong += run.thread.save(Save::All).applied == std::vector<std::uint64_t>{0, 5} ? 0 : 1;
            }
        });
    }
    while (started < 4) {
        std::this_thread::yield();
    }
    run.thread.stop();
    savers.clear();  // joins them
    CHECK(wrong == 0);
    CHECK(run.thread.save(Save::All).races != nothing.races);
}

TEST_CASE("a thread of more shards knows nothing of the new ones, one of fewer forgets the rest", "[ranking][restart]")
{
    Run run;
    run.thread.start();
    for (std::uint32_t shard = 0; shard < kShards; ++shard) {
        UpdateBatch batch;
        batch.add(joins(shard + 1), "");
        run.thread.outbox(ShardId{shard}).put(batch);
    }
    const auto saved = run.thread.save(Save::All);
    Run more(16, 3);
    REQUIRE(more.thread.restore(saved));
    CHECK(more.thread.save(Save::All).applied == std::vector<std::uint64_t>{1, 2, 0});
    Run fewer(16, 1);
    REQUIRE(fewer.thread.restore(saved));
    CHECK(fewer.thread.save(Save::All).applied == std::vector<std::uint64_t>{1});
    CHECK(fewer.thread.save(Save::All).races == saved.races);
}

TEST_CASE("a thread that cannot be restored has applied nothing", "[ranking][restart]")
{
    Run run;
    const auto empty = run.thread.save(Save::All);
    run.thread.start();
    UpdateBatch batch;
    batch.add(joins(9), "");
    run.thread.outbox(ShardId{0}).put(batch);
    auto saved = run.thread.save(Save::All);
    Run other;
    REQUIRE(other.thread.restore(saved));
    saved.races.pop_back();
    CHECK(other.thread.restore(saved).error() == Errc::CorruptFile);
    CHECK(other.thread.save(Save::All).applied == empty.applied);
    CHECK(other.thread.save(Save::All).races == empty.races);
}
