#include "schema.hpp"
#include "sqlite.hpp"

#include <alleycat/core/json_text.hpp>
#include <alleycat/results/database_commands.hpp>

#include <array>

namespace alleycat::results {

namespace {

/// How a column is said in JSON.
struct ExportedColumn {
    enum class Kind : std::uint8_t {
        Integer,
        Real,
        Text,
        Flag,
    };
    std::string_view name;
    std::string_view json_name;
    Kind kind{Kind::Integer};
};

struct ExportedTable {
    std::string_view name;
    std::string_view key;
    std::vector<ExportedColumn> columns;
};

using Kind = ExportedColumn::Kind;

const std::array<ExportedTable, 4>& exported_tables()
{
    static const std::array<ExportedTable, 4> tables{{
        {"races",
         "class_id, race_id",
         {{"class_id", "classId"},
          {"race_id", "raceId"},
          {"start_ms", "startMs"},
          {"end_ms", "endMs"},
          {"closed", "closed", Kind::Flag},
          {"racers", "racers"}}},
        {"results",
         "class_id, race_id, racer_id",
         {{"class_id", "classId"},
          {"race_id", "raceId"},
          {"racer_id", "racerId"},
          {"name", "name", Kind::Text},
          {"second", "second"},
          {"finished", "finished", Kind::Flag},
          {"output", "output", Kind::Real},
          {"best", "best", Kind::Real},
          {"mean", "mean", Kind::Real},
          {"total", "total", Kind::Real},
          {"arrival", "arrival"},
          {"first_ms", "firstMs"},
          {"last_ms", "lastMs"},
          {"unverified", "unverified", Kind::Flag}}},
        {"class_records",
         "class_id, racer_id",
         {{"class_id", "classId"},
          {"racer_id", "racerId"},
          {"score", "score", Kind::Real},
          {"race_id", "raceId"},
          {"achieved_ms", "achievedMs"}}},
        {"racers",
         "racer_id",
         {{"racer_id", "racerId"}, {"name", "name", Kind::Text}, {"first_ms", "firstMs"}, {"last_ms", "lastMs"}}},
    }};
    return tables;
}

std::string select_all(const ExportedTable& table)
{
    std::string sql = "SELECT ";
    for (const auto& column : table.columns) {
        sql.append(&column == &table.columns.front() ? "" : ", ").append(column.name);
    }
    return sql.append(" FROM ").append(table.name).append(" ORDER BY ").append(table.key);
}

void append_value(std::string& line, const Rows& rows, int at, Kind kind)
{
    switch (kind) {
        case Kind::Integer:
            append_number(line, rows.integer(at));
            break;
        case Kind::Real:
            append_number(line, rows.real(at));
            break;
        case Kind::Text:
            append_string(line, rows.text(at));
            break;
        case Kind::Flag:
            line += rows.integer(at) != 0 ? "true" : "false";
            break;
    }
}

void export_table(Connection& connection, const ExportedTable& table,
                  const std::function<void(std::string_view line)>& take)
{
    Statement statement(connection, select_all(table));
    std::string line;
    for (auto rows = statement.query(); rows.next();) {
        line.assign(R"({"table":)");
        append_string(line, table.name);
        int at = 0;
        for (const auto& column : table.columns) {
            line.append(",\"").append(column.json_name).append("\":");
            append_value(line, rows, at++, column.kind);
        }
        take(line += '}');
    }
    connection.refuse_if_failed();
}

}  // namespace

void export_database(const std::filesystem::path& path, const std::function<void(std::string_view line)>& take)
{
    Connection connection(path, Connection::Mode::Read);
    const Transaction moment(connection, Transaction::Kind::Read);
    require_current(connection, migrations());
    for (const auto& table : exported_tables()) {
        export_table(connection, table, take);
    }
}

}  // namespace alleycat::results
