#pragma once

#include "config.hpp"

#include <alleycat/history/history_store.hpp>
#include <alleycat/ingest/mqtt_source.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/stream/stream.hpp>

namespace alleycat::app {

// What the rooms are made with, out of the configuration.

[[nodiscard]] std::vector<ClassId> class_ids(const Config& config);
[[nodiscard]] telemetry::RecordLimits record_limits(const Config& config);
/// For records that were accepted before, perhaps under other limits: the widest that any configuration may have, but
/// for classes and seconds, which must have a place.
[[nodiscard]] telemetry::RecordLimits replay_limits(const Config& config);
[[nodiscard]] history::HistoryStore::Options history_options(const Config& config);
[[nodiscard]] stream::Stream::Options stream_options(const Config& config);
[[nodiscard]] net::HttpServer::Options http_options(const Config& config);

/// Throws std::runtime_error where the password file cannot be read.
[[nodiscard]] ingest::MqttOptions mqtt_options(const Config& config);

/// Where the logs of all shards stand, and the checkpoints.
[[nodiscard]] std::filesystem::path log_directory(const Config& config);
[[nodiscard]] std::filesystem::path checkpoint_directory(const Config& config);

/// How many shards there are, or were: the log may hold records of more than are configured now.
[[nodiscard]] std::uint32_t shards_of(const Config& config);

}  // namespace alleycat::app
