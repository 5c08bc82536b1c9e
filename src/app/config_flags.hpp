#pragma once

#include "config_schema.hpp"

namespace alleycat::app {

struct Flags {
    std::optional<std::string> file;                   ///< --config
    bool check{false};                                 ///< --check-config
    bool print{false};                                 ///< --print-config
    bool health{false};                                ///< --health
    std::vector<std::pair<const Key*, Value>> values;  ///< one for each key given
};

/// Reads the command line: a flag for each key of the schema, and those above. A flag given twice counts as its last.
/// Leaves for --help, --version, and a command line that cannot be understood. Does not look into the values.
[[nodiscard]] std::variant<Flags, ExitNow> read_flags(int argc, const char* const* argv);

}  // namespace alleycat::app
