#pragma once

#include "config.hpp"

namespace alleycat::app {

/// The commands that work on a data directory without a daemon, or beside it:
///     alleycatd log stat|verify [--shard N]
///     alleycatd log dump --shard N [--after SEQUENCE] [--count N]
///     alleycatd history rebuild [--from log|delivery|both] [--fresh]
///     alleycatd token add --role ROLE [--racer ID] [--note TEXT] [--expires TIME] [--json]
///     alleycatd token list [--json]
///     alleycatd token revoke ID
/// each also with the daemon's flags, such as --config and --storage-directory.
///
/// Writes to standard output; complaints go to standard error. Returns the exit code: 0; 1 where something is wrong
/// with the data; kConfigurationError for a command that cannot be understood. None where the arguments are no such
/// command.
[[nodiscard]] std::optional<int> run_offline(int argc, const char* const* argv, const Environment& environment);

}  // namespace alleycat::app
