#include "race_recorder.hpp"

#include "way_fixture.hpp"

#include <alleycat/results/result_reader.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>

using namespace alleycat;
using namespace alleycat::app;
using ranking::RankingThread;
using Positions = Checkpoints::Positions;

namespace {

/// A database, and what is recorded in it.
struct RecorderFixture {
    TemporaryDirectory directory;
    results::Leaderboards boards;
    results::ResultStore store{options(), boards};
    Checkpoints checkpoints{directory.path() / "checkpoints", 2, {0, 0}};
    RankingThread ranking{{races(), milliseconds(5), 2, [this] { return std::optional(now_ms.load()); }},
                          [](auto&&) {}};
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<ranking::RecordEvent> told;  // guarded by mutex
    std::atomic<std::int64_t> now_ms{1'000'000};

    ~RecorderFixture() { ranking.stop(); }

    [[nodiscard]] std::filesystem::path path() const { return directory.path() / "alleycat.db"; }
    [[nodiscard]] results::ResultStore::Options options() const
    {
        return {path(), ranking::Score::Output, ranking::Ties::Competition, 2};
    }
    [[nodiscard]] static ranking::Races::Options races()
    {
        ranking::Races::Options options;
        options.classes = {ClassId{1}};
        options.bests = [](ClassId) { return std::make_shared<const history::ClassBests>(); };
        options.on_name = [](RacerId, std::string_view) {};
        return options;
    }
    [[nodiscard]] RaceRecorder::Way way(bool log = true)
    {
        return {ranking, store, log ? &checkpoints : nullptr, [this](std::vector<ranking::RecordEvent> records) {
                    const std::lock_guard lock(mutex);
                    told.insert(told.end(), records.begin(), records.end());
                    changed.notify_all();
                }};
    }
    void ride(std::uint64_t order, std::int64_t race, double output, telemetry::Event event = telemetry::Event::Update)
    {
        ranking::Update update;
        update.arrival_order = order;
        update.arrival_ms = now_ms;
        update.race_id = RaceId{race};
        update.racer_id = RacerId{7};
        update.class_id = ClassId{1};
        update.second = static_cast<std::uint32_t>(order);
        update.output = output;
        update.event = event;
        ranking::UpdateBatch batch;
        batch.add(update, "Hubert");
        ranking.outbox(ShardId{1}).put(batch);
    }
    [[nodiscard]] std::optional<ranking::RaceResult> stored(std::int64_t race) const
    {
        return results::ResultReader(path()).result(ClassId{1}, RaceId{race}).value();
    }
};

}  // namespace

TEST_CASE("a race that has ended is written and its class record told, without anybody's asking", "[app][recorder]")
{
    RecorderFixture fixture;
    fixture.ranking.start();
    RaceRecorder recorder(fixture.way());
    recorder.start();
    fixture.ride(1, 5, 100);
    fixture.ride(2, 5, 110, telemetry::Event::Final);
    recorder.hurry();
    {
        std::unique_lock lock(fixture.mutex);
        REQUIRE(fixture.changed.wait_for(lock, seconds(60), [&] { return !fixture.told.empty(); }));
        CHECK(fixture.told.front().kind == ranking::RecordEvent::Kind::Class);
        CHECK(fixture.told.front().output == 110);
    }
    const auto stored = fixture.stored(5);
    REQUIRE(stored);
    CHECK_FALSE(stored->closed);
    REQUIRE(stored->rows.size() == 1);
    CHECK(stored->rows.front().total == 210);
    CHECK_FALSE(recorder.failure());
    fixture.ranking.stop();
    recorder.stop();
}

TEST_CASE("a stop writes everything: what ended, what is open, and how far it is", "[app][recorder]")
{
    RecorderFixture fixture;
    RaceRecorder recorder(fixture.way());
    recorder.start();
    fixture.ranking.start();
    fixture.ride(1, 5, 100, telemetry::Event::Final);
    fixture.ride(2, 6, 100);
    fixture.ranking.catch_up();
    fixture.ranking.stop();
    recorder.stop();
    CHECK(fixture.stored(5));
    CHECK_FALSE(fixture.stored(6));
    CHECK(fixture.checkpoints.races() == Positions{0, 2});

    results::Leaderboards boards;
    const results::ResultStore next(fixture.options(), boards);
    CHECK(next.checkpoint().applied == Positions{0, 2});
    RankingThread restored({RecorderFixture::races(), milliseconds(5), 2, {}}, [](auto&&) {});
    REQUIRE(restored.restore({next.checkpoint().applied, next.checkpoint().races, {}}));
    CHECK(restored.save(RankingThread::Save::All).applied == Positions{0, 2});
}

TEST_CASE("without a log results are written, and no position", "[app][recorder]")
{
    RecorderFixture fixture;
    RaceRecorder recorder(fixture.way(false));
    recorder.start();
    fixture.ranking.start();
    fixture.ride(1, 5, 100, telemetry::Event::Final);
    fixture.ranking.catch_up();
    fixture.ranking.stop();
    recorder.stop();
    CHECK(fixture.stored(5));
    CHECK(fixture.checkpoints.races() == Positions{0, 0});
    results::Leaderboards boards;
    const results::ResultStore next(fixture.options(), boards);
    CHECK(next.checkpoint().races.empty());
}

TEST_CASE("what it is asked to do is done by the thread that writes", "[app][recorder]")
{
    RecorderFixture fixture;
    fixture.ranking.start();
    RaceRecorder recorder(fixture.way());
    recorder.start();
    std::promise<std::thread::id> first;
    std::promise<std::thread::id> second;
    recorder.ask([&](results::ResultStore&) { first.set_value(std::this_thread::get_id()); });
    recorder.ask([&](results::ResultStore&) { second.set_value(std::this_thread::get_id()); });
    const auto thread = first.get_future().get();
    CHECK(thread == second.get_future().get());
    CHECK(thread != std::this_thread::get_id());
    fixture.ranking.stop();
    recorder.stop();
}

TEST_CASE("what was released for a closed race is written into its result, and told", "[app][recorder]")
{
    RecorderFixture fixture;
    std::set<RaceRecorder::RaceKey> amended;
    auto way = fixture.way();
    way.amended = [&](const auto& races) {
        const std::lock_guard lock(fixture.mutex);
        amended = races;
        fixture.changed.notify_all();
    };
    RaceRecorder recorder(std::move(way));
    fixture.ranking.start();
    fixture.ride(1, 5, 100, telemetry::Event::Final);
    fixture.ranking.catch_up();
    fixture.now_ms += 400'000;  // the race closes
    fixture.ranking.catch_up();
    recorder.start();
    ranking::Update released;
    released.arrival_order = 2;
    released.arrival_ms = fixture.now_ms;
    released.race_id = RaceId{5};
    released.racer_id = RacerId{7};
    released.class_id = ClassId{1};
    released.second = 2;
    released.output = 150;
    released.verdict = Verdict::let_go();
    {
        std::unique_lock lock(fixture.mutex);
        REQUIRE(fixture.changed.wait_for(lock, seconds(60), [&] { return !fixture.told.empty(); }));
    }
    ranking::UpdateBatch batch;
    batch.add(released, "Hubert");
    fixture.ranking.outbox(ShardId{1}).put(batch);
    {
        std::unique_lock lock(fixture.mutex);
        REQUIRE(fixture.changed.wait_for(lock, seconds(60), [&] { return !amended.empty(); }));
    }
    CHECK(amended == std::set<RaceRecorder::RaceKey>{{ClassId{1}, RaceId{5}}});
    const auto stored = fixture.stored(5);
    REQUIRE(stored);
    CHECK(stored->closed);
    CHECK(stored->rows.front().output == 150);
    CHECK(stored->rows.front().total == 250);
    CHECK(fixture.boards.find(ClassId{1}, RacerId{7})->record.score == 150);
    fixture.ranking.stop();
    recorder.stop();
}
