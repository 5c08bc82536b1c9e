#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace alleycat::quarantine {

/// What is wrong with the database, a line each; empty where nothing is. Only reads, also beside a daemon. Throws
/// std::runtime_error with one line where the file cannot be opened, or is no database, or of a newer program.
[[nodiscard]] std::vector<std::string> check_database(const std::filesystem::path& path);

}  // namespace alleycat::quarantine
