#include "daemon.hpp"

#include "checkpoints.hpp"
#include "history_sink.hpp"
#include "logging.hpp"
#include "reload.hpp"
#include "room_options.hpp"
#include "shard_consumer.hpp"
#include "storage_lock.hpp"

#include <alleycat/ingest/mqtt_source.hpp>
#include <alleycat/ingest/websocket_door.hpp>
#include <alleycat/ranking/name_book.hpp>
#include <alleycat/serve/history_routes.hpp>
#include <alleycat/serve/live_feed.hpp>
#include <alleycat/serve/page_routes.hpp>
#include <alleycat/serve/results_message.hpp>
#include <alleycat/serve/status_routes.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

namespace alleycat::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kWindowsPerShard = 2;         // that wait for the delivery thread
constexpr auto kGoodbye = std::chrono::seconds(2);  // for clients to take their last words
constexpr auto kGoodbyeCheck = std::chrono::milliseconds(10);

}  // namespace

class Daemon::Impl {
public:
    Impl(const Config& config, ReadConfig read_config);

    void run();
    void request_stop()
    {
        asio::post(context_, [this] { begin_stop(); });
    }

private:
    [[nodiscard]] ranking::Races::Options races_options();
    [[nodiscard]] HistorySink::Way history_way();
    void restore_races();
    [[nodiscard]] serve::LiveFeed::Options live_options();
    [[nodiscard]] std::vector<std::unique_ptr<stream::ShardConsumer>> shard_consumers();
    void add_routes();
    void publish(ranking::RankingThread::Changes changes);
    [[nodiscard]] serve::Status status();
    [[nodiscard]] std::string not_ready(const std::vector<stream::Stream::ShardState>& shards) const;
    void wait_for_hangup();
    void reload_config();
    void add_classes(const Config& wanted);
    void take_on(const std::vector<std::string>& keys);
    void begin_stop();
    void wait_for_acknowledgements();
    void wait_for_goodbyes(std::chrono::steady_clock::time_point deadline);
    void finish_stop();

    Config config_;  // its live keys change at a reload; only this thread reads those
    const ReadConfig read_config_;
    const StorageLock lock_{config_.storage.directory};
    asio::io_context context_{1};
    asio::steady_timer goodbye_{context_};
    asio::signal_set hangup_{context_, SIGHUP};
    bool stopping_{false};
    std::chrono::steady_clock::time_point stop_deadline_{};  // for the log's disk; set at the stop

    // In the order of the data's way, except that who hands on is made after whom it hands to.
    stream::Ledger ledger_;
    const std::uint32_t shards_{shards_of(config_)};  // retired ones too
    Checkpoints checkpoints_{checkpoint_directory(config_), shards_};
    ranking::NameBook names_;
    history::HistoryStore history_;
    ranking::RankingThread ranking_;
    delivery::DeliveryThread delivery_;
    stream::Stream stream_;
    DoorCounters websocket_counters_;
    DoorCounters mqtt_counters_;
    ingest::WebSocketDoor websocket_door_;
    std::unique_ptr<ingest::MqttSource> mqtt_;
    serve::LiveFeed live_;
    net::HttpServer server_;
};

Daemon::Impl::Impl(const Config& config, ReadConfig read_config)
    : config_(config),
      read_config_(std::move(read_config)),
      history_(history_options(config)),
      ranking_(races_options(), config.ranking.tick, shards_, [this](auto changes) { publish(std::move(changes)); }),
      delivery_(kWindowsPerShard * shards_, std::make_unique<HistorySink>(history_way())),
      stream_(stream_options(config), shard_consumers(), ledger_),
      websocket_door_(
          context_.get_executor(),
          {record_limits(config),
           stream_.make_producer("websocket", [this] { asio::post(context_, [this] { websocket_door_.progress(); }); }),
           websocket_counters_}),
      live_(live_options()),
      server_(context_, http_options(config))
{
    if (config.mqtt.broker) {
        auto producer = stream_.make_producer("mqtt", [this] { mqtt_->progress(); });
        mqtt_ = std::make_unique<ingest::MqttSource>(
            mqtt_options(config), ingest::Intake(record_limits(config), std::move(producer), mqtt_counters_));
    }
    add_routes();
}

ranking::Races::Options Daemon::Impl::races_options()
{
    ranking::Races::Options options;
    options.score = config_.ranking.score;
    options.classes = class_ids(config_);
    options.seconds = static_cast<std::uint32_t>(config_.race.length.count());
    options.open_races = config_.limits.open_races;
    options.bests = [this](ClassId id) { return history_.bests(id); };
    options.on_name = [this](RacerId racer, std::string_view name) { names_.set(racer, name); };
    return options;
}

HistorySink::Way Daemon::Impl::history_way()
{
    return {history_, ranking_, ledger_, config_.stream.log ? &checkpoints_ : nullptr};
}

void Daemon::Impl::restore_races()
{
    const auto& saved = checkpoints_.ranking();
    if (!saved.state.empty()) {
        const auto restored = ranking_.restore({saved.applied, saved.state});
        if (restored) {
            return;
        }
        spdlog::warn("the races of the last run cannot be gone on with: {}", restored.error().message());
        checkpoints_.forget_races();
    }
    ranking_.begin_behind(saved.applied);
}

serve::LiveFeed::Options Daemon::Impl::live_options()
{
    serve::LiveFeed::Options options;
    options.classes = class_ids(config_);
    options.last_second = static_cast<std::uint32_t>(config_.race.length.count());
    options.max_top = config_.limits.viewer_top;
    options.races = config_.limits.open_races;
    options.bests = [this](ClassId id) { return history_.bests(id); };
    options.name_of = [this](RacerId racer) { return names_.name(racer); };
    return options;
}

std::vector<std::unique_ptr<stream::ShardConsumer>> Daemon::Impl::shard_consumers()
{
    std::vector<std::unique_ptr<stream::ShardConsumer>> consumers;
    restore_races();  // before its positions are asked for
    const delivery::WindowHints hints{config_.delivery.interval, config_.delivery.size_bytes};
    const ShardConsumer::Way way{ranking_, delivery_, ledger_, checkpoints_};
    for (std::uint32_t shard = 0; shard < shards_; ++shard) {
        consumers.push_back(std::make_unique<ShardConsumer>(ShardId{shard}, hints, way));
    }
    return consumers;
}

void Daemon::Impl::add_routes()
{
    server_.websocket("/ingest", [this](const net::Request&) { return websocket_door_.open(); });
    server_.websocket("/live", [this](const net::Request& request) { return live_.open(request); });
    serve::add_history_routes(server_, history_);
    serve::add_page_routes(
        server_,
        [this] {
            std::vector<serve::ClassInfo> classes;
            for (const auto& entry : config_.classes) {
                classes.push_back({entry.id, entry.name, static_cast<std::uint32_t>(config_.race.length.count())});
            }
            return classes;
        },
        live_);
    serve::add_status_routes(server_, [this] { return status(); });
}

/// On the ranking thread: results go to the broker, boards to the network thread.
void Daemon::Impl::publish(ranking::RankingThread::Changes changes)
{
    if (mqtt_ && mqtt_->connected() && !config_.mqtt.results_topic.empty()) {
        for (const auto& race : changes.races) {
            mqtt_->publish(config_.mqtt.results_topic, serve::results_message(*race, std::chrono::system_clock::now()));
        }
    }
    asio::post(context_, [this, changes = std::move(changes)] { live_.publish(changes); });
}

serve::Status Daemon::Impl::status()
{
    serve::Status status;
    status.version = kVersion;
    status.doors = {{"websocket", &websocket_counters_}, {"mqtt", &mqtt_counters_}};
    for (std::uint32_t shard = 0; shard < stream_.shards(); ++shard) {
        status.shards.push_back(stream_.state(ShardId{shard}));
    }
    status.ledger = ledger_.totals();
    status.windows_waiting = delivery_.waiting();
    status.connections = server_.connections();
    status.viewers = live_.viewers();
    status.resyncs = live_.resyncs();
    status.broker_configured = mqtt_ != nullptr;
    status.broker_connected = mqtt_ && mqtt_->connected();
    status.not_ready = not_ready(status.shards);
    return status;
}

std::string Daemon::Impl::not_ready(const std::vector<stream::Stream::ShardState>& shards) const
{
    if (stopping_) {
        return "stopping";
    }
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
        const auto& state = shards[shard];
        if (state.failure) {
            return fmt::format("shard {}: the log cannot be used: {}", shard, state.failure.message());
        }
        if (state.replaying) {
            return fmt::format("shard {}: reading the log", shard);
        }
    }
    return mqtt_ && !mqtt_->connected() ? "no connection to the MQTT broker" : "";
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
    ranking_.start();
    delivery_.start();
    stream_.start();
    if (mqtt_) {
        mqtt_->start();
    }
    const auto endpoint = server_.local_endpoint();
    spdlog::info("listening on http://{}:{}", endpoint.address().to_string(), endpoint.port());
    context_.run();
    context_.restart();
    context_.poll();  // what the aborted connections still had to hear, so that none of them outlives the server
    finish_stop();
}

void Daemon::Impl::wait_for_hangup()
{
    hangup_.async_wait([this](boost::system::error_code error, int) {
        if (!error) {
            reload_config();
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
    websocket_door_.set_limits(record_limits(config_));
    if (mqtt_) {
        mqtt_->set_limits(record_limits(config_), limits.payload_bytes);
    }
    live_.set_limits(class_ids(config_), limits.viewer_top);
    server_.set_limits(limits.connections, limits.http_header_bytes, limits.payload_bytes);
}

void Daemon::Impl::begin_stop()
{
    if (stopping_) {
        return;
    }
    stopping_ = true;
    hangup_.cancel();
    stop_deadline_ = std::chrono::steady_clock::now() + config_.stream.stop_timeout;
    websocket_door_.close();
    stream_.hurry();
    wait_for_acknowledgements();
}

void Daemon::Impl::wait_for_acknowledgements()
{
    if (!websocket_door_.settled() && std::chrono::steady_clock::now() < stop_deadline_) {
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
    if (mqtt_) {
        mqtt_->stop(stop_deadline_);
    }
    const auto lost = stream_.stop(stop_deadline_);
    delivery_.stop();
    ranking_.stop();
    if (config_.stream.log) {
        auto saved = ranking_.save();
        static_cast<void>(checkpoints_.save_ranking({std::move(saved.applied), std::move(saved.races)}));
    }
    const auto totals = ledger_.totals();
    spdlog::info("stopped; {} records accepted, {} applied", totals.accepted(), totals.applied);
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
