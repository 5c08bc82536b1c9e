#include "results_fixture.hpp"

using namespace alleycat;
using namespace alleycat::results;

namespace {

/// A database of three racers and three races in two classes, and one erasure.
struct SmallDatabase : StoreFixture {
    SmallDatabase()
    {
        auto late = row(9, 98.55, 3'000);
        late.name = "Gr\xc3\xbc\xc3\x9f \"G\"";
        late.finished = false;
        write({race(2, 5, {row(7, 115.2)}, false), race(1, 5, {row(7, 115.2), late}), race(1, -6, {row(8, 0.1)})});
        value_of(store->erase(RacerId{70}, 5'000));
    }
};

}  // namespace

TEST_CASE("an export is one text: lines of JSON by table and key", "[results]")
{
    const SmallDatabase fixture;
    CHECK(fixture.exported() ==
          R"({"table":"races","classId":1,"raceId":-6,"startMs":-6000,"endMs":-5700,"closed":true,"racers":1}
{"table":"races","classId":1,"raceId":5,"startMs":5000,"endMs":5300,"closed":true,"racers":2}
{"table":"races","classId":2,"raceId":5,"startMs":5000,"endMs":5300,"closed":false,"racers":1}
{"table":"results","classId":1,"raceId":-6,"racerId":8,"name":"Racer 8","second":300,"finished":true,"output":0.1,"best":10.1,"mean":199.9,"total":59970,"arrival":1000,"firstMs":500,"lastMs":1000,"unverified":false}
{"table":"results","classId":1,"raceId":5,"racerId":7,"name":"Racer 7","second":300,"finished":true,"output":115.2,"best":125.2,"mean":84.8,"total":25440,"arrival":1000,"firstMs":500,"lastMs":1000,"unverified":false}
{"table":"results","classId":1,"raceId":5,"racerId":9,"name":"Grüß \"G\"","second":300,"finished":false,"output":98.55,"best":108.55,"mean":101.45,"total":30435,"arrival":3000,"firstMs":2500,"lastMs":3000,"unverified":false}
{"table":"results","classId":2,"raceId":5,"racerId":7,"name":"Racer 7","second":300,"finished":true,"output":115.2,"best":125.2,"mean":84.8,"total":25440,"arrival":1000,"firstMs":500,"lastMs":1000,"unverified":false}
{"table":"class_records","classId":1,"racerId":7,"score":115.2,"raceId":5,"achievedMs":5300}
{"table":"class_records","classId":1,"racerId":8,"score":0.1,"raceId":-6,"achievedMs":-5700}
{"table":"class_records","classId":1,"racerId":9,"score":98.55,"raceId":5,"achievedMs":5300}
{"table":"class_records","classId":2,"racerId":7,"score":115.2,"raceId":5,"achievedMs":5300}
{"table":"racers","racerId":7,"name":"Racer 7","firstMs":500,"lastMs":1000}
{"table":"racers","racerId":8,"name":"Racer 8","firstMs":500,"lastMs":1000}
{"table":"racers","racerId":9,"name":"Grüß \"G\"","firstMs":2500,"lastMs":3000}
)");
}

TEST_CASE("a check finds each fault, and says where it is", "[results]")
{
    struct Planted {
        std::string sql;
        std::vector<std::string> problems;
    };
    const auto planted = GENERATE(values<Planted>({
        {"SELECT 1", {}},
        {"DELETE FROM races WHERE race_id = -6",
         {"class 1, race -6, racer 8: a result without its race",
          "class 1, racer 8: has a class record, but no results"}},
        {"UPDATE races SET start_ms = 4999 WHERE class_id = 2",
         {"class 2, race 5, racer 7: the result says that the race started at 5000, the race at 4999"}},
        {"UPDATE races SET racers = 3 WHERE class_id = 2", {"class 2, race 5: 3 racers, but 1 results"}},
        {"INSERT INTO races VALUES (1, 9, 9000, 9300, 1, 0)", {"class 1, race 9: 0 racers, but 0 results"}},
        {"DELETE FROM racers WHERE racer_id = 8", {"racer 8: has results, but is not among the racers"}},
        {"INSERT INTO racers VALUES (12, 'Nobody', 1, 2)", {"racer 12: is among the racers, but has no results"}},
        {"UPDATE erasures SET racer_id = 9", {"class 1, race 5, racer 9: a result from before the racer was erased"}},
        {"UPDATE class_records SET score = 115.3 WHERE class_id = 2",
         {"class 2, racer 7: the class record is 115.3 in race 5, ended at 5300; "
          "the results say 115.2 in race 5, ended at 5300"}},
        {"UPDATE class_records SET achieved_ms = 5299 WHERE class_id = 2",
         {"class 2, racer 7: the class record is 115.2 in race 5, ended at 5299; "
          "the results say 115.2 in race 5, ended at 5300"}},
        {"DELETE FROM class_records WHERE class_id = 2", {"class 2, racer 7: has results, but no class record"}},
        {"INSERT INTO class_records VALUES (2, 8, 1, 1, 1)", {"class 2, racer 8: has a class record, but no results"}},
        {"UPDATE meta SET value = 'luck'", {"the class records are of an unknown score: 'luck'"}},
        {"ALTER TABLE races ADD COLUMN weather TEXT", {"the tables are not those of this version"}},
    }));
    CAPTURE(planted.sql);
    SmallDatabase fixture;
    fixture.execute(planted.sql);
    CHECK(fixture.problems() == planted.problems);
    fixture.close();
    CHECK(fixture.problems() == planted.problems);
}

TEST_CASE("a check finds bytes that have changed, and what it can no longer read", "[results]")
{
    SmallDatabase fixture;
    std::vector<ResultRow> rows;
    for (std::uint64_t racer = 0; racer < 300; ++racer) {
        rows.push_back(row(racer, 100));
    }
    fixture.write(race(3, 1, std::move(rows)));
    fixture.close();
    REQUIRE(fixture.problems().empty());
    auto bytes = read_file(fixture.options.path);

    SECTION("an index that lacks an entry")
    {
        // The index is taken out of the schema while a race changes.
        fixture.execute(
            "CREATE TABLE aside AS SELECT * FROM sqlite_schema WHERE name = 'races_by_start'; "
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'races_by_start'");
        fixture.execute(
            "UPDATE races SET start_ms = 1 WHERE race_id = -6; "
            "UPDATE results SET start_ms = 1 WHERE race_id = -6");
        fixture.execute(
            "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM aside; "
            "DROP TABLE aside");
        CHECK(fixture.problems() == std::vector<std::string>{"row 1 missing from index races_by_start"});
    }
    SECTION("a page that is none")
    {
        auto connection = fixture.connection(Connection::Mode::Read);
        Statement page(connection, "SELECT rootpage FROM sqlite_schema WHERE name = 'results'");
        auto row = page.query();
        REQUIRE(row.next());
        bytes.replace(static_cast<std::size_t>(row.integer(0) - 1) * 4'096, 4'096, 4'096, '\x7f');
        write_file(fixture.options.path, bytes);
        const auto problems = fixture.problems();
        CHECK(problems.size() > 2);
        CHECK_THAT(problems.back(), Catch::EndsWith("cannot be checked: database disk image is malformed"));
    }
}
