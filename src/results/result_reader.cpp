#include "checkpoint_table.hpp"
#include "erasures.hpp"
#include "reader_sql.hpp"
#include "schema.hpp"
#include "sqlite.hpp"

#include <alleycat/results/result_reader.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace alleycat::results {

namespace {

/// Ahead of all races.
constexpr RacePlace kNewest{std::numeric_limits<std::int64_t>::max(), RaceId{}, ClassId{}};

/// The first six columns.
RaceInfo race_of(const Rows& rows)
{
    return {rows.id<ClassId>(0), rows.id<RaceId>(1),   rows.integer(2),
            rows.integer(3),     rows.integer(4) != 0, static_cast<std::uint32_t>(rows.integer(5))};
}

/// Eleven columns from `first` on.
ranking::ResultRow result_of(const Rows& rows, int first)
{
    ranking::ResultRow row;
    row.racer_id = rows.id<RacerId>(first);
    row.name = rows.text(first + 1);
    row.second = static_cast<std::uint32_t>(rows.integer(first + 2));
    row.finished = rows.integer(first + 3) != 0;
    row.output = rows.real(first + 4);
    row.best = rows.real(first + 5);
    row.mean = rows.real(first + 6);
    row.total = rows.real(first + 7);
    row.order = static_cast<std::uint64_t>(rows.integer(first + 8));
    row.first_ms = rows.integer(first + 9);
    row.last_ms = rows.integer(first + 10);
    return row;
}

std::int64_t limit(std::size_t count)
{
    return static_cast<std::int64_t>(std::min(count, std::size_t{std::numeric_limits<std::int64_t>::max()}));
}

Connection open_for_reading(const std::filesystem::path& path)
{
    Connection connection(path, Connection::Mode::Read);
    require_current(connection, migrations());
    return connection;
}

}  // namespace

class ResultReader::Impl {
public:
    explicit Impl(const std::filesystem::path& path)
        : connection(open_for_reading(path)),
          select_races(connection, kSelectRaces),
          select_race(connection, kSelectRace),
          select_rows(connection, kSelectRows),
          select_racer(connection, kSelectRacer),
          select_races_of(connection, kSelectRacesOf)
    {
    }

    [[nodiscard]] std::optional<RaceInfo> race(ClassId class_id, RaceId race_id)
    {
        auto rows = select_race.query(class_id, race_id);
        return rows.next() ? std::optional(race_of(rows)) : std::nullopt;
    }
    [[nodiscard]] std::optional<ranking::RaceResult> result(ClassId class_id, RaceId race_id);
    [[nodiscard]] std::optional<RacerInfo> racer(RacerId racer)
    {
        auto rows = select_racer.query(racer);
        return rows.next()
                   ? std::optional(RacerInfo{racer, std::string(rows.text(1)), rows.integer(2), rows.integer(3)})
                   : std::nullopt;
    }

    /// What `read` returns, all of it read at one moment.
    template <class Read>
    [[nodiscard]] auto at_one_moment(Read read) -> Result<decltype(read())>
    {
        Transaction transaction(connection, Transaction::Kind::Read);
        auto value = read();
        return transaction.commit(std::move(value));
    }

    Connection connection;
    Statement select_races;
    Statement select_race;
    Statement select_rows;
    Statement select_racer;
    Statement select_races_of;
};

std::optional<ranking::RaceResult> ResultReader::Impl::result(ClassId class_id, RaceId race_id)
{
    const auto info = race(class_id, race_id);
    if (!info) {
        return std::nullopt;
    }
    ranking::RaceResult result{class_id, race_id, info->start_ms, info->end_ms, info->closed, {}};
    for (auto rows = select_rows.query(class_id, race_id); rows.next();) {
        result.rows.push_back(result_of(rows, 0));
    }
    return result;
}

ResultReader::ResultReader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}
ResultReader::~ResultReader() = default;
ResultReader::ResultReader(ResultReader&&) noexcept = default;

Result<std::vector<RaceInfo>> ResultReader::races(ClassId class_id, std::optional<RacePlace> behind,
                                                  std::size_t count) const
{
    return impl_->at_one_moment([&] {
        std::vector<RaceInfo> races;
        const auto place = behind.value_or(kNewest);
        for (auto rows = impl_->select_races.query(class_id, place.start_ms, place.race_id, limit(count));
             rows.next();) {
            races.push_back(race_of(rows));
        }
        return races;
    });
}

Result<std::optional<RaceInfo>> ResultReader::race(ClassId class_id, RaceId race_id) const
{
    return impl_->at_one_moment([&] { return impl_->race(class_id, race_id); });
}

Result<std::optional<ranking::RaceResult>> ResultReader::result(ClassId class_id, RaceId race_id) const
{
    return impl_->at_one_moment([&] { return impl_->result(class_id, race_id); });
}

Result<bool> ResultReader::closed(ClassId class_id, RaceId race_id) const
{
    return impl_->at_one_moment([&] {
        const auto race = impl_->race(class_id, race_id);
        return race && race->closed;
    });
}

Result<std::optional<RacerInfo>> ResultReader::racer(RacerId racer) const
{
    return impl_->at_one_moment([&] { return impl_->racer(racer); });
}

Result<std::vector<RacerRace>> ResultReader::races_of(RacerId racer, std::optional<RacePlace> behind,
                                                      std::size_t count) const
{
    return impl_->at_one_moment([&] {
        std::vector<RacerRace> races;
        const auto place = behind.value_or(kNewest);
        for (auto rows =
                 impl_->select_races_of.query(racer, place.start_ms, place.race_id, place.class_id, limit(count));
             rows.next();) {
            races.push_back({race_of(rows), result_of(rows, 6)});
        }
        return races;
    });
}

Result<Checkpoint> ResultReader::checkpoint(std::size_t shards) const
{
    return impl_->at_one_moment([&] { return CheckpointTable(impl_->connection).load(shards); });
}

Result<std::vector<Erasure>> ResultReader::erasures() const
{
    return impl_->at_one_moment([&] { return Erasures(impl_->connection).all(); });
}

}  // namespace alleycat::results
