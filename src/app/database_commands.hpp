#pragma once

#include "config.hpp"

namespace alleycat::app {

// They only read, also while a daemon runs. Each returns the exit code, and throws std::runtime_error with one line for
// a database that cannot be read.

/// A line for each thing that is wrong, then 1; else a line that says that nothing is.
[[nodiscard]] int database_check(const Config& config);
/// A line of JSON a row.
[[nodiscard]] int database_export(const Config& config);

}  // namespace alleycat::app
