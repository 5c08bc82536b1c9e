#pragma once

#include "config.hpp"

namespace alleycat::app {

/// What becomes of a configuration that was read anew while the daemon runs.
struct Reload {
    std::vector<std::string> taken;    ///< paths of the keys that changed in `running`
    std::vector<std::string> ignored;  ///< of those that another value waits for a restart
};

/// Takes on of `wanted` what a running daemon can: log level, limits, classes.
[[nodiscard]] Reload reload(Config& running, const Config& wanted);

}  // namespace alleycat::app
