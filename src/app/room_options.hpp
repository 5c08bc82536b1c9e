#pragma once

#include "config.hpp"

#include <alleycat/delivery/delivery_pool.hpp>
#include <alleycat/history/history_store.hpp>
#include <alleycat/ingest/mqtt_source.hpp>
#include <alleycat/ingest/stream_api.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/plausibility/judge.hpp>
#include <alleycat/quarantine/store.hpp>
#include <alleycat/results/result_store.hpp>
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
/// Of a data directory that exists.
[[nodiscard]] ingest::StreamApiOptions stream_api_options(const Config& config);
/// `calls`: counts what a transform of one's own costs; outlives the pool.
[[nodiscard]] delivery::DeliveryPool::Options delivery_options(const Config& config,
                                                               delivery::TransformCounters& calls);
[[nodiscard]] ingest::RateOptions rate_options(const Config& config);
[[nodiscard]] net::HttpServer::Options http_options(const Config& config);
[[nodiscard]] results::ResultStore::Options database_options(const Config& config);

[[nodiscard]] plausibility::Limits plausibility_limits(const Config& config);
/// nullptr where nobody judges.
[[nodiscard]] std::unique_ptr<plausibility::Judge> make_judge(const Config& config);
[[nodiscard]] quarantine::Store::Options quarantine_options(const Config& config);

/// Throws std::runtime_error where the password file cannot be read.
[[nodiscard]] ingest::MqttOptions mqtt_options(const Config& config, const ingest::RuleOptions& rule);

/// The rule of the [mqtt] section, named "default".
[[nodiscard]] ingest::RuleOptions default_rule(const Config& config);

/// Where the logs of all shards stand, and the checkpoints.
[[nodiscard]] std::filesystem::path log_directory(const Config& config);
[[nodiscard]] std::filesystem::path checkpoint_directory(const Config& config);
[[nodiscard]] std::filesystem::path delivery_directory(const Config& config);
[[nodiscard]] std::filesystem::path database_path(const Config& config);
[[nodiscard]] std::filesystem::path tokens_path(const Config& config);

/// How many shards there are, or were: the log may hold records of more than are configured now.
[[nodiscard]] std::uint32_t shards_of(const Config& config);

}  // namespace alleycat::app
