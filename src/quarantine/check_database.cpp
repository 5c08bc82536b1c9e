#include "schema.hpp"

#include <alleycat/quarantine/check_database.hpp>
#include <alleycat/sqlite/check.hpp>

#include <array>

namespace alleycat::quarantine {

namespace {

constexpr std::array kRules{
    sqlite::Rule{"places of records", R"(
        SELECT format('record %d-%d is held, but of its shard nothing was kept up to there', shard, sequence)
        FROM held LEFT JOIN positions USING (shard) WHERE kept IS NULL OR sequence > kept)"},
};

}  // namespace

std::vector<std::string> check_database(const std::filesystem::path& path)
{
    sqlite::Connection connection(path, sqlite::Connection::Mode::Read);
    const sqlite::Transaction moment(connection, sqlite::Transaction::Kind::Read);
    sqlite::Faults faults;
    if (sqlite::check_structure(connection, migrations(), faults)) {
        sqlite::check_rules(connection, kRules, faults);
    }
    return faults;
}

}  // namespace alleycat::quarantine
