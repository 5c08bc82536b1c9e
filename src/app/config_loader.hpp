#pragma once

#include "config_file.hpp"
#include "config_flags.hpp"

#include <map>

namespace alleycat::app {

/// Lays the sources over the defaults, the weakest first, and remembers where each key was set last.
///
/// Errors: the first complaint of a source, with its place; the loader is of no use after it.
class Loader {
public:
    using Outcome = std::optional<Complaint>;  ///< none: all is well

    [[nodiscard]] Outcome take_file(const std::string& file);
    [[nodiscard]] Outcome take_environment(std::span<const std::pair<std::string, std::string>> environment);
    [[nodiscard]] Outcome take_flags(const Flags& flags);

    /// What no key can check alone. Call it last.
    [[nodiscard]] Outcome check_together() const;

    [[nodiscard]] const Config& config() const { return config_; }

private:
    Outcome take_section(const std::string& file, const FileTable& table);
    Outcome take_class(const std::string& file, const FileTable& table);
    Outcome take_rule(const std::string& file, const FileTable& table);
    Outcome set(const Key& key, const Value& value, const std::string& place);
    [[nodiscard]] Complaint blame(const std::string& path, const std::string& text) const;

    Config config_;
    std::map<std::string, std::string> places_;  // the last place of each key that was set, by its path
};

}  // namespace alleycat::app
