#include "token.hpp"

#include <alleycat/access/mosquitto_files.hpp>
#include <alleycat/core/directory.hpp>
#include <alleycat/core/unique_fd.hpp>
#include <alleycat/sqlite/check.hpp>
#include <alleycat/sqlite/connection.hpp>
#include <alleycat/sqlite/schema.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace alleycat::access {

namespace {

using sqlite::Connection;
using sqlite::Statement;
using sqlite::Transaction;

// Times are ms since the epoch.
constexpr std::string_view kVersion1 = R"(
CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    racer_id INTEGER CHECK ((racer_id IS NOT NULL) = (role = 'bike')),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    broker_password TEXT NOT NULL,
    note TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    expires_ms INTEGER
) STRICT, WITHOUT ROWID;
)";

constexpr std::array kMigrations{kVersion1};

constexpr std::int64_t kNone = -1;  // of numbers that are never negative: NULL in the table

/// Gives the file to its directory's owner: an administrator who makes the first token as root must not lock the daemon
/// out.
Result<void> give_away(const UniqueFd& file, const std::filesystem::path& directory)
{
    struct stat owner {};
    if (::geteuid() != 0) {
        return {};
    }
    if (::stat(directory.c_str(), &owner) != 0 || ::fchown(file.get(), owner.st_uid, owner.st_gid) != 0) {
        return last_system_error();
    }
    return {};
}

/// SQLite gives its write-ahead log the mode and the owner of the database, so that this is all there is to keep
/// private.
Result<void> make_private_file(const std::filesystem::path& path)
{
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) {
        return errno == EEXIST ? Result<void>() : Result<void>(last_system_error());
    }
    const auto directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (const auto given = give_away(file, directory); !given) {
        return given;
    }
    return sync_directory(directory);
}

Connection open_database(const std::filesystem::path& path)
{
    if (const auto made = make_private_file(path); !made) {
        throw std::runtime_error(path.string() + ": the database cannot be made: " + made.error().message());
    }
    Connection connection(path, Connection::Mode::Write);
    sqlite::prepare_database(connection, kMigrations);
    return connection;
}

}  // namespace

class TokenStore::Impl {
public:
    explicit Impl(const std::filesystem::path& path) : connection_(open_database(path)) {}

    [[nodiscard]] Result<Made> add(const Wanted& wanted, std::int64_t now_ms);
    [[nodiscard]] Result<bool> revoke(std::string_view id);
    [[nodiscard]] Result<std::vector<StoredToken>> list();
    [[nodiscard]] Result<std::int64_t> version();

private:
    [[nodiscard]] std::optional<StoredToken> read(const sqlite::Rows& row);

    Connection connection_;
    Statement insert_{connection_,
                      "INSERT OR IGNORE INTO tokens VALUES (?, ?, nullif(?, -1), ?, ?, ?, ?, nullif(?, -1))"};
    Statement delete_{connection_, "DELETE FROM tokens WHERE id = ?"};
    Statement select_{connection_,
                      "SELECT id, role, coalesce(racer_id, -1), hash, broker_password, note, made_ms, "
                      "coalesce(expires_ms, -1) FROM tokens ORDER BY made_ms, id"};
    Statement version_{connection_, "PRAGMA data_version"};
};

Result<TokenStore::Made> TokenStore::Impl::add(const Wanted& wanted, std::int64_t now_ms)
{
    Made made;
    const auto racer = wanted.racer ? static_cast<std::int64_t>(raw(*wanted.racer)) : kNone;
    Transaction transaction(connection_, Transaction::Kind::Write);
    do {  // until nobody has that name
        made = random_token();
        insert_.run(made.id, name(wanted.role), racer, sqlite::Blob{bytes_of(hash_of(made.token))},
                    mosquitto_password(made.token), wanted.note, now_ms, wanted.expires_ms.value_or(kNone));
    } while (!connection_.failed() && connection_.changes() == 0);
    return transaction.commit(std::move(made));
}

Result<bool> TokenStore::Impl::revoke(std::string_view id)
{
    Transaction transaction(connection_, Transaction::Kind::Write);
    delete_.run(id);
    const bool known = connection_.changes() != 0;
    return transaction.commit(known);
}

std::optional<StoredToken> TokenStore::Impl::read(const sqlite::Rows& row)
{
    StoredToken token;
    const auto role = parse_role(row.text(1));
    const auto hash = row.text(3);
    if (!role || hash.size() != token.hash.size()) {
        return std::nullopt;
    }
    token.identity = {std::string(row.text(0)), *role, std::nullopt};
    if (row.integer(2) != kNone) {
        token.identity.racer = row.id<RacerId>(2);
    }
    std::copy(hash.begin(), hash.end(), token.hash.begin());
    token.broker_password = row.text(4);
    token.note = row.text(5);
    token.made_ms = row.integer(6);
    if (row.integer(7) != kNone) {
        token.expires_ms = row.integer(7);
    }
    return token;
}

Result<std::vector<StoredToken>> TokenStore::Impl::list()
{
    std::vector<StoredToken> all;
    Transaction transaction(connection_, Transaction::Kind::Read);
    for (auto rows = select_.query(); rows.next();) {
        if (auto token = read(rows)) {
            all.push_back(*std::move(token));
        } else {
            connection_.fail(SQLITE_CORRUPT);
        }
    }
    return transaction.commit(std::move(all));
}

Result<std::int64_t> TokenStore::Impl::version()
{
    connection_.clear();
    auto rows = version_.query();
    const auto version = rows.next() ? rows.integer(0) : 0;
    return connection_.failed() ? Result<std::int64_t>(connection_.error()) : Result<std::int64_t>(version);
}

TokenStore::TokenStore(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}
TokenStore::~TokenStore() = default;

Result<TokenStore::Made> TokenStore::add(const Wanted& wanted, std::int64_t now_ms)
{
    return impl_->add(wanted, now_ms);
}

Result<bool> TokenStore::revoke(std::string_view id)
{
    return impl_->revoke(id);
}

Result<std::vector<StoredToken>> TokenStore::list() const
{
    return impl_->list();
}

Result<std::int64_t> TokenStore::version() const
{
    return impl_->version();
}

std::vector<std::string> TokenStore::check(const std::filesystem::path& path)
{
    Connection connection(path, Connection::Mode::Read);
    const Transaction moment(connection, Transaction::Kind::Read);
    sqlite::Faults faults;
    static_cast<void>(sqlite::check_structure(connection, kMigrations, faults));
    return faults;
}

}  // namespace alleycat::access
