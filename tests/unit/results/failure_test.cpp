#include "results_fixture.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <cerrno>

using namespace alleycat;
using namespace alleycat::results;

namespace {

/// While it lives, no file can be written beyond so many bytes, as on a disk that is full.
class FileSizeLimit {
public:
    explicit FileSizeLimit(std::uint64_t bytes)
    {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

Batch one_more_race()
{
    std::vector<ResultRow> rows;
    for (std::uint64_t racer = 0; racer < 40; ++racer) {
        rows.push_back(row(racer, 200 + static_cast<double>(racer)));
    }
    auto made = batch({race(1, 2, std::move(rows))});
    made.checkpoint = Checkpoint{{5, 6}, std::string(10'000, 'x')};
    return made;
}

}  // namespace

TEST_CASE("a batch that cannot be written leaves nothing, wherever it fails, and can be written again", "[results]")
{
    bool failed = true;
    int failures = 0;
    for (std::uint64_t room = 0; failed; room += 2'048) {
        CAPTURE(room);
        StoreFixture fixture;
        fixture.write(race(1, 1, {row(7, 100)}));
        const auto before = fixture.exported();
        const auto records = fixture.records();
        const auto log_bytes = std::filesystem::file_size(fixture.options.path.string() + "-wal");
        {
            const FileSizeLimit limit(log_bytes + room);
            const auto written = fixture.store->write(one_more_race());
            failed = written.has_error();
            if (failed) {
                ++failures;
                CHECK(written.error() == boost::system::errc::io_error);
            }
        }
        if (failed) {
            CHECK(fixture.exported() == before);
            CHECK(fixture.records() == records);
            CHECK(fixture.write(one_more_race()).size() == 40);
        }
        CHECK(fixture.records().size() == 40);
        CHECK(fixture.problems().empty());
        fixture.open();
        CHECK(fixture.records().size() == 40);
        CHECK(fixture.store->checkpoint().applied == std::vector<std::uint64_t>{5, 6});
    }
    CHECK(failures > 5);
}

TEST_CASE("a statement that fails takes its whole transaction with it", "[results]")
{
    const TemporaryDirectory directory;
    Connection connection(directory.path() / "fruit.db", Connection::Mode::Write);
    connection.demand("CREATE TABLE fruit (name TEXT UNIQUE)");
    Statement insert(connection, "INSERT INTO fruit VALUES (?)");
    Statement count(connection, "SELECT count(*) FROM fruit");
    const auto fruit = [&count] {
        auto rows = count.query();
        return rows.next() ? rows.integer(0) : -1;
    };
    {
        Transaction transaction(connection, Transaction::Kind::Write);
        insert.run(std::string_view("apple"));
        insert.run(std::string_view("apple"));
        insert.run(std::string_view("pear"));
        CHECK(fruit() == -1);
        CHECK(transaction.commit().error() == boost::system::errc::io_error);
        CHECK(connection.message() == "UNIQUE constraint failed: fruit.name");
    }
    {
        Transaction transaction(connection, Transaction::Kind::Write);
        insert.run(std::string_view("plum"));
        CHECK(transaction.commit().has_value());
    }
    CHECK(fruit() == 1);
    {
        const Transaction transaction(connection, Transaction::Kind::Write);
        insert.run(std::string_view("pear"));
    }
    CHECK(fruit() == 1);
}

TEST_CASE("a database that is full says so as a full disk does", "[results]")
{
    const TemporaryDirectory directory;
    Connection connection(directory.path() / "fruit.db", Connection::Mode::Write);
    connection.demand("CREATE TABLE fruit (name TEXT)");
    connection.demand("PRAGMA max_page_count = 5");
    Statement insert(connection, "INSERT INTO fruit VALUES (?)");
    Transaction transaction(connection, Transaction::Kind::Write);
    insert.run(std::string(100'000, 'x'));
    CHECK(transaction.commit().error() == boost::system::errc::no_space_on_device);
}
