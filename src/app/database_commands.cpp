#include "database_commands.hpp"

#include "room_options.hpp"

#include <alleycat/access/token_store.hpp>
#include <alleycat/quarantine/check_database.hpp>
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
    int status = 0;
    const auto check = [&status](const std::filesystem::path& path, auto look_at) {
        const auto faults = look_at(path);
        for (const auto& fault : faults) {
            print(path.string() + ": " + fault);
            status = 1;
        }
        if (faults.empty()) {
            print(path.string() + ": nothing is wrong");
        }
    };
    check(database_path(config), results::check_database);
    // These are made when there is something for them to hold.
    if (const auto path = quarantine_options(config).path; std::filesystem::exists(path)) {
        check(path, quarantine::check_database);
    }
    if (const auto path = tokens_path(config); std::filesystem::exists(path)) {
        check(path, access::TokenStore::check);
    }
    return status;
}

int database_export(const Config& config)
{
    results::export_database(database_path(config), print);
    return 0;
}

}  // namespace alleycat::app
