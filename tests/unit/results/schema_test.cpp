#include "schema.hpp"

#include "results_fixture.hpp"
#include "sqlite.hpp"

using namespace alleycat;
using namespace alleycat::results;
using Catch::Matchers::Equals;
using Steps = std::vector<std::string_view>;

namespace {

constexpr std::string_view kFirst = "CREATE TABLE fruit (name TEXT); INSERT INTO fruit VALUES ('apple');";
constexpr std::string_view kSecond = "ALTER TABLE fruit ADD COLUMN colour TEXT; UPDATE fruit SET colour = 'red';";

void prepare(const std::filesystem::path& path, const Steps& steps)
{
    Connection connection(path, Connection::Mode::Write);
    prepare_database(connection, steps);
}

std::string answer(Connection& connection, std::string_view sql)
{
    Statement statement(connection, sql);
    auto rows = statement.query();
    return rows.next() ? std::string(rows.text(0)) : std::string();
}

/// A file that is refused with this line, and left as it is.
void check_refused(const StoreFixture& fixture, const std::string& line)
{
    const auto bytes = read_file(fixture.options.path);
    const auto expected = Equals(fixture.options.path.string() + ": " + line);
    Leaderboards boards;
    CHECK_THROWS_WITH(ResultStore(fixture.options, boards), expected);
    CHECK_THROWS_WITH(ResultReader(fixture.options.path), expected);
    CHECK_THROWS_WITH(fixture.problems(), expected);
    CHECK_THROWS_WITH(fixture.exported(), expected);
    CHECK((read_file(fixture.options.path) == bytes));
}

}  // namespace

TEST_CASE("a database is made, and marked as ours", "[results]")
{
    StoreFixture fixture;
    auto connection = fixture.connection();
    CHECK(answer(connection, "PRAGMA application_id") == std::to_string(kApplicationId));
    CHECK(answer(connection, "PRAGMA user_version") == std::to_string(migrations().size()));
    CHECK(answer(connection, "PRAGMA journal_mode") == "wal");
}

TEST_CASE("an older database is brought to this version, with what it holds", "[results]")
{
    const TemporaryDirectory directory;
    const auto path = directory.path() / "fruit.db";
    prepare(path, {kFirst});
    prepare(path, {kFirst, kSecond});
    prepare(path, {kFirst, kSecond});
    Connection connection(path, Connection::Mode::Read);
    CHECK(answer(connection, "SELECT name || ' ' || colour FROM fruit") == "apple red");
    CHECK(answer(connection, "PRAGMA user_version") == "2");
    CHECK(answer(connection, "PRAGMA application_id") == std::to_string(kApplicationId));
}

TEST_CASE("an empty file is version 0", "[results]")
{
    StoreFixture fixture;
    fixture.close();
    std::filesystem::remove(fixture.options.path);
    write_file(fixture.options.path, "");
    CHECK(fixture.problems() ==
          std::vector<std::string>{"version 0 is older than this alleycat's 2: a start of the daemon brings it up"});
    CHECK_THROWS_WITH(fixture.exported(), Catch::EndsWith("a start of the daemon brings it up"));
    CHECK(read_file(fixture.options.path).empty());
    fixture.open();
    CHECK(fixture.problems().empty());
}

TEST_CASE("a migration that fails leaves the database at its version", "[results]")
{
    const TemporaryDirectory directory;
    const auto path = directory.path() / "fruit.db";
    prepare(path, {kFirst});
    CHECK_THROWS_WITH(prepare(path, {kFirst, kSecond, "INSERT INTO vegetables VALUES (1)"}),
                      Equals(path.string() + ": the database is damaged: no such table: vegetables"));
    Connection connection(path, Connection::Mode::Read);
    CHECK(answer(connection, "PRAGMA user_version") == "1");
    CHECK(answer(connection, "SELECT count(*) FROM pragma_table_info('fruit')") == "1");
}

TEST_CASE("a database of a newer program is refused", "[results]")
{
    StoreFixture fixture;
    fixture.close();
    fixture.execute("PRAGMA user_version = 7");
    check_refused(fixture, "version 7 is of a newer alleycat; this one knows versions up to 2");
}

TEST_CASE("a database of another program is refused", "[results]")
{
    StoreFixture fixture;
    fixture.close();
    std::filesystem::remove(fixture.options.path);
    fixture.execute("CREATE TABLE fruit (name TEXT)");
    check_refused(fixture, "this is a database of another program");
    fixture.execute("PRAGMA application_id = 5");
    check_refused(fixture, "this is a database of another program");
}

TEST_CASE("what is no database is refused, and left alone", "[results]")
{
    StoreFixture fixture;
    fixture.close();
    for (const auto& bytes : {std::string("PK\x03\x04"), std::string(5'000, 'x'), std::string(2, '\0')}) {
        write_file(fixture.options.path, bytes);
        check_refused(fixture, "this is no database");
    }
    std::filesystem::remove(fixture.options.path);
    std::filesystem::create_directory(fixture.options.path);
    Leaderboards boards;
    CHECK_THROWS_WITH(ResultStore(fixture.options, boards),
                      Equals(fixture.options.path.string() + ": the database cannot be opened: Is a directory"));
}

TEST_CASE("nothing is made where a database is only to be read", "[results]")
{
    StoreFixture fixture;
    fixture.close();
    std::filesystem::remove(fixture.options.path);
    const auto line = fixture.options.path.string() + ": the database cannot be opened: No such file or directory";
    CHECK_THROWS_WITH(ResultReader(fixture.options.path), Equals(line));
    CHECK_THROWS_WITH(fixture.problems(), Equals(line));
    CHECK_FALSE(std::filesystem::exists(fixture.options.path));
}

TEST_CASE("a damaged database is refused, and left alone", "[results]")
{
    StoreFixture fixture;
    std::vector<ResultRow> rows;
    for (std::uint64_t racer = 0; racer < 500; ++racer) {
        rows.push_back(row(racer, 100));
    }
    fixture.write(race(1, 1, std::move(rows)));
    fixture.close();
    const auto bytes = read_file(fixture.options.path);
    constexpr auto kMalformed = "the database is damaged: database disk image is malformed";

    SECTION("cut short")
    {
        write_file(fixture.options.path, bytes.substr(0, bytes.size() - 5'000));
        check_refused(fixture, kMalformed);
    }
    SECTION("a schema that cannot be read")
    {
        auto damaged = bytes;
        damaged.replace(100, 8, 8, '\xff');
        write_file(fixture.options.path, damaged);
        check_refused(fixture, kMalformed);
    }
    SECTION("a table that is read at the start")
    {
        for (const std::string table : {"class_records", "meta"}) {
            auto connection = fixture.connection(Connection::Mode::Read);
            const auto page =
                std::stoul(answer(connection, "SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'"));
            auto damaged = bytes;
            damaged.replace((page - 1) * 4'096, 4'096, 4'096, '\xff');
            write_file(fixture.options.path, damaged);
            Leaderboards boards;
            CHECK_THROWS_WITH(ResultStore(fixture.options, boards),
                              Equals(fixture.options.path.string() + ": " + kMalformed));
            CHECK_FALSE(fixture.problems().empty());
            CHECK((read_file(fixture.options.path) == damaged));
        }
    }
    SECTION("tables that are not there")
    {
        fixture.execute("DROP TABLE results");
        Leaderboards boards;
        CHECK_THROWS_WITH(ResultStore(fixture.options, boards),
                          Equals(fixture.options.path.string() + ": the database is damaged: no such table: results"));
        CHECK(fixture.problems() == std::vector<std::string>{"the tables are not those of this version"});
    }
}
