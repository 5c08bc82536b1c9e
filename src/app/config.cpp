#include "config.hpp"

#include "config_classes.hpp"
#include "config_loader.hpp"
#include "config_rule_tables.hpp"

#include <algorithm>
#include <cstdio>

namespace alleycat::app {

namespace {

std::string to_toml(const Config& config)
{
    std::string toml;
    std::string section;
    for (const auto& key : schema()) {
        if (key.section.empty()) {
            toml += class_tables(config.classes);
            continue;
        }
        if (key.section != section) {
            section = key.section;
            toml += (toml.empty() ? "[" : "\n[") + section + "]\n";
        }
        toml += key.name + " = " + key.literal(config) + "\n";
    }
    return toml + rule_tables(config.rules);
}

}  // namespace

int leave(const ExitNow& exit)
{
    std::fputs(exit.text.c_str(), exit.code == 0 ? stdout : stderr);
    return exit.code;
}

Environment read_environment(const char* const* environment)
{
    Environment pairs;
    for (; *environment != nullptr; ++environment) {
        const std::string_view variable = *environment;
        const auto equals = std::min(variable.find('='), variable.size());
        pairs.emplace_back(variable.substr(0, equals), variable.substr(std::min(equals + 1, variable.size())));
    }
    return pairs;
}

std::variant<Config, ExitNow> load_config(int argc, const char* const* argv,
                                          std::span<const std::pair<std::string, std::string>> environment)
{
    const auto read = read_flags(argc, argv);
    if (const auto* exit = std::get_if<ExitNow>(&read)) {
        return *exit;
    }
    const auto& flags = std::get<Flags>(read);
    Loader loader;
    auto outcome = flags.file ? loader.take_file(*flags.file) : std::nullopt;
    if (!outcome) {
        outcome = loader.take_environment(environment);
    }
    if (!outcome) {
        outcome = loader.take_flags(flags);
    }
    if (!outcome) {
        outcome = loader.check_together();
    }
    if (outcome) {
        return ExitNow{kConfigurationError, outcome->text + "\n"};
    }
    if (flags.print) {
        return ExitNow{0, to_toml(loader.config())};
    }
    if (flags.check) {
        return ExitNow{0, "configuration is valid\n"};
    }
    return loader.config();
}

}  // namespace alleycat::app
