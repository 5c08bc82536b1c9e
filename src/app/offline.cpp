#include "offline.hpp"

#include "database_commands.hpp"
#include "history_rebuild.hpp"
#include "log_commands.hpp"
#include "logging.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace alleycat::app {

namespace {

/// What a command is told beside the configuration.
struct Arguments {
    LogSelection log;
    RebuildOptions rebuild;
};

/// The commands, as CLI11 knows them; what they do not know goes to load_config().
struct Commands {
    explicit Commands(Arguments& arguments)
    {
        auto* log = app.add_subcommand("log", "Look into the log of a data directory")->require_subcommand(1);
        stat = log->add_subcommand("stat", "What the log of each shard holds");
        verify = log->add_subcommand("verify", "Read all of it, and report every damaged byte");
        dump = log->add_subcommand("dump", "Print records as lines of JSON");
        for (auto* command : {stat, verify, dump}) {
            command->add_option("--shard", arguments.log.shard, "Only this shard")->type_name("N");
        }
        dump->get_option("--shard")->required();
        dump->add_option("--after", arguments.log.after, "Only records with a higher sequence number")->type_name("N");
        dump->add_option("--count", arguments.log.count, "At most so many")->type_name("N");

        auto* history = app.add_subcommand("history", "Mend the history of a data directory")->require_subcommand(1);
        rebuild = history->add_subcommand("rebuild", "Bring what log and delivery files hold into the history files");
        rebuild->add_option("--from", arguments.rebuild.from, "log, delivery or both")
            ->check(CLI::IsMember({"log", "delivery", "both"}))
            ->capture_default_str();
        rebuild->add_flag("--fresh", arguments.rebuild.fresh,
                          "Begin with nothing: history files that are there are moved aside");

        auto* database = app.add_subcommand("db", "Look into the database of a data directory")->require_subcommand(1);
        check = database->add_subcommand("check", "Look for damage and contradictions");
        export_ = database->add_subcommand("export", "Print races, results, class records and racers as lines of JSON");
        for (auto* command : {stat, verify, dump, rebuild, check, export_}) {
            command->allow_extras()->footer(
                "The daemon's flags say where the data is: --config FILE, --storage-directory DIRECTORY.");
        }
    }

    CLI::App app{"alleycatd without a daemon", "alleycatd"};
    CLI::App* stat;
    CLI::App* verify;
    CLI::App* dump;
    CLI::App* rebuild;
    CLI::App* check;
    CLI::App* export_;
};

int complain(std::string_view text)
{
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
    return kConfigurationError;
}

int run(const Commands& commands, const Arguments& arguments, const Config& config)
{
    if (*commands.stat) {
        return log_stat(config, arguments.log);
    }
    if (*commands.verify) {
        return log_verify(config, arguments.log);
    }
    if (*commands.dump) {
        return log_dump(config, arguments.log);
    }
    if (*commands.check) {
        return database_check(config);
    }
    if (*commands.export_) {
        return database_export(config);
    }
    return rebuild_history(config, arguments.rebuild);
}

}  // namespace

std::optional<int> run_offline(int argc, const char* const* argv, const Environment& environment)
{
    constexpr std::array<std::string_view, 3> kCommands{"log", "history", "db"};
    if (argc < 2 || std::ranges::find(kCommands, argv[1]) == kCommands.end()) {
        return std::nullopt;
    }
    Arguments arguments;
    Commands commands(arguments);
    try {
        commands.app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::fputs(commands.app.help().c_str(), stdout);
        return 0;
    } catch (const CLI::ParseError& error) {
        return complain(error.what());
    }
    std::vector<const char*> left{argv[0]};
    const auto extras = commands.app.remaining(true);
    for (const auto& argument : extras) {
        left.push_back(argument.c_str());
    }
    const auto loaded = load_config(static_cast<int>(left.size()), left.data(), environment);
    if (const auto* exit = std::get_if<ExitNow>(&loaded)) {
        return leave(*exit);
    }
    const auto& config = std::get<Config>(loaded);
    set_up_logging(config.log);
    try {
        return run(commands, arguments, config);
    } catch (const std::exception& failure) {
        complain(failure.what());
        return 1;
    }
}

}  // namespace alleycat::app
