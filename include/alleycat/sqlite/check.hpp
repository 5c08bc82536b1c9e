#pragma once

#include <alleycat/sqlite/connection.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::sqlite {

/// What is wrong with a database, a line each.
using Faults = std::vector<std::string>;

/// What must hold: each row of `select` is a fault, said in its one column.
struct Rule {
    std::string_view name;
    std::string_view select;
};

/// Looks at SQLite's own integrity and at the schema, which must be what `steps` make (see checked_version(), and what
/// it throws). True where the tables are those, so that rules can be looked at.
[[nodiscard]] bool check_structure(Connection& connection, std::span<const std::string_view> steps, Faults& faults);

/// Looks at each rule; of each, no more than a hundred faults are told. One that cannot be read is a fault too, and
/// leaves the others to be looked at.
void check_rules(Connection& connection, std::span<const Rule> rules, Faults& faults);

/// True where something of `name` could not be read, which is a fault then.
bool note_failure(Connection& connection, std::string_view name, Faults& faults);

}  // namespace alleycat::sqlite
