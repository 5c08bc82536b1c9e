#pragma once

#include "config.hpp"

namespace alleycat::app {

/// What of the log a command looks at.
struct LogSelection {
    std::optional<std::uint32_t> shard;  ///< none: all
    std::uint64_t after{0};
    std::uint64_t count{std::numeric_limits<std::uint64_t>::max()};
};

// They only read, also while a daemon runs: then they see the log as it was when they began. Each returns the exit
// code. Throw std::runtime_error with one line for a log that cannot be read.

/// A line of JSON a shard, with --shard one a segment too.
[[nodiscard]] int log_stat(const Config& config, const LogSelection& selection);
/// Reads every byte; 1 where records are damaged.
[[nodiscard]] int log_verify(const Config& config, const LogSelection& selection);
/// A line of JSON a record. `data` is the record's text; `dataBase64` stands in its place where that is not UTF-8.
[[nodiscard]] int log_dump(const Config& config, const LogSelection& selection);

}  // namespace alleycat::app
