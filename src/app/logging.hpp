#pragma once

#include "config.hpp"

namespace alleycat::app {

/// Makes spdlog write to standard error as configured.
void set_up_logging(const Log& log);
void set_log_level(LogLevel level);

}  // namespace alleycat::app
