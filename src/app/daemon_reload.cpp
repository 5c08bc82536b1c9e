#include "daemon_impl.hpp"
#include "logging.hpp"
#include "reload.hpp"

#include <spdlog/spdlog.h>

namespace alleycat::app {

void Daemon::Impl::wait_for_hangup()
{
    hangup_.async_wait([this](boost::system::error_code error, int) {
        if (!error) {
            service_.reloading();
            reload_config();
            service_.ready();
            wait_for_hangup();
        }
    });
}

void Daemon::Impl::reload_config()
{
    const auto read = read_config_();
    if (const auto* refused = std::get_if<ExitNow>(&read)) {
        const auto text = std::string_view(refused->text).substr(0, refused->text.find('\n'));
        spdlog::error("the configuration is not reloaded: {}", text);
        return;
    }
    if (const auto tls = http_options(config_).tls) {
        try {
            server_.set_tls(*tls);
        } catch (const std::runtime_error& unreadable) {
            spdlog::error("the certificate is not reloaded: {}", unreadable.what());
        }
    }
    const auto& wanted = std::get<Config>(read);
    if (wanted.limits.record_bytes > config_.stream.ring_capacity_bytes / 4) {
        spdlog::error(
            "the configuration is not reloaded: limits.record_bytes: at most a quarter of the "
            "stream.ring_capacity that the daemon runs with");
        return;
    }
    try {
        add_classes(wanted);
    } catch (const std::runtime_error& unreadable) {
        spdlog::error("the configuration is not reloaded: {}", unreadable.what());
        return;
    }
    const auto changes = reload(config_, wanted);
    take_on(changes.taken);
    for (const auto& key : changes.taken) {
        spdlog::info("reloaded: {}", key);
    }
    for (const auto& key : changes.ignored) {
        spdlog::warn("{} has changed, and waits for a restart", key);
    }
    if (changes.taken.empty() && changes.ignored.empty()) {
        spdlog::info("the configuration has not changed");
    }
}

/// Before any door takes their records. A class that is no longer configured stays known until the next start, and is
/// refused at the doors.
void Daemon::Impl::add_classes(const Config& wanted)
{
    for (const auto id : class_ids(wanted)) {
        history_.add_class(id);
        ranking_.add_class(id);
    }
    ranking_.catch_up();
}

void Daemon::Impl::take_on(const std::vector<std::string>& keys)
{
    if (keys.empty()) {
        return;
    }
    set_log_level(config_.log.level);
    const auto& limits = config_.limits;
    doors_.set_limits();
    if (judge_ != nullptr) {
        judge_->set_limits(plausibility_limits(config_));
    }
    live_.set_limits(class_ids(config_), limits.viewer_top);
    server_.set_limits(
        {limits.connections, limits.connections_per_address, limits.http_header_bytes, limits.payload_bytes});
}

}  // namespace alleycat::app
