#include "room_options.hpp"

#include <fstream>

namespace alleycat::app {

namespace {

constexpr auto kMinFlushInterval = std::chrono::milliseconds(1'000);  // of a class's history file

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
    options.partition_key = config.stream.partition_key;
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

}  // namespace alleycat::app
