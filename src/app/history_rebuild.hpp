#pragma once

#include "config.hpp"

namespace alleycat::app {

struct RebuildOptions {
    std::string from{"both"};  ///< "log", "delivery" or "both"
    bool fresh{false};         ///< begin with nothing, instead of with what the history files hold
};

/// Brings the records of the retained log, of the delivery files, or of both into the history files. What the files
/// hold stays, since the log reaches back only as far as its retention; a file that is damaged, and with `fresh`
/// every file, is moved aside at the end, not removed. Interrupted before that, it has changed nothing; done twice, no
/// more than once.
///
/// No daemon may use the directory. Returns the exit code: 1 where a part could not be read. Throws std::runtime_error
/// with one line where nothing could be done.
[[nodiscard]] int rebuild_history(const Config& config, const RebuildOptions& options);

}  // namespace alleycat::app
