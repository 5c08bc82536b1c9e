#include "results_fixture.hpp"

using namespace alleycat;
using namespace alleycat::results;
using Kind = RecordEvent::Kind;

namespace {

RecordEvent event(Kind kind, std::int64_t race_id, const ResultRow& row, std::optional<double> previous)
{
    return {kind, ClassId{1}, RaceId{race_id}, row.racer_id, row.name, row.second, row.output, previous};
}

}  // namespace

TEST_CASE("what was written is read back, also by the next start", "[results]")
{
    StoreFixture fixture;
    auto odd = row((std::uint64_t{1} << 53) - 1, 0.1, 9'000);
    odd.name = std::string("\"\xc3\xa9\0 \n", 6);
    odd.finished = false;
    odd.order = std::numeric_limits<std::uint64_t>::max();
    const auto first = race(1, std::numeric_limits<std::int64_t>::max() / 2'000, {row(7, 115.2), odd});
    const auto second = race(2'147'483'647, -5, {row(0, -1e-300)}, false);
    fixture.write({first, second});
    for (int start = 0; start < 2; ++start) {
        const auto reader = fixture.reader();
        CHECK(value_of(reader.result(first.class_id, first.race_id)) == first);
        CHECK(value_of(reader.result(second.class_id, second.race_id)) == second);
        CHECK_FALSE(value_of(reader.result(first.class_id, RaceId{6})));
        CHECK(value_of(reader.closed(first.class_id, first.race_id)));
        CHECK_FALSE(value_of(reader.closed(second.class_id, second.race_id)));
        CHECK_FALSE(value_of(reader.closed(ClassId{3}, second.race_id)));
        fixture.open();
    }
}

TEST_CASE("a checkpoint is stored together with its batch", "[results]")
{
    StoreFixture fixture;
    CHECK(fixture.store->checkpoint().applied == std::vector<std::uint64_t>{0, 0});
    CHECK(fixture.store->checkpoint().races.empty());
    // Many parts, one, none; and bytes of every kind.
    for (const std::size_t bytes : {1'000'000U, 262'144U, 262'145U, 262'145U, 100U, 0U, 5U}) {
        CAPTURE(bytes);
        Batch written = batch({race(1, static_cast<std::int64_t>(bytes), {row(7, 100)})});
        written.checkpoint = Checkpoint{{bytes + 1, bytes + 2}, std::string(bytes, '\0')};
        for (std::size_t at = 0; at < bytes; ++at) {
            written.checkpoint->races[at] = static_cast<char>((at * 31 + bytes) >> 3);
        }
        fixture.write(written);
        fixture.open();
        CHECK(fixture.store->checkpoint().applied == written.checkpoint->applied);
        CHECK((fixture.store->checkpoint().races == written.checkpoint->races));
        const auto read = value_of(fixture.reader().checkpoint(3));
        CHECK(read.applied == std::vector<std::uint64_t>{bytes + 1, bytes + 2, 0});
        CHECK((read.races == written.checkpoint->races));
    }
    fixture.write(race(1, 8, {}));
    fixture.open();
    CHECK(fixture.store->checkpoint().applied == std::vector<std::uint64_t>{6, 7});
}

TEST_CASE("positions of shards that are no more are kept", "[results]")
{
    StoreFixture fixture;
    Batch four;
    four.checkpoint = Checkpoint{{1, 2, 3, 4}, ""};
    fixture.write(four);
    Batch two;
    two.checkpoint = Checkpoint{{11, 12}, ""};
    fixture.write(two);
    fixture.options.shards = 6;
    fixture.open();
    CHECK(fixture.store->checkpoint().applied == std::vector<std::uint64_t>{11, 12, 3, 4, 0, 0});
}

TEST_CASE("a race told again replaces what was told, until it is closed", "[results]")
{
    StoreFixture fixture;
    fixture.write(race(1, 5, {row(7, 100), row(9, 90)}, false));
    const auto later = race(1, 5, {row(7, 80, 2'000), row(9, 95, 2'000), row(11, 70)});
    fixture.write(later);
    CHECK(value_of(fixture.reader().result(ClassId{1}, RaceId{5})) == later);
    CHECK(value_of(fixture.reader().race(ClassId{1}, RaceId{5}))->racers == 3);

    CHECK(fixture.write(race(1, 5, {row(7, 200), row(13, 1)}, false)).empty());
    CHECK(value_of(fixture.reader().result(ClassId{1}, RaceId{5})) == later);
    CHECK(fixture.records() == std::vector<ClassRecord>{{RacerId{9}, 95, RaceId{5}, 5'300},
                                                        {RacerId{7}, 80, RaceId{5}, 5'300},
                                                        {RacerId{11}, 70, RaceId{5}, 5'300}});
}

TEST_CASE("a racer has the latest name, and was seen from the first record to the last", "[results]")
{
    StoreFixture fixture;
    auto named = [](std::string name, std::int64_t last_ms) {
        auto made = row(7, 100, last_ms);
        made.name = std::move(name);
        return made;
    };
    fixture.write({race(1, 5, {named("new", 3'000)}), race(2, 4, {named("old", 2'000)}), race(1, 3, {row(8, 1)})});
    const auto racer = value_of(fixture.reader().racer(RacerId{7}));
    REQUIRE(racer);
    CHECK(racer->name == "new");
    CHECK(racer->first_ms == 1'500);
    CHECK(racer->last_ms == 3'000);
    CHECK_FALSE(value_of(fixture.reader().racer(RacerId{6})));

    fixture.open();
    std::vector<std::string> names;
    fixture.store->visit_names([&names](RacerId id, std::string_view name) {
        names.push_back(std::to_string(raw(id)) + " " + std::string(name));
    });
    CHECK(names == std::vector<std::string>{"7 new", "8 Racer 8"});
}

TEST_CASE("who beats their own record has a personal one, who beats everybody's that of the class", "[results]")
{
    StoreFixture fixture;
    // Nothing was there: one racer has the record of the class.
    CHECK(fixture.write(race(1, 1, {row(7, 100), row(8, 120), row(9, 120)})) ==
          std::vector<RecordEvent>{event(Kind::Personal, 1, row(7, 100), std::nullopt),
                                   event(Kind::Class, 1, row(8, 120), std::nullopt),
                                   event(Kind::Personal, 1, row(9, 120), std::nullopt)});
    CHECK(fixture.write(race(1, 2, {row(7, 110), row(8, 119), row(9, 120)})) ==
          std::vector<RecordEvent>{event(Kind::Personal, 2, row(7, 110), 100)});
    CHECK(fixture.write(race(1, 3, {row(7, 120), row(10, 5)})) ==
          std::vector<RecordEvent>{event(Kind::Personal, 3, row(7, 120), 110),
                                   event(Kind::Personal, 3, row(10, 5), std::nullopt)});
    CHECK(fixture.write(race(1, 4, {row(7, 120.5)})) ==
          std::vector<RecordEvent>{event(Kind::Class, 4, row(7, 120.5), 120)});
    CHECK(fixture.write(race(1, 5, {row(7, 121), row(11, 122)})) ==
          std::vector<RecordEvent>{event(Kind::Class, 5, row(7, 121), 120.5),
                                   event(Kind::Class, 5, row(11, 122), 120.5)});
}

TEST_CASE("a race that is told again with the same scores is no record again", "[results]")
{
    StoreFixture fixture;
    CHECK(fixture.write(race(1, 1, {row(7, 100)}, false)).size() == 1);
    CHECK(fixture.write(race(1, 1, {row(7, 100)}, false)).empty());
    CHECK(fixture.write(race(1, 1, {row(7, 90, 2'000)}, false)).empty());
    CHECK(fixture.write(race(1, 1, {row(7, 95, 3'000)}, true)) ==
          std::vector<RecordEvent>{event(Kind::Class, 1, row(7, 95), 90)});
}

TEST_CASE("a batch is told as one: what is taken back within it is no record", "[results]")
{
    StoreFixture fixture;
    CHECK(fixture.write({race(1, 1, {row(7, 100)}), race(1, 2, {row(7, 120)}, false), race(1, 2, {row(7, 90, 2'000)}),
                         race(1, 2, {row(7, 500)})}) ==
          std::vector<RecordEvent>{event(Kind::Class, 1, row(7, 100), std::nullopt)});
    CHECK(fixture.records() == std::vector<ClassRecord>{{RacerId{7}, 100, RaceId{1}, 1'300}});
}

TEST_CASE("of equal results the race that ended first has the record, then the lower race id", "[results]")
{
    StoreFixture fixture;
    auto ended = [](std::int64_t race_id, std::int64_t end_ms, bool closed = true) {
        auto made = race(1, race_id, {row(7, 100)}, closed);
        made.end_ms = end_ms;
        return made;
    };
    fixture.write(ended(5, 9'000));
    CHECK(fixture.records().front().race_id == RaceId{5});
    fixture.write(ended(6, 8'000, false));
    CHECK(fixture.records().front().race_id == RaceId{6});
    fixture.write(ended(4, 8'000));
    CHECK(fixture.records().front().race_id == RaceId{4});
    fixture.write(ended(3, 9'500));
    CHECK(fixture.records().front().race_id == RaceId{4});

    // A race that ends later when it is told again gives the record back.
    fixture.write(ended(2, 7'000, false));
    CHECK(fixture.records().front().race_id == RaceId{2});
    fixture.write(ended(2, 8'500));
    CHECK(fixture.records().front() == ClassRecord{RacerId{7}, 100, RaceId{4}, 8'000});
}

TEST_CASE("a race without any row is not stored", "[results]")
{
    StoreFixture fixture;
    CHECK(fixture.write(race(1, 1, {})).empty());
    CHECK_FALSE(value_of(fixture.reader().race(ClassId{1}, RaceId{1})));
    CHECK(fixture.problems().empty());
}
