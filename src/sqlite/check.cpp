#include <alleycat/sqlite/check.hpp>
#include <alleycat/sqlite/schema.hpp>

#include <fmt/format.h>

namespace alleycat::sqlite {

namespace {

constexpr int kMostOfOneKind = 100;  // of a file that is one fault, no more is worth reading

/// Appends what `select` says.
void collect(Connection& connection, std::string_view name, const std::string& select, Faults& faults)
{
    {
        Statement statement(connection, select + " LIMIT " + std::to_string(kMostOfOneKind));
        for (auto rows = statement.query(); rows.next();) {
            faults.emplace_back(rows.text(0));
        }
    }
    (void)note_failure(connection, name, faults);
}

void check_integrity(Connection& connection, Faults& faults)
{
    Faults found;
    collect(connection, "integrity",
            fmt::format("SELECT integrity_check FROM pragma_integrity_check({})", kMostOfOneKind), found);
    if (found != Faults{"ok"}) {
        faults.insert(faults.end(), found.begin(), found.end());
    }
}

/// "table races: CREATE …" of everything there is.
Faults schema_of(Connection& connection)
{
    Faults schema;
    collect(connection, "schema",
            "SELECT type || ' ' || name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL "
            "ORDER BY type, name",
            schema);
    return schema;
}

bool check_schema(Connection& connection, std::span<const std::string_view> steps, Faults& faults)
{
    Connection made(":memory:", Connection::Mode::Write);
    for (const auto step : steps) {
        made.demand(std::string(step));
    }
    if (schema_of(connection) == schema_of(made)) {
        return true;
    }
    faults.emplace_back("the tables are not those of this version");
    return false;
}

}  // namespace

bool note_failure(Connection& connection, std::string_view name, Faults& faults)
{
    if (!connection.failed()) {
        return false;
    }
    faults.push_back(fmt::format("{}: cannot be checked: {}", name, connection.message()));
    connection.clear();
    return true;
}

bool check_structure(Connection& connection, std::span<const std::string_view> steps, Faults& faults)
{
    const auto version = checked_version(connection, steps);
    if (version < steps.size()) {
        faults.push_back(fmt::format("version {} is older than this alleycat's {}: a start of the daemon brings it up",
                                     version, steps.size()));
        return false;
    }
    check_integrity(connection, faults);
    return check_schema(connection, steps, faults);
}

void check_rules(Connection& connection, std::span<const Rule> rules, Faults& faults)
{
    for (const auto& rule : rules) {
        collect(connection, rule.name, std::string(rule.select), faults);
    }
}

}  // namespace alleycat::sqlite
