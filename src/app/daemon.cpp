#include "daemon.hpp"

#include "history_sink.hpp"
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

#include <fstream>

namespace alleycat::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kWindowsPerShard = 2;         // that wait for the delivery thread
constexpr auto kGoodbye = std::chrono::seconds(2);  // for clients to take their last words
constexpr auto kGoodbyeCheck = std::chrono::milliseconds(10);
constexpr auto kMinFlushInterval = std::chrono::milliseconds(1'000);  // of a class's history file

std::vector<ClassId> class_ids(const Config& config)
{
    std::vector<ClassId> ids;
    for (const auto& entry : config.classes) {
        ids.push_back(entry.id);
    }
    return ids;
}

telemetry::RecordLimits record_limits(const Config& config)
{
    telemetry::RecordLimits limits;
    limits.classes = class_ids(config);
    limits.race_length = static_cast<std::uint32_t>(config.race.length.count());
    limits.cadence_max = config.limits.cadence_max;
    limits.resistance_max = config.limits.resistance_max;
    limits.name_characters = config.limits.name_characters;
    limits.record_bytes = config.limits.record_bytes;
    return limits;
}

history::HistoryStore::Options history_options(const Config& config)
{
    history::HistoryStore::Options options;
    options.directory = config.storage.directory / "history";
    options.classes = class_ids(config);
    options.seconds = static_cast<std::uint32_t>(config.race.length.count());
    options.settle = config.history.settle;
    options.min_interval = std::min(kMinFlushInterval, config.delivery.interval);
    return options;
}

net::HttpServer::Options http_options(const Config& config)
{
    net::HttpServer::Options options;
    options.host = config.http.listen.host;
    options.port = config.http.listen.port;
    options.idle_timeout = config.http.idle_timeout;
    options.request_timeout = config.http.request_timeout;
    options.header_bytes = config.limits.http_header_bytes;
    options.connections = config.limits.connections;
    options.websocket.max_message_bytes = config.limits.payload_bytes;
    return options;
}

ingest::MqttOptions mqtt_options(const Config& config)
{
    ingest::MqttOptions options;
    options.host = config.mqtt.broker->host;
    options.port = config.mqtt.broker->port;
    options.username = config.mqtt.username;
    options.client_id = config.mqtt.client_id;
    options.version5 = config.mqtt.protocol == MqttProtocol::V5;
    options.topic = config.mqtt.topic;
    options.qos = config.mqtt.qos;
    options.ca_file = config.mqtt.ca_file;
    options.keepalive = config.mqtt.keepalive;
    options.reconnect_max = config.mqtt.reconnect_max;
    options.payload_bytes = config.limits.payload_bytes;
    if (!config.mqtt.password_file.empty()) {
        std::ifstream file(config.mqtt.password_file);
        if (!std::getline(file, options.password)) {
            throw std::runtime_error("mqtt.password_file: cannot read a line from " +
                                     config.mqtt.password_file.string());
        }
    }
    return options;
}

}  // namespace

class Daemon::Impl {
public:
    explicit Impl(const Config& config);

    void run();
    void request_stop()
    {
        asio::post(context_, [this] { begin_stop(); });
    }

private:
    [[nodiscard]] ranking::Races::Options races_options();
    [[nodiscard]] serve::LiveFeed::Options live_options();
    [[nodiscard]] std::vector<std::unique_ptr<stream::ShardConsumer>> shard_consumers();
    void add_routes();
    void publish(ranking::RankingThread::Changes changes);
    [[nodiscard]] serve::Status status();
    void begin_stop();
    void wait_for_goodbyes(std::chrono::steady_clock::time_point deadline);
    void finish_stop();

    const Config config_;
    const StorageLock lock_{config_.storage.directory};
    asio::io_context context_{1};
    asio::steady_timer goodbye_{context_};
    bool stopping_{false};

    // In the order of the data's way, except that who hands on is made after whom it hands to.
    ranking::NameBook names_;
    std::atomic<std::uint64_t> merged_{0};
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

Daemon::Impl::Impl(const Config& config)
    : config_(config),
      history_(history_options(config)),
      ranking_(races_options(), config.ranking.tick, config.stream.shards,
               [this](auto changes) { publish(std::move(changes)); }),
      delivery_(kWindowsPerShard * config.stream.shards, std::make_unique<HistorySink>(history_, ranking_, merged_)),
      stream_({config.stream.shards, config.stream.ring_capacity_bytes, config.stream.partition_key},
              shard_consumers()),
      websocket_door_(context_.get_executor(), {record_limits(config), stream_.make_producer([this] {
                                                    asio::post(context_, [this] { websocket_door_.space_returned(); });
                                                }),
                                                websocket_counters_}),
      live_(live_options()),
      server_(context_, http_options(config))
{
    if (config.mqtt.broker) {
        auto producer = stream_.make_producer([this] { mqtt_->space_returned(); });
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
    const delivery::WindowHints hints{config_.delivery.interval, config_.delivery.size_bytes};
    for (std::uint32_t shard = 0; shard < config_.stream.shards; ++shard) {
        consumers.push_back(std::make_unique<ShardConsumer>(ShardId{shard}, hints, ranking_, delivery_));
    }
    return consumers;
}

void Daemon::Impl::add_routes()
{
    server_.websocket("/ingest", [this](const net::Request&) { return websocket_door_.open(); });
    server_.websocket("/live", [this](const net::Request& request) { return live_.open(request); });
    serve::add_history_routes(server_, history_);
    std::vector<serve::ClassInfo> classes;
    for (const auto& entry : config_.classes) {
        classes.push_back({entry.id, entry.name, static_cast<std::uint32_t>(config_.race.length.count())});
    }
    serve::add_page_routes(server_, std::move(classes), live_);
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
    status.merged = merged_.load();
    status.windows_waiting = delivery_.waiting();
    status.connections = server_.connections();
    status.viewers = live_.viewers();
    status.resyncs = live_.resyncs();
    status.broker_configured = mqtt_ != nullptr;
    status.broker_connected = mqtt_ && mqtt_->connected();
    if (stopping_) {
        status.not_ready = "stopping";
    } else if (status.broker_configured && !status.broker_connected) {
        status.not_ready = "no connection to the MQTT broker";
    }
    return status;
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

void Daemon::Impl::begin_stop()
{
    if (stopping_) {
        return;
    }
    stopping_ = true;
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
        mqtt_->stop();
    }
    stream_.stop();
    delivery_.stop();
    ranking_.stop();
    spdlog::info("stopped; {} records accepted, {} merged",
                 websocket_counters_.accepted.load() + mqtt_counters_.accepted.load(), merged_.load());
}

Daemon::Daemon(const Config& config) : impl_(std::make_unique<Impl>(config)) {}
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
