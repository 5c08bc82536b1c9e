#include "config_units.hpp"
#include "daemon_impl.hpp"

#include <alleycat/core/clock.hpp>
#include <alleycat/serve/record_message.hpp>
#include <alleycat/serve/results_message.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace alleycat::app {

namespace asio = boost::asio;

namespace {

constexpr auto kGoodbye = std::chrono::seconds(2);  // for clients to take their last words
constexpr auto kGoodbyeCheck = std::chrono::milliseconds(10);
constexpr auto kDeliveryPatience = std::chrono::seconds(1);  // where the log has had all of the time
constexpr auto kTokensCheck = std::chrono::seconds(1);

}  // namespace

void Daemon::Impl::erase(RacerId racer, std::function<void(serve::ErasureOutcome)> done)
{
    const auto answer = [done](Eraser::Outcome outcome) {
        if (auto* report = std::get_if<std::string>(&outcome)) {
            done(serve::ErasureReport{std::move(*report)});
        } else {
            done(serve::ErasureFailure{"not everything could be erased yet; it is tried again: " +
                                       std::get<boost::system::error_code>(outcome).message()});
        }
    };
    if (!eraser_.try_ask(racer, answer)) {
        done(serve::ErasureFailure{"too many people are being erased; try again later"});
        return;
    }
    erased_.add(racer, epoch_ms());  // from here on nothing of theirs is released, which would come as new
}

/// On the recorder's thread.
void Daemon::Impl::tell_records(std::vector<ranking::RecordEvent> records)
{
    doors_.publish(config_.mqtt.records_topic, records, serve::record_message);
    asio::post(context_, [this, records = std::move(records)] { live_.publish_records(records); });
}

/// On the ranking thread: results go to the broker, boards to the network thread.
void Daemon::Impl::publish(ranking::RankingThread::Changes changes)
{
    if (std::ranges::any_of(changes.races,
                            [](const auto& race) { return race->state != ranking::RaceState::Running; })) {
        recorder_.hurry();
    }
    std::vector<std::shared_ptr<const ranking::RaceSnapshot>> told;  // what else changed is not in the message
    std::ranges::copy_if(changes.races, std::back_inserter(told), [](const auto& race) { return race->rows_changed; });
    doors_.publish(config_.mqtt.results_topic, told,
                   [](const auto& race) { return serve::results_message(*race, std::chrono::system_clock::now()); });
    doors_.publish(config_.mqtt.records_topic, changes.records, serve::record_message);  // last: what has no room goes
    asio::post(context_, [this, changes = std::move(changes)] { live_.publish(changes); });
}

void Daemon::Impl::run()
{
    asio::signal_set signals(context_, SIGINT, SIGTERM);
    signals.async_wait([this](boost::system::error_code error, int signal) {
        if (!error) {
            spdlog::info("signal {}: stopping", signal);
            begin_stop();
        }
    });
    wait_for_hangup();
    server_.listen();
    show_stored_races();  // and then those that go on: all before the first client is answered
    ranking_.start();
    recorder_.start();
    merging_.start();
    delivery_.start();
    stream_.start();
    log_queries_.start();
    result_queries_.start();
    rides_.start();
    eraser_.start(std::move(unfinished_erasures_));
    quarantine_.start();
    doors_.start();
    const auto endpoint = server_.local_endpoint();
    const auto* scheme = config_.http.certificate_file.empty() ? "http" : "https";
    spdlog::info("listening on {}://{}", scheme, format_endpoint({endpoint.address().to_string(), endpoint.port()}));
    if (!config_.transform.url.empty() && config_.transform.concurrency < shards_) {
        spdlog::warn("transform.concurrency is {}, with {} shards: while so many calls hang, other shards wait",
                     config_.transform.concurrency, shards_);
    }
    if (config_.stream_api.access_keys.empty() && !guard_.required()) {
        spdlog::info("stream_api.access_keys is empty: whoever can connect may use the stream API, signed or not");
    }
    if (broker_keeper_ != nullptr) {
        broker_keeper_->start(guard_.tokens());
    }
    refresh_tokens();
    service_.ready();
    feed_watchdog();
    context_.run();
    context_.restart();
    context_.poll();  // what the aborted connections still had to hear, so that none of them outlives the server
    finish_stop();
}

/// What `alleycatd token` has changed counts a second later.
void Daemon::Impl::refresh_tokens()
{
    if (guard_.required()) {
        refresh_.expires_after(kTokensCheck);
        refresh_.async_wait([this](boost::system::error_code error) {
            if (!error) {
                if (guard_.refresh() && broker_keeper_ != nullptr) {
                    broker_keeper_->update(guard_.tokens());
                }
                refresh_tokens();
            }
        });
    }
}

/// From the network thread: where that hangs, nobody is served.
void Daemon::Impl::feed_watchdog()
{
    if (const auto interval = service_.watchdog_interval()) {
        service_.alive();
        watchdog_.expires_after(*interval);
        watchdog_.async_wait([this](boost::system::error_code error) {
            if (!error) {
                feed_watchdog();
            }
        });
    }
}

void Daemon::Impl::begin_stop()
{
    if (stopping_) {
        return;
    }
    stopping_ = true;
    service_.stopping();
    hangup_.cancel();
    refresh_.cancel();
    stop_deadline_ = std::chrono::steady_clock::now() + config_.stream.stop_timeout;
    doors_.close();
    stream_.hurry();
    wait_for_acknowledgements();
}

void Daemon::Impl::wait_for_acknowledgements()
{
    if (!doors_.settled() && std::chrono::steady_clock::now() < stop_deadline_) {
        goodbye_.expires_after(kGoodbyeCheck);
        goodbye_.async_wait([this](boost::system::error_code) { wait_for_acknowledgements(); });
        return;
    }
    server_.shut_down();
    wait_for_goodbyes(std::chrono::steady_clock::now() + kGoodbye);
}

void Daemon::Impl::wait_for_goodbyes(std::chrono::steady_clock::time_point deadline)
{
    goodbye_.expires_after(kGoodbyeCheck);
    goodbye_.async_wait([this, deadline](boost::system::error_code) {
        if (server_.connections() != 0 && std::chrono::steady_clock::now() < deadline) {
            wait_for_goodbyes(deadline);
            return;
        }
        server_.abort();
        context_.stop();
    });
}

void Daemon::Impl::finish_stop()
{
    if (broker_keeper_ != nullptr) {
        broker_keeper_->stop();
    }
    doors_.stop(stop_deadline_);
    eraser_.stop();
    quarantine_.stop();
    rides_.stop();
    result_queries_.stop();
    log_queries_.stop();
    const auto lost = stream_.stop(stop_deadline_);
    const auto left = delivery_.stop(std::max(stop_deadline_, std::chrono::steady_clock::now() + kDeliveryPatience));
    merging_.stop();
    ranking_.stop();
    recorder_.stop();
    // What was asked so long ago that no log holds it any more.
    const std::chrono::milliseconds retention(config_.stream.retention);
    static_cast<void>(results_.forget_erasures(epoch_ms() - 2 * retention.count()));
    const auto totals = ledger_.totals();
    spdlog::info("stopped; {} records accepted, {} applied", totals.accepted(), totals.applied);
    if (left != 0) {
        spdlog::warn("{} records could not be delivered in time; the next start takes them from the log", left);
    }
    if (lost != 0) {
        spdlog::error("{} records could not be written to the log in time; none of them was acknowledged", lost);
    }
}

Daemon::Daemon(const Config& config, ReadConfig read_config)
    : impl_(std::make_unique<Impl>(config, std::move(read_config)))
{
}
Daemon::~Daemon() = default;

void Daemon::run()
{
    impl_->run();
}

void Daemon::request_stop()
{
    impl_->request_stop();
}

}  // namespace alleycat::app
