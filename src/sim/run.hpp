#pragma once

#include "options.hpp"

namespace alleycat::sim {

/// Runs the simulation on this thread until it ends or SIGINT or SIGTERM comes (a second one ends it at once). Prints
/// the summary on stdout, all else on stderr. Returns the exit code: 0, or 1 if not everything sent was acknowledged or
/// the server could not be reached. Throws std::exception if it cannot start.
[[nodiscard]] int run(const Options& options);

}  // namespace alleycat::sim
