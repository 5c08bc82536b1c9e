#include "pool_fixture.hpp"

#include <alleycat/delivery/file_span.hpp>
#include <alleycat/delivery/named_racers.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::delivery;

namespace {

/// Windows of racers whose ids are the sequence numbers, which arrive at kArrival + that.
struct ErasedFixture : PoolFixture {
    ErasedRacers erased;

    ErasedFixture() { options.erased = &erased; }

    Delivered deliver_one(WindowMaker& maker)
    {
        start();
        deliver(maker);
        REQUIRE(handed.wait_for(1));
        static_cast<void>(pool->stop(kLater));
        return handed.all().front();
    }
};

bool names(const std::string& text, std::uint64_t racer)
{
    return names_racer(text, [&](RacerId named) { return named == RacerId{racer}; });
}

}  // namespace

TEST_CASE("records of erased racers that arrived by then are neither stored nor handed on", "[delivery][erased]")
{
    ErasedFixture fixture;
    fixture.script->react = [](const auto& record) {
        return record.sequence == 4 ? "Transform.ProcessingFailed" : record.sequence == 5 ? "dropped" : "ok";
    };
    fixture.erased.add(RacerId{2}, kArrival + 2);
    fixture.erased.add(RacerId{3}, kArrival + 2);  // whose record came later
    fixture.erased.add(RacerId{4}, kArrival + 4);
    fixture.erased.add(RacerId{5}, kArrival + 5);
    const auto delivered = fixture.deliver_one(WindowMaker(1).add(1).add(2).add(3).add(4).add(5));
    CHECK(delivered.last_sequence == 5);
    CHECK(delivered.dropped == 3);
    CHECK(delivered.failed == 0);
    REQUIRE(delivered.samples.size() == 2);
    CHECK(delivered.samples[0].racer_id == RacerId{1});
    CHECK(delivered.samples[1].racer_id == RacerId{3});
    const auto files = fixture.directory.files();
    REQUIRE(files.size() == 1);
    CHECK(files[0].ends_with(file_id({ShardId{1}, 1, 5, true}) + ".gz"));
    CHECK(lines_in(fixture.directory.path() / files[0]) == Lines{record_text(1), record_text(3)});
    CHECK(fixture.pool->counters().dropped == 3);
    CHECK(fixture.pool->counters().object_records == 2);
}

TEST_CASE("a record that is not valid is dropped where it names an erased racer", "[delivery][erased]")
{
    ErasedFixture fixture;
    fixture.erased.add(RacerId{7}, kArrival + 10);
    const auto delivered = fixture.deliver_one(WindowMaker()
                                                   .add_invalid(1, R"({"racerId": 7, "name":"Hu)")
                                                   .add_invalid(2, R"({"racerId": 8, "name":"Hu)")
                                                   .add_invalid(11, R"({"racerId": 7})"));
    CHECK(delivered.dropped == 1);
    CHECK(delivered.failed == 2);
    CHECK(fixture.directory.files().size() == 1);
}

TEST_CASE("a window of nothing but erased racers makes no file", "[delivery][erased]")
{
    ErasedFixture fixture;
    fixture.erased.add(RacerId{1}, kArrival + 1);
    const auto delivered = fixture.deliver_one(WindowMaker().add(1));
    CHECK(delivered.dropped == 1);
    CHECK(delivered.last_sequence == 1);
    CHECK(delivered.samples.empty());
    CHECK(fixture.directory.files().empty());
}

TEST_CASE("what a transform makes into a record of an erased racer is dropped too", "[delivery][erased]")
{
    class Renamer final : public Transform {
    public:
        [[nodiscard]] std::string_view name() const override { return "renamer"; }
        [[nodiscard]] bool apply(const Window& window, Outcomes& outcomes) override
        {
            for (const auto& record : window.records) {
                outcomes.ok(record, window.data(record), sample(99));
            }
            return true;
        }
    };
    ErasedFixture fixture;
    fixture.options.make_transform = [] { return std::make_unique<Renamer>(); };
    fixture.erased.add(RacerId{99}, kArrival + 1);
    const auto delivered = fixture.deliver_one(WindowMaker().add(1).add(2));
    CHECK(delivered.dropped == 1);
    CHECK(delivered.samples.size() == 1);
}

TEST_CASE("without a log, records of erased racers are not handed on at the stop either", "[delivery][erased]")
{
    ErasedFixture fixture;
    fixture.options.log = false;
    fixture.erased.add(RacerId{1}, kArrival + 1);
    auto& pool = fixture.make();
    fixture.deliver(WindowMaker(0).add(1).add(2));
    CHECK(pool.stop(kLater) == 0);
    REQUIRE(fixture.handed.all().size() == 1);
    CHECK(fixture.handed.all()[0].samples.size() == 1);
    CHECK(fixture.handed.all()[0].dropped == 1);
}

TEST_CASE("a racer is named by the number behind the key, however it is written", "[delivery][erased]")
{
    CHECK(names(record_text(7), 7));
    CHECK(names(R"([{"racerId":8},{ "racerId" : 7 }])", 7));
    CHECK(names(R"({"racerId":7.0})", 7));
    CHECK(names(R"({"racerId":70e-1})", 7));
    CHECK(names(R"({"racerId":"7"})", 7));
    CHECK(names(R"({"racer\u0049d":7)", 7));
    CHECK(names("\xFF\"racerId\"\n:\t7", 7));
    CHECK(names(R"({"racerId":9007199254740991})", 9007199254740991));
    CHECK_FALSE(names(record_text(77), 7));
    CHECK_FALSE(names(R"({"racerId":7.5})", 7));
    CHECK_FALSE(names(R"({"racerId":-7,"cadence":7})", 7));
    CHECK_FALSE(names(R"({"racerId")", 7));
    CHECK_FALSE(names(R"({"racerId":)", 7));
    CHECK_FALSE(names(R"({"racerId":null,"raceId":7})", 7));
    CHECK_FALSE(names("", 7));
}
