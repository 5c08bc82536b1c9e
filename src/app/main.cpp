#include "config.hpp"
#include "daemon.hpp"
#include "file_limit.hpp"
#include "health_check.hpp"
#include "logging.hpp"
#include "offline.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <exception>

int main(int argc, char** argv)
{
    using namespace alleycat::app;
    const auto environment = read_environment(environ);
    if (const auto done = run_offline(argc, argv, environment)) {
        return *done;
    }
    if (const auto health = run_health_check(argc, argv, environment)) {
        return *health;
    }
    const auto loaded = load_config(argc, argv, environment);
    if (const auto* exit = std::get_if<ExitNow>(&loaded)) {
        return leave(*exit);
    }
    const auto& config = std::get<Config>(loaded);
    set_up_logging(config.log);
    if (const auto files = raise_file_limit(); files < config.limits.connections) {
        spdlog::warn("limits.connections is {}, but this process may have no more than {} open files (ulimit -Hn)",
                     config.limits.connections, files);
    }
    try {
        Daemon daemon(config, [&] { return load_config(argc, argv, environment); });
        daemon.run();
    } catch (const std::exception& failure) {
        spdlog::critical("{}", failure.what());
        return 1;
    }
    return 0;
}
