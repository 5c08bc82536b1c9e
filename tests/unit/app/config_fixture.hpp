#pragma once

#include "temporary_directory.hpp"

#include <config.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace alleycat::app {

using Loaded = std::variant<Config, ExitNow>;

inline Loaded load(const std::vector<std::string>& flags, const Environment& environment = {})
{
    std::vector<const char*> argv{"alleycatd"};
    for (const auto& flag : flags) {
        argv.push_back(flag.c_str());
    }
    return load_config(static_cast<int>(argv.size()), argv.data(), environment);
}

/// The configuration, where loading must succeed.
inline Config config_of(const Loaded& loaded)
{
    if (const auto* exit = std::get_if<ExitNow>(&loaded)) {
        throw std::runtime_error("no configuration: " + exit->text);
    }
    return std::get<Config>(loaded);
}

/// What is printed where the start must stop with an error: one line, here without its line feed.
inline std::string error_of(const Loaded& loaded)
{
    const auto* exit = std::get_if<ExitNow>(&loaded);
    if (exit == nullptr) {
        return "no error";
    }
    if (exit->code != kConfigurationError || exit->text.find('\n') != exit->text.size() - 1) {
        return "not an error of one line: " + exit->text;
    }
    return exit->text.substr(0, exit->text.size() - 1);
}

/// Loads a file of this content.
inline Loaded load_text(const std::string& toml)
{
    const TemporaryDirectory directory;
    return load({"--config", directory.write("test.toml", toml)});
}

/// The error of a file of this content, from the file's name on.
inline std::string file_error(const std::string& toml)
{
    const auto error = error_of(load_text(toml));
    const auto name = error.find("test.toml");
    return name == std::string::npos ? error : error.substr(name);
}

inline std::string variable_error(const std::string& name, const std::string& value)
{
    return error_of(load({}, {{name, value}}));
}

}  // namespace alleycat::app
