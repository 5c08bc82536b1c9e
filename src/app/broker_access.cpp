#include "broker_access.hpp"

#include "room_options.hpp"

#include <alleycat/core/clock.hpp>
#include <alleycat/core/directory.hpp>
#include <alleycat/core/replacement_file.hpp>
#include <alleycat/core/sha256.hpp>
#include <alleycat/core/whole_number.hpp>

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace alleycat::app {

namespace {

constexpr std::string_view kOwnUser = "alleycatd";

std::string first_line(const std::filesystem::path& path, const std::string& whose)
{
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) {
        throw std::runtime_error(whose + ": cannot read a line from " + path.string());
    }
    return line;
}

/// Makes a password, readable by its owner only: all of it or, where this is interrupted, no file. Leaves one alone
/// that somebody else makes meanwhile.
Result<void> make_password(const std::filesystem::path& path)
{
    auto unfinished = path;
    unfinished += kUnfinishedSuffix;
    const UniqueFd file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const auto line = access::random_secret() + "\n";
    if (!file || ::fchmod(file.get(), 0600) != 0 ||  // also where one is left over
        ::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::fsync(file.get()) != 0 || (::link(unfinished.c_str(), path.c_str()) != 0 && errno != EEXIST) ||
        ::unlink(unfinished.c_str()) != 0) {
        return last_system_error();
    }
    return sync_directory(path.parent_path());
}

std::string own_password(const std::filesystem::path& path)
{
    std::filesystem::create_directories(path.parent_path());
    if (!std::filesystem::exists(path)) {
        if (const auto made = make_password(path); !made) {
            throw std::runtime_error(path.string() + ": cannot be written: " + made.error().message());
        }
    }
    return first_line(path, "the password at the broker");
}

/// What nobody finds who does not know the secret, always the same.
std::string derived_name(const std::string& secret)
{
    return hex(sha256("client id of " + secret)).substr(0, 32);
}

/// The level of the topic, from 1 on, that names the racer of a rule's records; 0: none does.
std::size_t racer_level(const ingest::RuleOptions& rule)
{
    const auto racer = rule.select.find("racerId");
    constexpr std::string_view kOpen = "${topic(";
    constexpr std::string_view kClose = ")}";
    if (racer == rule.select.end() || !racer->second.starts_with(kOpen) || !racer->second.ends_with(kClose)) {
        return 0;
    }
    const auto level = std::string_view(racer->second).substr(kOpen.size());
    return parse_whole<std::size_t>(level.substr(0, level.size() - kClose.size())).value_or(0);
}

}  // namespace

bool keeps_broker_files(const Config& config)
{
    return config.auth.mode == AuthMode::Token && !config.auth.mosquitto_directory.empty();
}

BrokerLogin broker_login(const Config& config)
{
    const auto& mqtt = config.mqtt;
    BrokerLogin login{mqtt.username, {}, mqtt.client_id};
    if (mqtt.username.empty() && keeps_broker_files(config)) {
        login.username = kOwnUser;
        login.password = own_password(config.storage.directory / "broker-password");
    } else if (!mqtt.password_file.empty()) {
        login.password = first_line(mqtt.password_file, "mqtt.password_file");
    }
    if (config.auth.mode == AuthMode::Token && !login.password.empty()) {
        login.client_id += "-" + derived_name(login.password);
    }
    return login;
}

access::MosquittoFiles broker_files(const Config& config, std::filesystem::path directory)
{
    auto login = broker_login(config);
    access::MosquittoFiles files;
    files.directory = std::move(directory);
    files.daemon_user = std::move(login.username);
    files.daemon_password = std::move(login.password);
    if (!config.mqtt.topic.empty()) {
        files.sources.push_back({config.mqtt.topic, 0, true});
    }
    for (const auto& rule : config.rules) {
        const auto level = racer_level(rule);
        files.sources.push_back({rule.topic, level, level != 0});
    }
    for (const auto& topic : {config.mqtt.results_topic, config.mqtt.records_topic}) {
        if (!topic.empty()) {
            files.published.push_back(topic);
        }
    }
    return files;
}

void tell_broker(const std::filesystem::path& pid_file)
{
    std::ifstream file(pid_file);
    std::string line;
    std::getline(file, line);
    const auto process = parse_whole<::pid_t>(line);
    if (!process || *process < 2 || ::kill(*process, SIGHUP) != 0) {
        spdlog::warn("auth.mosquitto_pid_file: {} names no process that can be told of changed tokens",
                     pid_file.string());
    }
}

int write_broker_files(const Config& config, std::filesystem::path directory)
{
    if (directory.empty()) {
        directory = config.auth.mosquitto_directory;
    }
    if (directory.empty()) {
        throw std::runtime_error("auth.mosquitto_directory is empty: say --directory DIR");
    }
    const auto tokens = access::TokenStore(tokens_path(config)).list();
    const auto written = tokens ? access::write_mosquitto_files(broker_files(config, directory), *tokens, epoch_ms())
                                : Result<void>(tokens.error());
    if (!written) {
        throw std::runtime_error(directory.string() + ": " + written.error().message());
    }
    const auto path = std::filesystem::absolute(directory).lexically_normal();
    std::printf("allow_anonymous false\npassword_file %s\nacl_file %s\n", (path / "passwords").c_str(),
                (path / "acl").c_str());
    return 0;
}

}  // namespace alleycat::app
