#include "checkpoint_table.hpp"
#include "erasures.hpp"
#include "reader_sql.hpp"
#include "result_columns.hpp"
#include "schema.hpp"
#include "sqlite.hpp"

#include <alleycat/core/whole_number.hpp>
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

/// Four columns.
RacerInfo racer_of(const Rows& rows)
{
    return {rows.id<RacerId>(0), std::string(rows.text(1)), rows.integer(2), rows.integer(3)};
}

/// What stands in a LIKE pattern for `text` itself.
std::string escaped(std::string_view text)
{
    std::string pattern;
    for (const char each : text) {
        if (each == '%' || each == '_' || each == '\\') {
            pattern.push_back('\\');
        }
        pattern.push_back(each);
    }
    return pattern;
}

/// The id that is written so, or -1, which is none.
std::int64_t id_of(std::string_view text)
{
    return parse_plain_whole<std::int64_t>(text).value_or(-1);
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
          search_racers(connection, kFindRacers),
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
        return rows.next() ? std::optional(racer_of(rows)) : std::nullopt;
    }
    [[nodiscard]] std::vector<RacerInfo> find_racers(std::string_view text, std::size_t count);

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
    Statement search_racers;
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

std::vector<RacerInfo> ResultReader::Impl::find_racers(std::string_view text, std::size_t count)
{
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    const auto in_name = "%" + escaped(text) + "%";
    const auto id_begin = digits ? std::string(text) + "%" : std::string();  // which no id is like
    std::vector<RacerInfo> racers;
    for (auto rows =
             search_racers.query(std::string_view(in_name), std::string_view(id_begin), id_of(text), limit(count));
         rows.next();) {
        racers.push_back(racer_of(rows));
    }
    return racers;
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

Result<std::vector<RacerInfo>> ResultReader::find_racers(std::string_view text, std::size_t count) const
{
    return impl_->at_one_moment([&] { return impl_->find_racers(text, count); });
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
