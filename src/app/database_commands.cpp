#include "database_commands.hpp"

#include "room_options.hpp"

#include <alleycat/results/database_commands.hpp>

#include <cstdio>

namespace alleycat::app {

namespace {

void print(std::string_view line)
{
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
}

}  // namespace

int database_check(const Config& config)
{
    const auto path = database_path(config);
    const auto faults = results::check_database(path);
    for (const auto& fault : faults) {
        print(path.string() + ": " + fault);
    }
    if (faults.empty()) {
        print(path.string() + ": nothing is wrong");
    }
    return faults.empty() ? 0 : 1;
}

int database_export(const Config& config)
{
    results::export_database(database_path(config), print);
    return 0;
}

}  // namespace alleycat::app
