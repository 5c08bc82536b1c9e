#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/core/ids.hpp>

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace alleycat::sqlite {

/// One connection to a database.
///
/// Thread: one owner.
/// Errors: the first one stays until clear(), and until then no statement of the connection does anything: so a
///         transaction is checked once, at its end, and what follows a failure cannot come from half an answer.
class Connection {
public:
    enum class Mode : std::uint8_t {
        Write,  ///< made where it is absent
        Read,
    };
    /// Throws as refuse() does.
    Connection(std::filesystem::path path, Mode mode);

    /// Runs SQL text without values.
    void execute(const std::string& sql);
    /// As execute(), but an error is thrown, as refuse() does.
    void demand(const std::string& sql);

    [[nodiscard]] bool failed() const { return static_cast<bool>(error_); }
    /// The system's where there is one, else CorruptFile or EIO.
    [[nodiscard]] boost::system::error_code error() const { return error_; }
    /// SQLite's own words for error().
    [[nodiscard]] const std::string& message() const { return message_; }
    void clear();
    /// Notes what SQLite has just returned, unless there is an error already.
    void fail(int code);
    /// Throws std::runtime_error with one line: the path and what is wrong with it.
    [[noreturn]] void refuse() const;
    void refuse_if_failed() const
    {
        if (failed()) {
            refuse();
        }
    }

    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Leaves nothing of what was deleted in the files: SQLite copies rows when it splits a page. A database of up to
    /// kMostCompactedBytes is written anew, which takes some seconds; of a larger one copies may stay in unused parts
    /// of pages until these are used again. Clears the connection's error first.
    [[nodiscard]] Result<void> compact();
    static constexpr std::uintmax_t kMostCompactedBytes = std::uintmax_t{256} << 20;

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] std::uint64_t changes() const { return static_cast<std::uint64_t>(sqlite3_changes64(handle())); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    const std::filesystem::path path_;
    std::unique_ptr<sqlite3, Close> handle_;
    int code_{SQLITE_OK};  // what failed first, as SQLite says it
    boost::system::error_code error_;
    std::string message_;
};

/// Bytes that are bound as they are; they stay where they are while the statement runs.
struct Blob {
    std::string_view bytes;
};

/// The rows of a statement that is running; the statement is reset at the end of its life.
class Rows {
public:
    Rows(Connection& connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    ~Rows() { sqlite3_reset(statement_); }

    /// Goes to the first or next row; false behind the last one, and after an error.
    bool next();

    // Columns of the row, from 0 on.
    [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] double real(int column) const { return sqlite3_column_double(statement_, column); }
    /// Text or a blob; valid until the next row.
    [[nodiscard]] std::string_view text(int column) const;
    template <class Id>
    [[nodiscard]] Id id(int column) const
    {
        return Id{static_cast<std::underlying_type_t<Id>>(integer(column))};
    }

private:
    Connection& connection_;
    sqlite3_stmt* statement_;
};

/// A prepared statement. It must not outlive its connection.
class Statement {
public:
    /// Throws as Connection::refuse() does.
    Statement(Connection& connection, std::string_view sql);

    /// Starts anew with these values for its parameters. Text is not copied: it stays where it is while the rows live.
    template <class... Values>
    [[nodiscard]] Rows query(const Values&... values)
    {
        int index = 0;
        (bind(++index, values), ...);
        return {connection_, statement_.get()};
    }
    /// Runs it to its end.
    template <class... Values>
    void run(const Values&... values)
    {
        auto rows = query(values...);
        while (rows.next()) {
        }
    }

private:
    template <std::integral Integer>
    void bind(int index, Integer value)
    {
        connection_.fail(sqlite3_bind_int64(statement_.get(), index, static_cast<std::int64_t>(value)));
    }
    template <class Id>
    requires std::is_enum_v<Id>
    void bind(int index, Id id) { bind(index, raw(id)); }
    void bind(int index, double value);
    void bind(int index, std::string_view text);
    void bind(int index, Blob blob);

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    Connection& connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Everything between its beginning and commit() happens or nothing does. Rolls back where it is not committed.
class Transaction {
public:
    enum class Kind : std::uint8_t {
        Write,
        Read,  ///< one consistent moment
    };
    /// Clears the connection's error, and begins.
    Transaction(Connection& connection, Kind kind);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() { roll_back(); }

    /// The first error of any statement since the beginning, or of the commit itself; then nothing has happened.
    [[nodiscard]] Result<void> commit();
    /// The value, where the transaction went well.
    template <class Value>
    [[nodiscard]] Result<Value> commit(Value value)
    {
        if (const auto done = commit(); !done) {
            return {boost::system::in_place_error, done.error()};
        }
        return {boost::system::in_place_value, std::move(value)};
    }

private:
    void roll_back();

    Connection& connection_;
};

}  // namespace alleycat::sqlite
