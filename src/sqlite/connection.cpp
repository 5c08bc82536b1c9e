#include <alleycat/sqlite/connection.hpp>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace alleycat::sqlite {

namespace {

/// How long a statement waits for another program that holds a lock, such as a copy being made.
constexpr int kBusyMs = 5'000;

boost::system::error_code system_error(int code)
{
    return {code, boost::system::system_category()};
}

/// What an operation that failed with `code` means for a caller who does not know SQLite.
boost::system::error_code meaning(sqlite3* handle, int code)
{
    switch (code & 0xFF) {  // the rest says more, but nothing that a caller could act on
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Errc::CorruptFile;
        case SQLITE_FULL:
            return system_error(ENOSPC);
        case SQLITE_NOMEM:
            return system_error(ENOMEM);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return system_error(EBUSY);
        case SQLITE_READONLY:
            return system_error(EROFS);
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN: {
            const auto system = handle != nullptr ? sqlite3_system_errno(handle) : 0;
            return system_error(system != 0 ? system : EIO);
        }
        default:
            return system_error(EIO);
    }
}

}  // namespace

Connection::Connection(std::filesystem::path path, Mode mode) : path_(std::move(path))
{
    sqlite3* handle = nullptr;
    const int flags = mode == Mode::Write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code =
        sqlite3_open_v2(path_.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    handle_.reset(handle);
    fail(code);
    // SQLite opens what it may not write for reading only.
    if (!failed() && mode == Mode::Write && sqlite3_db_readonly(handle, "main") == 1) {
        fail(SQLITE_READONLY);
    }
    refuse_if_failed();
    sqlite3_busy_timeout(handle, kBusyMs);
    // Whoever only looks, or refuses a file, must leave it as it is, together with its write-ahead log.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Connection::execute(const std::string& sql)
{
    if (!failed()) {
        fail(sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr));
    }
}

void Connection::demand(const std::string& sql)
{
    execute(sql);
    refuse_if_failed();
}

Result<void> Connection::compact()
{
    clear();
    std::error_code unknown;
    if (std::filesystem::file_size(path_, unknown) <= kMostCompactedBytes) {
        execute("VACUUM");
    }
    if (!failed()) {
        fail(sqlite3_wal_checkpoint_v2(handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr));
    }
    return failed() ? Result<void>(error()) : Result<void>();
}

void Connection::clear()
{
    code_ = SQLITE_OK;
    error_.clear();
    message_.clear();
}

void Connection::fail(int code)
{
    const int primary = code & 0xFF;
    if (failed() || primary == SQLITE_OK || primary == SQLITE_ROW || primary == SQLITE_DONE) {
        return;
    }
    code_ = primary;
    error_ = meaning(handle(), code);
    message_ =
        handle() != nullptr && sqlite3_errcode(handle()) == code ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
}

void Connection::refuse() const
{
    const auto line = [this](const std::string& what) { return std::runtime_error(path_.string() + ": " + what); };
    switch (code_) {
        case SQLITE_NOTADB:
            throw line("this is no database");
        case SQLITE_CORRUPT:
        case SQLITE_ERROR:  // a table or column is not there
            throw line("the database is damaged: " + message_);
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            throw line("the database cannot be opened: " + error_.message());
        default:
            throw line("the database cannot be used: " + message_);
    }
}

bool Rows::next()
{
    if (connection_.failed()) {
        return false;
    }
    const int code = sqlite3_step(statement_);
    connection_.fail(code);
    return code == SQLITE_ROW;
}

std::string_view Rows::text(int column) const
{
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto count = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return count == 0 ? std::string_view() : std::string_view(bytes, count);
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection)
{
    sqlite3_stmt* statement = nullptr;
    connection.fail(sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                       SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    statement_.reset(statement);
    connection.refuse_if_failed();
}

void Statement::bind(int index, double value)
{
    connection_.fail(sqlite3_bind_double(statement_.get(), index, value));
}

void Statement::bind(int index, std::string_view text)
{
    // An empty view may have no address, which SQLite would take for NULL.
    connection_.fail(sqlite3_bind_text64(statement_.get(), index, text.empty() ? "" : text.data(), text.size(),
                                         SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int index, Blob blob)
{
    const auto& bytes = blob.bytes;
    connection_.fail(
        sqlite3_bind_blob64(statement_.get(), index, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC));
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection)
{
    connection_.clear();
    connection_.execute(kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Result<void> Transaction::commit()
{
    connection_.execute("COMMIT");
    if (connection_.failed()) {
        roll_back();
        return connection_.error();
    }
    return {};
}

void Transaction::roll_back()
{
    // After some errors SQLite has rolled back already. Should this fail too, the connection stays inside a transaction
    // that nobody commits, and the next one fails at its beginning and comes here again.
    if (sqlite3_get_autocommit(connection_.handle()) == 0) {
        sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

}  // namespace alleycat::sqlite
