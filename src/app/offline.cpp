#include "offline.hpp"

#include "broker_access.hpp"
#include "database_commands.hpp"
#include "history_rebuild.hpp"
#include "log_commands.hpp"
#include "logging.hpp"
#include "token_commands.hpp"

#include <alleycat/core/clock.hpp>

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
    TokenRequest token;
    std::string token_id;
    bool json{false};
    std::string directory;
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

        auto* token = app.add_subcommand("token", "Say who may do what, also while the daemon runs");
        token->require_subcommand(1);
        token_add = token->add_subcommand("add", "Make a token, and print it: it is shown only once");
        token_add->add_option("--role", arguments.token.role, "bike, studio, viewer or administrator")->required();
        token_add->add_option("--racer", arguments.token.racer, "Of a bike: its racer's id")->type_name("ID");
        token_add->add_option("--note", arguments.token.note, "A line that tells it from others")->type_name("TEXT");
        token_add->add_option("--expires", arguments.token.expires, "End it so long from now, such as 12h or 30d")
            ->type_name("TIME");
        token_list = token->add_subcommand("list", "All tokens, by age, without what is secret");
        for (auto* command : {token_add, token_list}) {
            command->add_flag("--json", arguments.json, "As lines of JSON");
        }
        token_revoke = token->add_subcommand("revoke", "Make a token worthless");
        token_revoke->add_option("id", arguments.token_id, "Which, as token list names it")->required();

        mosquitto_acl = app.add_subcommand("mosquitto-acl", "Write Mosquitto's password and access files, once");
        mosquitto_acl->add_option("--directory", arguments.directory, "Where, instead of auth.mosquitto_directory")
            ->type_name("DIRECTORY");

        for (auto* command :
             {stat, verify, dump, rebuild, check, export_, token_add, token_list, token_revoke, mosquitto_acl}) {
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
    CLI::App* token_add;
    CLI::App* token_list;
    CLI::App* token_revoke;
    CLI::App* mosquitto_acl;
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
    if (*commands.token_add) {
        return say(token_add(config, arguments.token, arguments.json, epoch_ms()));
    }
    if (*commands.token_list) {
        return say(token_list(config, arguments.json, epoch_ms()));
    }
    if (*commands.token_revoke) {
        return say(token_revoke(config, arguments.token_id));
    }
    if (*commands.mosquitto_acl) {
        return write_broker_files(config, arguments.directory);
    }
    return rebuild_history(config, arguments.rebuild);
}

}  // namespace

std::optional<int> run_offline(int argc, const char* const* argv, const Environment& environment)
{
    constexpr std::array<std::string_view, 5> kCommands{"log", "history", "db", "token", "mosquitto-acl"};
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
