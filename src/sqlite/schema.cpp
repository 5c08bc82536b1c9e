#include <alleycat/sqlite/schema.hpp>

#include <spdlog/spdlog.h>

namespace alleycat::sqlite {

namespace {

// A write-ahead log lets readers go on while a batch is written. It is brought into the file at 4,096 pages (16 MB),
// and is cut to 32 MB where a reader had held it up. What is deleted is overwritten, since it may be of a person.
constexpr auto kSettings = R"(
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA wal_autocheckpoint = 4096;
PRAGMA journal_size_limit = 33554432;
PRAGMA cache_size = -16384;
)";

std::int64_t number(Connection& connection, std::string_view sql)
{
    Statement statement(connection, sql);
    auto rows = statement.query();
    const auto value = rows.next() ? rows.integer(0) : 0;
    connection.refuse_if_failed();
    return value;
}

void use_write_ahead_log(Connection& connection)
{
    Statement statement(connection, "PRAGMA journal_mode = WAL");
    auto rows = statement.query();
    const auto mode = rows.next() ? std::string(rows.text(0)) : std::string();
    connection.refuse_if_failed();
    if (mode != "wal") {
        throw std::runtime_error(connection.path().string() + ": no write-ahead log is possible in this directory");
    }
}

void migrate(Connection& connection, std::span<const std::string_view> steps)
{
    Transaction transaction(connection, Transaction::Kind::Write);
    connection.refuse_if_failed();
    const auto version = checked_version(connection, steps);
    if (version == steps.size()) {
        return;
    }
    for (auto step = version; step < steps.size(); ++step) {
        connection.demand(std::string(steps[step]));
    }
    connection.demand("PRAGMA application_id = " + std::to_string(kApplicationId));
    connection.demand("PRAGMA user_version = " + std::to_string(steps.size()));
    if (!transaction.commit()) {
        connection.refuse();
    }
    if (version != 0) {
        spdlog::info("{}: brought from version {} to {}", connection.path().string(), version, steps.size());
    }
}

}  // namespace

std::size_t checked_version(Connection& connection, std::span<const std::string_view> steps)
{
    const auto application = number(connection, "PRAGMA application_id");
    const auto version = number(connection, "PRAGMA user_version");
    const auto tables = number(connection, "SELECT count(*) FROM sqlite_schema");
    const auto line = [&](const std::string& what) {
        return std::runtime_error(connection.path().string() + ": " + what);
    };
    if (application == 0 && version == 0 && tables == 0) {
        return 0;
    }
    if (application != kApplicationId) {
        throw line("this is a database of another program");
    }
    if (version < 1 || tables == 0) {
        throw line("the database is damaged: its schema is not there");
    }
    if (version > static_cast<std::int64_t>(steps.size())) {
        throw line("version " + std::to_string(version) + " is of a newer alleycat; this one knows versions up to " +
                   std::to_string(steps.size()));
    }
    return static_cast<std::size_t>(version);
}

void require_current(Connection& connection, std::span<const std::string_view> steps)
{
    if (const auto version = checked_version(connection, steps); version < steps.size()) {
        throw std::runtime_error(connection.path().string() + ": version " + std::to_string(version) +
                                 " is older than this alleycat's " + std::to_string(steps.size()) +
                                 ": a start of the daemon brings it up");
    }
}

void prepare_database(Connection& connection, std::span<const std::string_view> steps)
{
    (void)checked_version(connection, steps);
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    use_write_ahead_log(connection);
    connection.demand(kSettings);
    migrate(connection, steps);
}

}  // namespace alleycat::sqlite
