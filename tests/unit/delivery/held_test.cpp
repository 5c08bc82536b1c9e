#include "pool_fixture.hpp"

using namespace alleycat;
using namespace alleycat::delivery;

namespace {

Suspicions slew()
{
    Suspicions suspicions;
    suspicions.add(Suspicion::Slew);
    return suspicions;
}

/// What was kept of held records, by sequence.
class Kept {
public:
    /// As DeliveryPool::Options::keep; fails while it is told to.
    Result<void> keep(const Window& window)
    {
        const std::lock_guard lock(mutex_);
        ++attempts_;
        if (failures_ != 0) {
            --failures_;
            return make_error_code(boost::system::errc::no_space_on_device);
        }
        for (const auto& held : window.held) {
            sequences_.push_back(held.record.sequence);
            texts_.emplace_back(window.data(held.record));
        }
        return {};
    }
    void fail(std::size_t times) { failures_ = times; }
    [[nodiscard]] std::vector<std::uint64_t> sequences() const
    {
        const std::lock_guard lock(mutex_);
        return sequences_;
    }
    [[nodiscard]] Lines texts() const
    {
        const std::lock_guard lock(mutex_);
        return texts_;
    }
    [[nodiscard]] std::size_t attempts() const
    {
        const std::lock_guard lock(mutex_);
        return attempts_;
    }

private:
    mutable std::mutex mutex_;
    std::size_t failures_{0};
    std::size_t attempts_{0};
    std::vector<std::uint64_t> sequences_;
    Lines texts_;
};

struct HeldFixture : PoolFixture {
    Kept kept;

    HeldFixture()
    {
        options.keep = [this](const Window& window) { return kept.keep(window); };
        options.wait = [](std::chrono::milliseconds) { return true; };
    }
    /// Hands on what the pool made of this window.
    Delivered deliver(Window window)
    {
        auto& made = make();
        made.start();
        CHECK(made.try_deliver(window));
        CHECK(made.stop(kLater) == 0);
        return handed.all().back();
    }
};

void hold(WindowMaker& maker, std::uint64_t sequence, const std::string& data = "held")
{
    maker.windower.hold({sequence, kArrival, false, "key", data}, {ClassId{1}, 3, RacerId{7}, 120}, RaceId{10}, slew(),
                        SteadyTime{});
}

}  // namespace

TEST_CASE("a held record rides in its window, beside those that count", "[delivery][held]")
{
    WindowMaker maker;
    CHECK(maker.windower.empty());
    hold(maker, 4, "the data");
    CHECK_FALSE(maker.windower.empty());
    maker.add(5);
    hold(maker, 6);
    const auto window = maker.take();
    CHECK(window.records.size() == 1);
    REQUIRE(window.held.size() == 2);
    CHECK(window.size() == 3);
    CHECK(window.last_sequence() == 6);
    CHECK(window.data(window.held[0].record) == "the data");
    CHECK(window.partition_key(window.held[0].record) == "key");
    CHECK(window.held[0].race_id == RaceId{10});
    CHECK(window.held[0].reasons == slew());
    CHECK(window.held[0].record.sample.racer_id == RacerId{7});
    CHECK(maker.windower.empty());
}

TEST_CASE("what is held goes to who keeps it, and into no object and no history", "[delivery][held]")
{
    HeldFixture fixture;
    WindowMaker maker;
    maker.add(1);
    hold(maker, 2, R"({"second":2})");
    maker.add(3);
    const auto delivered = fixture.deliver(maker.take());
    CHECK(delivered.samples.size() == 2);
    CHECK(delivered.held == 1);
    CHECK(delivered.dropped == 0);
    CHECK(delivered.last_sequence == 3);
    CHECK(fixture.kept.sequences() == std::vector<std::uint64_t>{2});
    CHECK(fixture.kept.texts() == Lines{R"({"second":2})"});
    CHECK(fixture.pool->counters().object_records == 2);
}

TEST_CASE("a window that holds nothing else is delivered too", "[delivery][held]")
{
    HeldFixture fixture;
    WindowMaker maker;
    hold(maker, 2);
    const auto delivered = fixture.deliver(maker.take());
    CHECK(delivered.held == 1);
    CHECK(delivered.last_sequence == 2);
    CHECK(fixture.pool->counters().objects == 0);
}

TEST_CASE("a window counts as delivered only once what it holds is kept", "[delivery][held]")
{
    HeldFixture fixture;
    fixture.kept.fail(3);
    WindowMaker maker;
    maker.add(1);
    hold(maker, 2);
    CHECK(fixture.deliver(maker.take()).held == 1);
    CHECK(fixture.kept.attempts() == 4);
    CHECK(fixture.kept.sequences() == std::vector<std::uint64_t>{2});
    CHECK(fixture.pool->counters().disk_failures == 3);
    CHECK(fixture.pool->counters().objects == 1);
}

TEST_CASE("what could not be kept until the stop is left to the log", "[delivery][held]")
{
    HeldFixture fixture;
    fixture.kept.fail(1'000'000);
    fixture.options.wait = [](std::chrono::milliseconds) { return false; };
    auto& pool = fixture.make();
    pool.start();
    WindowMaker maker;
    maker.add(1);
    hold(maker, 2);
    auto window = maker.take();
    REQUIRE(pool.try_deliver(window));
    CHECK(pool.stop(kLater) == 2);
    CHECK(fixture.handed.all().empty());
    CHECK(pool.counters().objects == 0);
}
