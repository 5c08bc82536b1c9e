#include "database.hpp"

#include "schema.hpp"

#include <alleycat/sqlite/schema.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace alleycat::quarantine {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Rows;
using sqlite::Statement;
using sqlite::Transaction;

namespace {

constexpr std::string_view kColumns =
    "sequence, shard, arrival_ms, reasons, class_id, race_id, racer_id, partition_key, data";

HeldRecord record_of(const Rows& rows)
{
    return {{static_cast<std::uint64_t>(rows.integer(0)), rows.id<ShardId>(1)},
            rows.integer(2),
            Suspicions(static_cast<std::uint8_t>(rows.integer(3))),
            rows.id<ClassId>(4),
            rows.id<RaceId>(5),
            rows.id<RacerId>(6),
            std::string(rows.text(7)),
            std::string(rows.text(8))};
}

Connection open_for_writing(const std::filesystem::path& path)
{
    Connection connection(path, Connection::Mode::Write);
    sqlite::prepare_database(connection, migrations());
    return connection;
}

std::string and_place(std::string where, const char* sign, const std::optional<HeldId>& place)
{
    if (place) {
        where += fmt::format(" AND (sequence, shard) {} ({}, {})", sign, place->sequence, raw(place->shard));
    }
    return where;
}

}  // namespace

std::string condition(const Filter& filter)
{
    std::string where = "true";
    if (filter.class_id) {
        where += fmt::format(" AND class_id = {}", raw(*filter.class_id));
    }
    if (filter.race_id) {
        where += fmt::format(" AND race_id = {}", raw(*filter.race_id));
    }
    if (filter.racer_id) {
        where += fmt::format(" AND racer_id = {}", raw(*filter.racer_id));
    }
    return where;
}

Store::Database::Database(const std::filesystem::path& path, std::atomic<std::uint64_t>& size)
    : size_(size),
      connection_(open_for_writing(path)),
      insert_(connection_, fmt::format("INSERT INTO held ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", kColumns)),
      set_position_(connection_,
                    "INSERT INTO positions (shard, kept) VALUES (?, ?) "
                    "ON CONFLICT (shard) DO UPDATE SET kept = excluded.kept"),
      find_(connection_, fmt::format("SELECT {} FROM held WHERE sequence = ? AND shard = ?", kColumns)),
      remove_(connection_, "DELETE FROM held WHERE sequence = ? AND shard = ?"),
      remove_oldest_(connection_,
                     "DELETE FROM held WHERE rowid IN (SELECT rowid FROM held ORDER BY sequence, shard LIMIT ?)")
{
    Statement positions(connection_, "SELECT shard, kept FROM positions");
    for (auto rows = positions.query(); rows.next();) {
        positions_[rows.id<ShardId>(0)] = static_cast<std::uint64_t>(rows.integer(1));
    }
    size_ = count("true");
    connection_.refuse_if_failed();
}

Result<Store::Database::Kept> Store::Database::keep(std::span<const HeldRecord> records, std::uint64_t most)
{
    auto positions = positions_;
    std::uint64_t added = 0;
    Transaction transaction(connection_, Transaction::Kind::Write);
    for (const auto& record : records) {
        auto& position = positions[record.id.shard];
        if (record.id.sequence <= position) {
            continue;
        }
        position = record.id.sequence;
        insert_.run(record.id.sequence, record.id.shard, record.arrival_ms, record.reasons.bits(), record.class_id,
                    record.race_id, record.racer_id, Blob{record.partition_key}, Blob{record.data});
        ++added;
    }
    for (const auto& [shard, kept] : positions) {
        set_position_.run(shard, kept);
    }
    const auto size = size_ + added;
    const auto dropped = size - std::min(size, most);
    if (dropped != 0) {
        remove_oldest_.run(dropped);
    }
    if (const auto done = transaction.commit(); !done) {
        return done.error();
    }
    positions_ = std::move(positions);
    size_ = size - dropped;
    return Kept{dropped};
}

Result<Page> Store::Database::list(const Filter& filter, std::optional<HeldId> before, std::size_t count_wanted)
{
    const auto all = condition(filter);
    return page(all, and_place(all, "<", before), "sequence DESC, shard DESC", count_wanted);
}

Result<Page> Store::Database::oldest(const Filter& filter, std::optional<HeldId> after, std::size_t count_wanted)
{
    const auto rest = and_place(condition(filter), ">", after);
    return page(rest, rest, "sequence, shard", count_wanted);
}

Result<Page> Store::Database::page(const std::string& all, const std::string& where, const char* order,
                                   std::size_t count_wanted)
{
    Transaction transaction(connection_, Transaction::Kind::Read);
    Page page;
    try {
        page.total = count(all);
        Statement select(connection_, fmt::format("SELECT {} FROM held WHERE {} ORDER BY {} LIMIT {}", kColumns, where,
                                                  order, count_wanted));
        for (auto rows = select.query(); rows.next();) {
            page.records.push_back(record_of(rows));
        }
        page.more = (where == all ? page.total : count(where)) > page.records.size();
    } catch (const std::runtime_error&) {  // a statement that could not be made: the commit says why
    }
    return transaction.commit(std::move(page));
}

std::uint64_t Store::Database::count(const std::string& where)
{
    Statement select(connection_, fmt::format("SELECT count(*) FROM held WHERE {}", where));
    auto rows = select.query();
    return rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

Result<std::optional<HeldRecord>> Store::Database::find(const HeldId& id)
{
    Transaction transaction(connection_, Transaction::Kind::Read);
    std::optional<HeldRecord> found;
    {
        auto rows = find_.query(id.sequence, id.shard);
        found = rows.next() ? std::optional(record_of(rows)) : std::nullopt;
    }
    return transaction.commit(std::move(found));
}

Result<std::uint64_t> Store::Database::remove(std::span<const HeldId> ids)
{
    std::uint64_t removed = 0;
    Transaction transaction(connection_, Transaction::Kind::Write);
    for (const auto& id : ids) {
        remove_.run(id.sequence, id.shard);
        removed += connection_.changes();
    }
    const auto done = transaction.commit(removed);
    size_ -= done ? *done : 0;
    return done;
}

Result<std::uint64_t> Store::Database::remove(const std::string& where)
{
    Transaction transaction(connection_, Transaction::Kind::Write);
    connection_.execute("DELETE FROM held WHERE " + where);
    const auto done = transaction.commit(connection_.changes());
    size_ -= done ? *done : 0;
    return done;
}

}  // namespace alleycat::quarantine
