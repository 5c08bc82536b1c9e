#pragma once

#include <alleycat/core/error.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::results {

// What can be done with a database without a daemon. All of them only read.

/// What is wrong with it, a line each; empty where nothing is. Looks at SQLite's own integrity, at the schema's
/// version, and at what must hold between tables: each result has its race, `racers` counts its rows, each class record
/// is the best of its racer's results under the stored score.
/// Throws std::runtime_error with one line where the file cannot be opened, or is no database, or of a newer program.
[[nodiscard]] std::vector<std::string> check_database(const std::filesystem::path& path);

/// All races, results, class records and racers as lines of JSON, each with a "table" of its own; in order of their
/// keys, so that one database has one text. Throws as check_database() does.
void export_database(const std::filesystem::path& path, const std::function<void(std::string_view line)>& take);

}  // namespace alleycat::results
