#pragma once

#include <alleycat/sqlite/connection.hpp>

#include <span>
#include <string_view>

namespace alleycat::sqlite {

/// "Alle": what PRAGMA application_id says of our databases.
inline constexpr std::int32_t kApplicationId = 0x416C6C65;

/// The version of the schema, 0 for an empty file. `steps`: how each version is made of the one before; step 0 makes
/// version 1 of an empty file. Throws std::runtime_error with one line where the file is damaged, is none of ours, or
/// is of a newer version than `steps` lead to. Only reads.
[[nodiscard]] std::size_t checked_version(Connection& connection, std::span<const std::string_view> steps);

/// As checked_version(), but throws too where the schema is not brought up to that version yet: for those who only
/// read.
void require_current(Connection& connection, std::span<const std::string_view> steps);

/// Sets the connection up for writing, and brings the schema to the version that `steps` lead to: all of it or, where
/// it throws, nothing.
void prepare_database(Connection& connection, std::span<const std::string_view> steps);

}  // namespace alleycat::sqlite
