#include "config_flags.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace alleycat::app {

namespace {

constexpr auto kFooter =
    "Each key can be set by its flag, by a variable such as ALLEYCAT_HTTP_LISTEN, or in the file: listen under "
    "[http].\n"
    "A flag beats a variable, a variable beats the file, and the file beats the defaults above.";

/// The arguments in the reversed order that CLI11 takes. It reads `--flag=` as a flag without a value, while here an
/// empty value has a meaning, so that form becomes two arguments.
std::vector<std::string> reversed_arguments(int argc, const char* const* argv)
{
    std::vector<std::string> arguments;
    for (int i = 1; i < argc; ++i) {
        std::string argument = argv[i];
        const bool empty_value = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
        if (empty_value) {
            argument.pop_back();
        }
        arguments.push_back(std::move(argument));
        if (empty_value) {
            arguments.emplace_back();
        }
    }
    std::ranges::reverse(arguments);
    return arguments;
}

ExitNow refuse(std::string text)
{
    std::ranges::replace(text, '\n', ' ');
    return {kConfigurationError, text + "\n"};
}

ExitNow refuse_unknown(const std::string& argument)
{
    const auto flag = argument.substr(0, argument.find('='));
    std::vector<std::string> names{"config", "check-config", "print-config", "insecure-open",
                                   "health", "version",      "help"};
    for (const auto& key : schema()) {
        names.push_back(key.flag().substr(2));
    }
    const auto near = flag.starts_with("--") ? nearest(flag.substr(2), names) : std::nullopt;
    return refuse(flag + (near ? ": unknown flag, did you mean --" + *near + "?"
                               : std::string(": unknown argument; alleycatd --help lists the flags")));
}

ExitNow refuse_missing_value(const std::string& flag)
{
    const auto key = std::ranges::find(schema(), flag, &Key::flag);
    return refuse(flag + ": must have a value" + (key == schema().end() ? "" : ", " + key->allowed));
}

std::string description(const Key& key, const Config& defaults)
{
    return key.help + "\n" + key.allowed + " (default " + key.literal(defaults) + ")";
}

/// The flags of one run of read_flags().
struct Options {
    explicit Options(CLI::App& app)
    {
        app.set_help_flag("-h,--help", "Say this and leave");
        app.set_version_flag("--version", "alleycatd " + std::string(kVersion), "Say the version and leave");
        file = app.add_option("--config")->description("The configuration file (TOML)")->type_name("FILE")->take_last();
        app.add_flag("--check-config", check, "Check the whole configuration and leave");
        app.add_flag("--print-config", print, "Print the configuration as it applies, as TOML, and leave");
        app.add_flag("--insecure-open", insecure_open, "The same as --auth-insecure-open true");
        app.add_flag("--health", health, "Ask the running daemon whether it is well, and leave: exit code 0 or 1");
        const Config defaults;
        for (const auto& key : schema()) {
            keys.push_back(app.add_option(key.flag())
                               ->description(description(key, defaults))
                               ->type_name(key.placeholder)
                               ->group(key.section.empty() ? key.name : key.section)
                               ->take_last());
        }
        app.allow_extras();
        app.get_formatter()->column_width(36);
        app.footer(kFooter);
    }

    CLI::Option* file;
    bool check{false};
    bool print{false};
    bool health{false};
    bool insecure_open{false};
    std::vector<CLI::Option*> keys;  // in the order of the schema
};

}  // namespace

std::variant<Flags, ExitNow> read_flags(int argc, const char* const* argv)
{
    CLI::App app("Live racing for exercise bikes, in one daemon.", "alleycatd");
    Options options(app);
    try {
        app.parse(reversed_arguments(argc, argv));
    } catch (const CLI::CallForHelp&) {
        return ExitNow{0, app.help()};
    } catch (const CLI::CallForVersion& version) {
        return ExitNow{0, std::string(version.what()) + "\n"};
    } catch (const CLI::ArgumentMismatch&) {
        return refuse_missing_value(argv[argc - 1]);  // only the last argument can lack its value
    } catch (const CLI::ParseError& error) {
        return refuse(error.what());
    }
    if (const auto unknown = app.remaining(); !unknown.empty()) {
        return refuse_unknown(unknown.front());
    }
    Flags flags{std::nullopt, options.check, options.print, options.health, {}};
    if (options.file->count() > 0) {
        flags.file = options.file->results().back();
    }
    for (std::size_t i = 0; i < options.keys.size(); ++i) {
        if (options.insecure_open && schema()[i].path() == "auth.insecure_open") {
            flags.values.emplace_back(&schema()[i], Value{Value::Form::Word, "true"});
        }
        if (options.keys[i]->count() > 0) {
            flags.values.emplace_back(&schema()[i], Value{Value::Form::Word, options.keys[i]->results().back()});
        }
    }
    return flags;
}

}  // namespace alleycat::app
