#pragma once

#include "sqlite.hpp"

#include <span>
#include <string_view>

namespace alleycat::results {

/// "Alle": what PRAGMA application_id says of our databases.
inline constexpr std::int32_t kApplicationId = 0x416C6C65;

/// How each version of the schema is made of the one before: step 0 makes version 1 of an empty file. A step that has
/// been released is never changed.
[[nodiscard]] std::span<const std::string_view> migrations();

/// The version of the schema, 0 for an empty file. Throws std::runtime_error with one line where the file is damaged,
/// is none of ours, or is of a newer version than `steps` lead to. Only reads.
[[nodiscard]] std::size_t checked_version(Connection& connection, std::span<const std::string_view> steps);

/// As checked_version(), but throws too where the schema is not brought up to that version yet: for those who only
/// read.
void require_current(Connection& connection, std::span<const std::string_view> steps);

/// Sets the connection up for writing, and brings the schema to the version that `steps` lead to: all of it or, where
/// it throws, nothing.
void prepare_database(Connection& connection, std::span<const std::string_view> steps);

}  // namespace alleycat::results
