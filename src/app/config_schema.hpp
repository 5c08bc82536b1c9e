#pragma once

#include "config_kinds.hpp"

namespace alleycat::app {

/// One key of the configuration. Its name in the file, its variable and its flag follow from `section` and `name`.
struct Key {
    std::string section;  ///< empty for the classes, which are tables of their own in the file
    std::string name;
    std::string placeholder;
    std::string allowed;
    std::string help;  ///< one line
    std::function<std::optional<Complaint>(Config&, const Value&)> set;
    std::function<std::string(const Config&)> literal;  ///< its value in a configuration, as TOML
    std::function<void(Config& to, const Config& from)> copy;
    bool live{false};  ///< a running daemon can take on another value

    [[nodiscard]] std::string path() const;      ///< `stream.ring_capacity`
    [[nodiscard]] std::string variable() const;  ///< `ALLEYCAT_STREAM_RING_CAPACITY`
    [[nodiscard]] std::string flag() const;      ///< `--stream-ring-capacity`
};

/// Every key, section by section. The file, the environment, the flags, --help and --print-config follow this list.
[[nodiscard]] const std::vector<Key>& schema();

/// The candidate that `word` is most likely a slip of; none where all are too far from it.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace alleycat::app
