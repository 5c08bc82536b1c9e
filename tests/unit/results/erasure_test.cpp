#include "results_fixture.hpp"

#include <random>

using namespace alleycat;
using namespace alleycat::results;

namespace {

constexpr RacerId kRacer{7};
constexpr std::string_view kName = "Hubertine the Unforgettable";

ResultRow named(double output, std::int64_t last_ms)
{
    auto made = row(raw(kRacer), output, last_ms);
    made.name = kName;
    return made;
}

}  // namespace

TEST_CASE("who is erased is gone from every table and board", "[results]")
{
    StoreFixture fixture;
    fixture.write({race(1, 1, {named(100, 1'000), row(9, 50)}), race(1, 2, {named(120, 2'000)}),
                   race(2, 1, {named(120, 2'000)}), race(3, 1, {row(9, 50)})});
    const auto erased = value_of(fixture.store->erase(kRacer, 5'000));
    CHECK(erased.results == 3);
    CHECK(erased.class_records == 2);
    CHECK(erased.racer);
    for (int start = 0; start < 2; ++start) {
        const auto reader = fixture.reader();
        CHECK(value_of(reader.races_of(kRacer, std::nullopt, 10)).empty());
        CHECK_FALSE(value_of(reader.racer(kRacer)));
        CHECK(value_of(reader.race(ClassId{1}, RaceId{1}))->racers == 1);
        CHECK_FALSE(value_of(reader.race(ClassId{1}, RaceId{2})));
        CHECK_FALSE(fixture.boards->find(ClassId{1}, kRacer));
        CHECK(fixture.boards->page(ClassId{2}, 0, 10).total == 0);
        CHECK(fixture.problems().empty());
        CHECK(fixture.exported().find(kName) == std::string::npos);
        fixture.open();
    }
    const auto again = value_of(fixture.store->erase(kRacer, 5'000));
    CHECK(again.results + again.class_records == 0);
    CHECK_FALSE(again.racer);
}

TEST_CASE("an erased racer's results of before do not come back, later ones do", "[results]")
{
    StoreFixture fixture;
    fixture.write(race(1, 1, {named(100, 1'000), row(9, 50)}, false));
    value_of(fixture.store->erase(kRacer, 2'000));
    for (int start = 0; start < 2; ++start) {
        CHECK(
            fixture.write({race(1, 1, {named(100, 1'000), row(9, 50)}, false), race(1, 2, {named(110, 2'000)}, false)})
                .empty());
        CHECK(value_of(fixture.reader().race(ClassId{1}, RaceId{1}))->racers == 1);
        CHECK_FALSE(value_of(fixture.reader().racer(kRacer)));
        fixture.open();
    }
    CHECK(fixture.write(race(1, 2, {named(90, 2'001)})).size() == 1);
    CHECK(value_of(fixture.reader().racer(kRacer))->first_ms == 1'501);

    // The erasure goes on after a crash, and leaves alone what has come since.
    fixture.write(race(1, 3, {named(100, 3'000)}));
    CHECK(value_of(fixture.store->erase(kRacer, 2'000)).results == 0);
    CHECK(fixture.records().front().score == 100);
    // Asked for again in between, the record goes, and a lesser one of later takes its place.
    fixture.write(race(1, 4, {named(95, 4'000)}));
    const auto erased = value_of(fixture.store->erase(kRacer, 3'000));
    CHECK(erased.results == 2);
    CHECK(erased.class_records == 1);
    CHECK_FALSE(erased.racer);
    CHECK(fixture.records().front() == ClassRecord{kRacer, 95, RaceId{4}, 4'300});
    CHECK(value_of(fixture.reader().racer(kRacer))->first_ms == 3'500);
    CHECK(fixture.problems().empty());
}

TEST_CASE("erasures are kept until they are done and forgotten", "[results]")
{
    StoreFixture fixture;
    value_of(fixture.store->erase(RacerId{8}, 2'000));
    value_of(fixture.store->erase(kRacer, 1'000));
    CHECK(fixture.store->forget_erasures(9'000).has_value());
    fixture.open();
    auto erasures = value_of(fixture.store->erasures());
    REQUIRE(erasures.size() == 2);
    CHECK(erasures[0].racer_id == kRacer);
    CHECK(erasures[0].asked_ms == 1'000);
    CHECK_FALSE(erasures[0].done);
    CHECK(value_of(fixture.reader().erasures()).size() == 2);

    REQUIRE(fixture.store->finish_erasure(kRacer, R"({"results":0})").has_value());
    REQUIRE(fixture.store->finish_erasure(RacerId{8}, "{}").has_value());
    CHECK(value_of(fixture.store->erasures())[0].report == R"({"results":0})");
    // Told of the same once more, it remains done; asked for again, it is not.
    value_of(fixture.store->erase(kRacer, 1'000));
    CHECK(value_of(fixture.store->erasures())[0].done);
    value_of(fixture.store->erase(kRacer, 1'500));
    CHECK_FALSE(value_of(fixture.store->erasures())[0].done);
    REQUIRE(fixture.store->finish_erasure(kRacer, "{}").has_value());

    CHECK(fixture.store->forget_erasures(2'000).has_value());
    erasures = value_of(fixture.store->erasures());
    REQUIRE(erasures.size() == 1);
    CHECK(erasures[0].racer_id == RacerId{8});
    CHECK(fixture.write(race(1, 1, {named(100, 1'000)})).size() == 1);
}

TEST_CASE("no byte of erased racers is left in the files", "[results]")
{
    constexpr std::uint64_t kRacers = 200;
    const auto goes = [](std::uint64_t racer) { return racer % 10 == 7; };
    StoreFixture fixture;
    // Pages fill in no order and split; rows are told again longer; a checkpoint comes and goes.
    std::mt19937 random(1);
    for (std::int64_t race_id = 0; race_id < 60; ++race_id) {
        std::vector<ResultRow> rows;
        for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
            if (random() % 2 == 0) {
                rows.push_back(row(racer, 100 + static_cast<double>(race_id)));
                rows.back().name = goes(racer) ? kName : rows.back().name;
            }
        }
        auto longer = rows;
        for (auto& each : longer) {
            each.name += " the second, of a longer name than before";
        }
        fixture.write({race(1, race_id * 7 % 60, rows, false), race(1, race_id * 7 % 60, std::move(longer))});
    }
    Batch with;
    with.checkpoint = Checkpoint{{1, 1}, std::string(50'000, '-') + std::string(kName)};
    fixture.write(with);
    const auto is_there = [&fixture] {
        const auto path = fixture.options.path.string();
        return (read_file(path) + read_file(path + "-wal")).find(kName) != std::string::npos;
    };
    REQUIRE(is_there());

    Batch without;
    without.checkpoint = Checkpoint{{2, 2}, "-"};
    fixture.write(without);
    for (std::uint64_t racer = 0; racer < kRacers; ++racer) {
        if (goes(racer)) {
            value_of(fixture.store->erase(RacerId{racer}, 5'000));
        }
    }
    REQUIRE(fixture.store->finish_erasure(kRacer, "{}").has_value());
    CHECK_FALSE(is_there());
    CHECK(fixture.problems().empty());
    fixture.close();
    CHECK_FALSE(is_there());
}
