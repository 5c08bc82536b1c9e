#include "room_options.hpp"

#include "broker_access.hpp"

#include <alleycat/delivery/http_transform.hpp>

#include <fcntl.h>
#include <sys/stat.h>

namespace alleycat::app {

namespace {

constexpr std::uint32_t kBuiltInWorkers = 2;                          // they wait for the disk most of the time
constexpr auto kMinFlushInterval = std::chrono::milliseconds(1'000);  // of a class's history file

/// When the directory was made, in ms since the epoch; 0 where the file system does not say.
std::int64_t created_ms(const std::filesystem::path& directory)
{
    struct statx about = {};
    if (::statx(AT_FDCWD, directory.c_str(), 0, STATX_BTIME, &about) != 0 || (about.stx_mask & STATX_BTIME) == 0) {
        return 0;
    }
    return about.stx_btime.tv_sec * 1'000 + about.stx_btime.tv_nsec / 1'000'000;
}

}  // namespace

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

telemetry::RecordLimits replay_limits(const Config& config)
{
    auto limits = record_limits(config);
    limits.cadence_max = kWidest.cadence_max;
    limits.resistance_max = kWidest.resistance_max;
    limits.name_characters = kWidest.name_characters;
    limits.record_bytes = kWidest.record_bytes;
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

std::filesystem::path log_directory(const Config& config)
{
    return config.storage.directory / "log";
}

std::filesystem::path checkpoint_directory(const Config& config)
{
    return config.storage.directory / "checkpoints";
}

std::filesystem::path database_path(const Config& config)
{
    return config.storage.directory / "alleycat.db";
}

results::ResultStore::Options database_options(const Config& config)
{
    return {database_path(config), config.ranking.score, config.ranking.ties, shards_of(config)};
}

plausibility::Limits plausibility_limits(const Config& config)
{
    const auto& wanted = config.plausibility;
    plausibility::Limits limits;
    limits.cadence_slew = wanted.cadence_slew;
    limits.resistance_slew = wanted.resistance_slew;
    limits.frozen = wanted.frozen;
    limits.clock_ahead = wanted.clock_ahead;
    limits.clock_behind = wanted.clock_behind;
    limits.race_slack = wanted.race_slack;
    limits.two_connections = wanted.two_connections;
    return limits;
}

std::unique_ptr<plausibility::Judge> make_judge(const Config& config)
{
    using plausibility::Judge;
    const auto mode = config.plausibility.mode;
    return mode == PlausibilityMode::Off
               ? nullptr
               : std::make_unique<Judge>(
                     mode == PlausibilityMode::Quarantine ? Judge::Mode::Quarantine : Judge::Mode::Flag,
                     plausibility_limits(config));
}

quarantine::Store::Options quarantine_options(const Config& config)
{
    quarantine::Store::Options options;
    options.path = config.storage.directory / "quarantine.db";
    options.keep = config.plausibility.keep;
    options.age = config.plausibility.keep_for;
    return options;
}

std::filesystem::path delivery_directory(const Config& config)
{
    return config.storage.directory / "delivery";
}

std::uint32_t shards_of(const Config& config)
{
    auto shards = config.stream.shards;
    while (config.stream.log &&
           std::filesystem::exists(stream::log_directory(log_directory(config), ShardId{shards}))) {
        ++shards;
    }
    return shards;
}

stream::Stream::Options stream_options(const Config& config)
{
    stream::Stream::Options options;
    options.shards = config.stream.shards;
    options.retired_shards = shards_of(config) - config.stream.shards;
    options.ring_capacity_bytes = config.stream.ring_capacity_bytes;
    if (config.stream.limits == StreamLimits::Kinesis) {
        options.limits.emplace();
    }
    if (config.stream.log) {
        auto& log = options.log.emplace();
        log.directory = log_directory(config);
        log.commit_interval = config.stream.commit_interval;
        log.commit_bytes = config.stream.commit_bytes;
        log.segment_bytes = config.stream.segment_bytes;
        log.retention = config.stream.retention;
        log.retention_bytes = config.stream.retention_bytes;
        log.limits = replay_limits(config);
    }
    return options;
}

ingest::StreamApiOptions stream_api_options(const Config& config)
{
    ingest::StreamApiOptions options;
    options.stream_name = config.stream.name;
    options.shards = config.stream.shards;
    options.log = config.stream.log;
    options.retention = config.stream.retention;
    options.created_ms = created_ms(config.storage.directory);
    for (const auto& key : config.stream_api.access_keys) {
        options.access_keys.push_back({key.id, key.secret});
    }
    options.open = config.auth.mode == AuthMode::None;
    options.record_bytes = std::min<std::uint64_t>(stream::kMaxRecordBytes, config.stream.ring_capacity_bytes / 4);
    options.record_limits = record_limits(config);
    return options;
}

delivery::DeliveryPool::Options delivery_options(const Config& config, delivery::TransformCounters& calls)
{
    delivery::DeliveryPool::Options options;
    options.shards = shards_of(config);
    options.directory = delivery_directory(config);
    options.objects = config.delivery.objects;
    options.stem = config.stream.name + "-1";
    options.retention = {config.delivery.retention, config.delivery.retention_bytes};
    options.log = config.stream.log;
    const auto& transform = config.transform;
    options.workers = transform.url.empty() ? std::min(kBuiltInWorkers, options.shards) : transform.concurrency;
    if (!transform.url.empty()) {
        delivery::HttpTransform::Options http;
        http.url = transform.url;
        http.timeout = transform.timeout;
        http.limits = replay_limits(config);
        http.mended_limits = record_limits(config);
        options.make_transform = [http, &calls] { return std::make_unique<delivery::HttpTransform>(http, calls); };
    }
    return options;
}

ingest::RateOptions rate_options(const Config& config)
{
    return {config.limits.bike_records, config.limits.studio_records, config.limits.burst};
}

std::filesystem::path tokens_path(const Config& config)
{
    return config.storage.directory / "access.db";
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
    options.connections_per_address = config.limits.connections_per_address;
    options.uncounted = config.http.proxies;
    options.origins = config.http.origins;
    options.cors_origins = config.http.cors_origins;
    if (!config.http.certificate_file.empty()) {
        options.tls = net::TlsFiles{config.http.certificate_file, config.http.key_file};
    }
    return options;
}

ingest::RuleOptions default_rule(const Config& config)
{
    ingest::RuleOptions rule;
    rule.topic = config.mqtt.topic;
    if (config.auth.mode == AuthMode::Token && !rule.topic.empty()) {
        rule.topic += "/#";  // bikes have topics of their own below it; the filter takes the topic itself, too
    }
    rule.qos = config.mqtt.qos;
    rule.error_action = config.mqtt.error_action;
    return rule;
}

ingest::MqttOptions mqtt_options(const Config& config, const ingest::RuleOptions& rule)
{
    ingest::MqttOptions options;
    options.host = config.mqtt.broker->host;
    options.port = config.mqtt.broker->port;
    auto login = broker_login(config);
    options.username = std::move(login.username);
    options.password = std::move(login.password);
    options.client_id = std::move(login.client_id);
    if (rule.name != ingest::RuleOptions().name) {  // each rule has a session of its own
        options.client_id += "-" + rule.name;
    }
    options.version5 = config.mqtt.protocol == MqttProtocol::V5;
    options.rule = rule;
    if (config.auth.mode == AuthMode::Token && rule.name == ingest::RuleOptions().name) {
        options.own_topics = config.mqtt.topic;
    }
    options.rates = rate_options(config);
    options.race_length = static_cast<std::uint32_t>(config.race.length.count());
    options.race_window = static_cast<std::uint32_t>(config.race.window.count());
    options.stream_name = config.stream.name;
    options.directory = config.storage.directory;
    options.ca_file = config.mqtt.ca_file;
    options.keepalive = config.mqtt.keepalive;
    options.reconnect_max = config.mqtt.reconnect_max;
    options.payload_bytes = config.limits.payload_bytes;
    return options;
}

}  // namespace alleycat::app
