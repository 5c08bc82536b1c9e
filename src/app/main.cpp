#include "config.hpp"
#include "daemon.hpp"
#include "logging.hpp"
#include "offline.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    using namespace alleycat::app;
    const auto environment = read_environment(environ);
    if (const auto done = run_offline(argc, argv, environment)) {
        return *done;
    }
    const auto loaded = load_config(argc, argv, environment);
    if (const auto* leave = std::get_if<ExitNow>(&loaded)) {
        std::fputs(leave->text.c_str(), leave->code == 0 ? stdout : stderr);
        return leave->code;
    }
    const auto& config = std::get<Config>(loaded);
    set_up_logging(config.log);
    try {
        Daemon daemon(config, [&] { return load_config(argc, argv, environment); });
        daemon.run();
    } catch (const std::exception& failure) {
        spdlog::critical("{}", failure.what());
        return 1;
    }
    return 0;
}
