#include "results_fixture.hpp"
#include "schema.hpp"

using namespace alleycat;
using namespace alleycat::results;
using ranking::Amendment;

namespace {

constexpr std::int64_t kReleased = 9'000'000;

Amendment amendment(std::uint64_t racer, std::uint32_t second, double output, bool final = false)
{
    return {ClassId{1}, RaceId{10}, RacerId{racer}, "Racer " + std::to_string(racer), second, final,
            output,     900,        kReleased};
}

/// A racer who rode every second from 1 on, with these outputs.
ResultRow ridden(std::uint64_t racer, const std::vector<double>& outputs)
{
    auto made = row(racer, outputs.back());
    made.second = static_cast<std::uint32_t>(outputs.size());
    made.total = 0;
    made.best = 0;
    for (const auto output : outputs) {
        made.total += output;
        made.best = std::max(made.best, output);
    }
    made.mean = made.total / static_cast<double>(outputs.size());
    made.finished = false;
    return made;
}

struct AmendedFixture : StoreFixture {
    using StoreFixture::StoreFixture;

    void amend(const std::vector<Amendment>& amendments)
    {
        Batch batch;
        batch.amendments = amendments;
        static_cast<void>(write(batch));
    }
    [[nodiscard]] ResultRow stored(std::uint64_t racer)
    {
        const auto result = value_of(reader().result(ClassId{1}, RaceId{10}));
        REQUIRE(result);
        for (const auto& row : result->rows) {
            if (row.racer_id == RacerId{racer}) {
                return row;
            }
        }
        FAIL("no such row");
        return {};
    }
};

}  // namespace

TEST_CASE("a released second counts in a closed race's row, once, and the boards follow", "[results][amend]")
{
    AmendedFixture fixture;
    fixture.write({race(1, 10, {ridden(7, {100, 110}), ridden(8, {120, 130})})});
    CHECK(fixture.records()[0].racer_id == RacerId{8});
    fixture.amend({amendment(7, 3, 150, true)});
    auto row = fixture.stored(7);
    CHECK(row.second == 3);
    CHECK(row.output == 150);
    CHECK(row.best == 150);
    CHECK(row.total == 360);
    CHECK(row.mean == 120);
    CHECK(row.finished);
    CHECK(row.order == 900);
    CHECK(fixture.records()[0].racer_id == RacerId{7});
    CHECK(fixture.records()[0].score == 150);
    fixture.open();
    fixture.amend({amendment(7, 3, 150, true), amendment(7, 3, 140)});
    CHECK(fixture.stored(7) == row);
    fixture.amend({amendment(7, 3, 160)});  // another copy of the second, and higher
    row = fixture.stored(7);
    CHECK(row.total == 370);
    CHECK(row.output == 160);
    CHECK(fixture.problems().empty());
}

TEST_CASE("a released second inside a ride fills its gap", "[results][amend]")
{
    AmendedFixture fixture;
    auto gap = ridden(7, {100, 110});
    gap.second = 3;  // seconds 1 and 3
    fixture.write({race(1, 10, {gap})});
    fixture.amend({amendment(7, 2, 240)});
    const auto row = fixture.stored(7);
    CHECK(row.second == 3);
    CHECK(row.output == 110);
    CHECK(row.best == 240);
    CHECK(row.total == 450);
    CHECK(row.mean == 150);
    CHECK(row.order == gap.order);         // the score has not changed
    fixture.amend({amendment(7, 1, 90)});  // a second that the row has already
    CHECK(fixture.stored(7).total == 450);
}

TEST_CASE("a racer all of whose records were held gets a row", "[results][amend]")
{
    AmendedFixture fixture;
    fixture.write({race(1, 10, {ridden(8, {120})})});
    fixture.amend({amendment(7, 2, 150), amendment(7, 3, 130)});
    const auto row = fixture.stored(7);
    CHECK(row.name == "Racer 7");
    CHECK(row.second == 3);
    CHECK(row.output == 130);
    CHECK(row.total == 280);
    CHECK(row.mean == 140);
    CHECK(row.finished);
    CHECK_FALSE(row.unverified);
    CHECK(value_of(fixture.reader().race(ClassId{1}, RaceId{10}))->racers == 2);
    CHECK(fixture.problems().empty());
}

TEST_CASE("a race in which everything was held is stored with the first release", "[results][amend]")
{
    AmendedFixture fixture;
    fixture.amend({amendment(7, 2, 150)});
    const auto stored = value_of(fixture.reader().race(ClassId{1}, RaceId{10}));
    REQUIRE(stored);
    CHECK(stored->closed);
    CHECK(stored->start_ms == kReleased);
    CHECK(fixture.problems().empty());
}

TEST_CASE("what was released while the race was open is not counted again when the log is", "[results][amend]")
{
    AmendedFixture fixture;
    auto told = race(1, 10, {ridden(7, {100, 150})});
    told.released = {{RacerId{7}, 2, 150}};
    fixture.write(told);
    const auto row = fixture.stored(7);
    fixture.amend({amendment(7, 2, 150)});
    CHECK(fixture.stored(7) == row);
}

TEST_CASE("nothing of an erased person is amended", "[results][amend]")
{
    AmendedFixture fixture;
    fixture.write({race(1, 10, {ridden(7, {100}), ridden(8, {90})})});
    fixture.amend({amendment(7, 2, 150)});
    value_of(fixture.store->erase(RacerId{7}, kReleased));
    fixture.amend({amendment(7, 3, 150)});
    CHECK(value_of(fixture.reader().result(ClassId{1}, RaceId{10}))->rows.size() == 1);
    auto connection = fixture.connection();
    Statement select(connection, "SELECT count(*) FROM released");
    auto rows = select.query();
    REQUIRE(rows.next());
    CHECK(rows.integer(0) == 0);
}

TEST_CASE("of an erased person not even what was released is stored with a race", "[results][amend]")
{
    AmendedFixture fixture;
    value_of(fixture.store->erase(RacerId{7}, kReleased));
    auto told = race(1, 10, {ridden(7, {100, 150}), ridden(8, {90, 95})});
    told.released = {{RacerId{7}, 2, 150}, {RacerId{8}, 1, 90}};
    fixture.write(told);
    auto connection = fixture.connection();
    Statement select(connection, "SELECT group_concat(racer_id) FROM released");
    auto rows = select.query();
    REQUIRE(rows.next());
    CHECK(rows.text(0) == "8");
}

TEST_CASE("who is unverified is stored and read", "[results][amend]")
{
    AmendedFixture fixture;
    auto suspect = ridden(7, {100});
    suspect.unverified = true;
    fixture.write({race(1, 10, {suspect, ridden(8, {90})}, false)});
    CHECK(fixture.stored(7).unverified);
    CHECK_FALSE(fixture.stored(8).unverified);
    CHECK(value_of(fixture.reader().races_of(RacerId{7}, std::nullopt, 10))[0].row.unverified);
    CHECK(fixture.exported().find(R"("unverified":true})") != std::string::npos);
    suspect.second = 2;
    fixture.write({race(1, 10, {suspect})});
    fixture.amend({amendment(7, 3, 150)});
    CHECK(fixture.stored(7).unverified);
}

TEST_CASE("a database of version 1 is brought up, with results that nobody doubts", "[results][amend]")
{
    AmendedFixture fixture;
    fixture.close();
    for (const auto* part : {"", "-wal", "-shm"}) {
        std::filesystem::remove(fixture.options.path.string() + part);
    }
    {
        auto connection = fixture.connection();
        prepare_database(connection, migrations().first(1));
        connection.demand("INSERT INTO races VALUES (1, 10, 1000, 2000, 1, 1)");
        connection.demand("INSERT INTO racers VALUES (7, 'Hubert', 1000, 2000)");
        connection.demand(
            "INSERT INTO results VALUES (1, 10, 7, 1000, 'Hubert', 2, 1, 110.0, 110.0, 105.0, 210.0, 5, 1000, 2000)");
    }
    fixture.open();
    CHECK(fixture.problems().empty());
    CHECK_FALSE(fixture.stored(7).unverified);
    fixture.amend({amendment(7, 3, 150)});
    CHECK(fixture.stored(7).total == 360);
}
