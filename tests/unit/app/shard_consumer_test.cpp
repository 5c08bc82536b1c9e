#include "shard_consumer.hpp"

#include "way_fixture.hpp"

#include <memory>
#include <mutex>

using namespace alleycat;
using namespace alleycat::app;

namespace {

constexpr ShardId kShard{1};
constexpr auto kInterval = milliseconds(60'000);
constexpr stream::SequenceNumber kStored = 3;  // of the shard, in files of the delivery

/// The windows that came, in their order.
class Arrived {
public:
    void add(delivery::Delivered window)
    {
        const std::lock_guard lock(mutex_);
        windows_.push_back(std::move(window));
    }
    [[nodiscard]] std::vector<delivery::Delivered> windows() const
    {
        const std::lock_guard lock(mutex_);
        return windows_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<delivery::Delivered> windows_;  // guarded by mutex_
};

struct ConsumerFixture : WayFixture {
    Arrived arrived;
    delivery::DeliveryPool delivery{pool_options(),
                                    [this](delivery::Delivered window) { arrived.add(std::move(window)); }};
    std::unique_ptr<ShardConsumer> consumer;

    /// With what an earlier process brought into history and races.
    explicit ConsumerFixture(stream::SequenceNumber history = 0, stream::SequenceNumber races = 0,
                             std::uint64_t window_bytes = 1'000)
    {
        REQUIRE(checkpoints.save_history({0, history}));
        checkpoints.note_races({0, races});
        consumer = std::make_unique<ShardConsumer>(
            kShard, delivery::WindowHints{kInterval, window_bytes},
            ShardConsumer::Way{ranking, delivery, ledger, checkpoints, erased, {0, kStored}});
    }
    [[nodiscard]] delivery::DeliveryPool::Options pool_options() const
    {
        delivery::DeliveryPool::Options options;
        options.shards = kShards;
        options.workers = 1;
        options.directory = directory.path() / "delivery";
        options.objects = false;
        return options;
    }

    void consume(stream::SequenceNumber sequence, bool replayed = false, std::uint32_t bytes = 1)
    {
        stream::Entry entry;
        entry.sequence = sequence;
        entry.replayed = replayed;
        entry.second = static_cast<std::uint32_t>(sequence);
        entry.racer_id = RacerId{7};
        entry.class_id = ClassId{1};
        entry.output = 100;
        const std::string data(bytes, 'x');
        entry.data = data;
        entry.name = "Hubert";
        consumer->consume(entry, now);
    }
    void consume_judged(stream::SequenceNumber sequence, Verdict verdict)
    {
        stream::Entry entry;
        entry.sequence = sequence;
        entry.second = static_cast<std::uint32_t>(sequence);
        entry.race_id = RaceId{10};
        entry.racer_id = RacerId{7};
        entry.class_id = ClassId{1};
        entry.output = 100;
        entry.data = "x";
        entry.name = "Hubert";
        entry.verdict = verdict;
        consumer->consume(entry, now);
    }
    void refuse(stream::SequenceNumber sequence)
    {
        stream::Entry entry;
        entry.sequence = sequence;
        entry.replayed = true;
        entry.data = "x";
        consumer->refuse(entry, {Errc::OutOfRange, "second: must be a whole number from 1 to 300", ""}, now);
    }
    [[nodiscard]] std::size_t waiting() const { return delivery.state().waiting; }
    /// Delivers what waits, and ends the workers.
    std::vector<delivery::Delivered> windows()
    {
        delivery.start();
        CHECK(delivery.stop(SteadyTime::max()) == 0);
        return arrived.windows();
    }
    /// What the races were given.
    std::vector<ranking::Update> updates()
    {
        ranking::UpdateBatch batch;
        ranking.outbox(kShard).take(batch);
        return batch.updates;
    }
    /// The arrival orders that the races were given.
    std::vector<std::uint64_t> ranked()
    {
        ranking::UpdateBatch batch;
        ranking.outbox(kShard).take(batch);
        std::vector<std::uint64_t> orders;
        for (const auto& update : batch.updates) {
            orders.push_back(update.arrival_order);
        }
        return orders;
    }
};

}  // namespace

TEST_CASE("a shard is read from where history and races both are", "[app][consumer]")
{
    CHECK(ConsumerFixture(0, 0).consumer->position() == 0);
    CHECK(ConsumerFixture(10, 5).consumer->position() == 5);
    CHECK(ConsumerFixture(5, 10).consumer->position() == 5);
    CHECK(ConsumerFixture(10, 5).consumer->seen() == 10);
    CHECK(ConsumerFixture(5, 10).consumer->seen() == 10);
    CHECK(ConsumerFixture(1, 2).consumer->seen() == kStored);
    CHECK(ConsumerFixture(5, 10).consumer->checkpoint() == 5);
}

TEST_CASE("what the history has already goes to the races only", "[app][consumer]")
{
    ConsumerFixture fixture(10, 7);
    for (const stream::SequenceNumber sequence : {8U, 10U, 11U, 13U}) {
        fixture.consume(sequence, true);
    }
    fixture.refuse(9);
    fixture.refuse(14);
    static_cast<void>(fixture.consumer->end_batch(fixture.now));
    CHECK(fixture.ranked() == std::vector<std::uint64_t>{8, 10, 11, 13});
    fixture.consumer->finish();
    const auto windows = fixture.windows();
    REQUIRE(windows.size() == 1);
    CHECK(windows[0].shard == kShard);
    CHECK(windows[0].samples.size() == 2);
    CHECK(windows[0].failed == 1);
    CHECK(windows[0].last_sequence == 14);
}

TEST_CASE("the ledger has replayed records from the log, and new ones from the stream", "[app][consumer]")
{
    ConsumerFixture fixture(10, 10);
    const auto door = fixture.ledger.add_door("mqtt");
    fixture.consume(9, true);  // in the history: an earlier process's books
    fixture.refuse(10);
    fixture.consume(11, true);
    fixture.consume(12, true);
    fixture.refuse(13);
    CHECK(fixture.ledger.totals().accepted() == 0);
    static_cast<void>(fixture.consumer->end_batch(fixture.now));
    CHECK(fixture.ledger.totals().accepted() == 3);
    CHECK(fixture.ledger.totals().in_delivery == 3);
    fixture.ledger.accept(door, 2);
    fixture.consume(14);
    fixture.consume(15);
    static_cast<void>(fixture.consumer->end_batch(fixture.now));
    static_cast<void>(fixture.consumer->end_batch(fixture.now));
    CHECK(fixture.ledger.totals().accepted() == 5);
    CHECK(fixture.ledger.totals().in_stream == 0);
    CHECK(fixture.ledger.totals().in_delivery == 5);
}

TEST_CASE("what was replayed is delivered at once when the replay ends", "[app][consumer]")
{
    ConsumerFixture fixture;
    fixture.consume(1, true);
    CHECK(fixture.consumer->end_batch(fixture.now) == fixture.now + kInterval);
    CHECK(fixture.waiting() == 0);
    fixture.consumer->end_replay();
    static_cast<void>(fixture.consumer->end_batch(fixture.now));
    CHECK(fixture.waiting() == 1);
    fixture.consume(2);
    CHECK(fixture.consumer->end_batch(fixture.now) == fixture.now + kInterval);
    CHECK(fixture.waiting() == 1);  // new records wait for their interval
}

TEST_CASE("a replay that brings nothing delivers nothing early", "[app][consumer]")
{
    ConsumerFixture fixture;
    fixture.consumer->end_replay();
    CHECK(fixture.consumer->end_batch(fixture.now) == SteadyTime::max());
    fixture.consume(1);
    CHECK(fixture.consumer->end_batch(fixture.now) == fixture.now + kInterval);
    CHECK(fixture.waiting() == 0);
}

TEST_CASE("a window that finds delivery full stays, grows, and is tried again soon", "[app][consumer]")
{
    ConsumerFixture fixture;
    fixture.consume(1, false, 1'000);
    static_cast<void>(fixture.consumer->end_batch(fixture.now));
    CHECK(fixture.waiting() == 1);  // no more of a shard wait there
    fixture.consume(3, true);
    fixture.consumer->end_replay();
    const auto again = fixture.consumer->end_batch(fixture.now);
    CHECK(again > fixture.now);
    CHECK(again < fixture.now + seconds(1));
    fixture.consume(4);
    CHECK(fixture.consumer->end_batch(fixture.now) < fixture.now + seconds(1));  // still overdue
    CHECK(fixture.consumer->ready(fixture.now));
    fixture.consume(5, false, delivery::Windower::kMaxGrowth * 1'000);
    CHECK_FALSE(fixture.consumer->ready(fixture.now));
    fixture.delivery.start();
    fixture.consumer->finish();  // which waits for room
    CHECK(fixture.delivery.stop(SteadyTime::max()) == 0);
    const auto windows = fixture.arrived.windows();
    REQUIRE(windows.size() == 2);
    CHECK(windows[1].samples.size() == 3);
    CHECK(windows[1].last_sequence == 5);
}

TEST_CASE("a shard waits while the races do not keep up", "[app][consumer]")
{
    ConsumerFixture fixture(0, 0, std::uint64_t{128} << 20);
    stream::SequenceNumber sequence = 0;
    while (fixture.consumer->ready(fixture.now) && sequence < 2 * ranking::Outbox::kCapacity) {
        fixture.consume(++sequence, false, 0);
        static_cast<void>(fixture.consumer->end_batch(fixture.now));
    }
    CHECK(sequence == ranking::Outbox::kCapacity);
    CHECK(fixture.ranked().size() == sequence);
    CHECK(fixture.consumer->ready(fixture.now));
}

TEST_CASE("a held record goes to the races as a mark, and rides in its window without counting", "[app][consumer]")
{
    ConsumerFixture fixture;
    Suspicions slew;
    slew.add(Suspicion::Slew);
    fixture.consume_judged(4, {});
    fixture.consume_judged(5, {slew, false});
    fixture.consume_judged(6, {slew, true});
    fixture.consume_judged(7, Verdict::let_go());
    static_cast<void>(fixture.consumer->end_batch(fixture.now));
    const auto updates = fixture.updates();
    REQUIRE(updates.size() == 4);
    CHECK_FALSE(updates[0].verdict.suspect());
    CHECK((updates[1].verdict.suspect() && !updates[1].verdict.held()));
    CHECK(updates[2].verdict.held());
    CHECK(updates[3].verdict.released());
    fixture.consumer->finish();
    const auto windows = fixture.windows();
    REQUIRE(windows.size() == 1);
    CHECK(windows[0].samples.size() == 3);
    CHECK(windows[0].held == 1);
    CHECK(windows[0].last_sequence == 7);
}

TEST_CASE("new records get numbers above those that are kept in quarantine", "[app][consumer]")
{
    ConsumerFixture fixture(1, 2);
    const auto seen = [&fixture](std::vector<stream::SequenceNumber> kept) {
        return ShardConsumer(kShard, {},
                             ShardConsumer::Way{fixture.ranking,
                                                fixture.delivery,
                                                fixture.ledger,
                                                fixture.checkpoints,
                                                fixture.erased,
                                                {0, kStored},
                                                std::move(kept)})
            .seen();
    };
    CHECK(seen({}) == kStored);
    CHECK(seen({99}) == kStored);
    CHECK(seen({0, 99}) == 99);
}
