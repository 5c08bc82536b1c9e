#include "broker_keeper.hpp"

#include <alleycat/core/clock.hpp>

#include <spdlog/spdlog.h>

#include <utility>

namespace alleycat::app {

namespace {

constexpr auto kNextTry = std::chrono::seconds(1);

}  // namespace

BrokerKeeper::BrokerKeeper(const Config& config)
    : files_(broker_files(config, config.auth.mosquitto_directory)),
      pid_file_(config.auth.mosquitto_pid_file),
      thread_(1, TaskThread::Chore{kNextTry, [this] { write(); }})
{
}

void BrokerKeeper::start(std::vector<access::StoredToken> tokens)
{
    wanted_ = std::move(tokens);
    write();
    thread_.start();
}

void BrokerKeeper::update(std::vector<access::StoredToken> tokens)
{
    {
        const std::lock_guard lock(mutex_);
        wanted_ = std::move(tokens);
    }
    static_cast<void>(thread_.try_run([this] { write(); }));  // where one waits already, it will do
}

void BrokerKeeper::write()
{
    std::optional<std::vector<access::StoredToken>> tokens;
    {
        const std::lock_guard lock(mutex_);
        tokens = std::exchange(wanted_, std::nullopt);
    }
    if (!tokens) {
        return;
    }
    const auto written = access::write_mosquitto_files(files_, *tokens, epoch_ms());
    if (written) {
        if (std::exchange(failing_, false)) {
            spdlog::info("auth.mosquitto_directory: {} is written again", files_.directory.string());
        }
        if (!pid_file_.empty()) {
            tell_broker(pid_file_);
        }
        return;
    }
    if (!std::exchange(failing_, true)) {
        spdlog::error("auth.mosquitto_directory: {} cannot be written: {}; it is tried again",
                      files_.directory.string(), written.error().message());
    }
    const std::lock_guard lock(mutex_);
    if (!wanted_) {
        wanted_ = std::move(tokens);
    }
}

}  // namespace alleycat::app
