#include "status_report.hpp"

#include "room_options.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace alleycat::app {

serve::Status StatusReport::gather(bool stopping) const
{
    serve::Status status;
    status.version = kVersion;
    for (const auto& door : doors_) {
        auto& told = status.doors.emplace_back(serve::Status::Door{door.name, &door.counters});
        if (door.source != nullptr) {
            told.lost_failures = door.source->lost_failures();
            told.connected = door.source->connected();
        }
    }
    status.classes = classes();
    for (std::uint32_t shard = 0; shard < way_.stream.shards(); ++shard) {
        status.shards.push_back(way_.stream.state(ShardId{shard}));
    }
    status.ledger = way_.ledger.totals();
    status.delivery = way_.delivery.state();
    status.delivered = &way_.delivery.counters();
    status.transform = way_.config.transform.url.empty() ? nullptr : &way_.transform;
    status.history_flush_times = &way_.flush_times;
    status.results_failing = static_cast<bool>(way_.recorder.failure());
    status.plausibility = plausibility();
    status.storage = storage();
    status.connections = way_.server.connections();
    const auto& connections = way_.server.refused();
    const auto& requests = way_.guard.refused();
    status.refused = {{"connections", connections.total}, {"connections_per_address", connections.per_address},
                      {"timeout", connections.timeout},   {"tls", connections.tls},
                      {"token", requests.unknown},        {"role", requests.forbidden}};
    status.certificate_expires = way_.server.certificate_expires();
    status.viewers = way_.live.viewers();
    status.live_queue_bytes = way_.live.queued_bytes();
    status.resyncs = way_.live.resyncs();
    status.not_ready = stopping ? "stopping" : not_ready(status);
    return status;
}

std::vector<serve::Status::Class> StatusReport::classes() const
{
    std::vector<serve::Status::Class> classes;
    for (const auto id : class_ids(way_.config)) {
        auto races = way_.live.races(id);  // newest first
        std::erase_if(races, [](const auto& race) { return race->state == ranking::RaceState::Closed; });
        classes.push_back({id, races.size(), races.empty() ? 0 : races.front()->size()});
    }
    return classes;
}

std::optional<serve::Status::Storage> StatusReport::storage() const
{
    std::error_code failure;
    const auto disk = std::filesystem::space(way_.config.storage.directory, failure);
    if (failure) {
        return std::nullopt;
    }
    serve::Status::Storage storage{disk.capacity, disk.available, 0};
    const auto database = database_path(way_.config);
    for (const auto* part : {"", "-wal"}) {
        const auto bytes = std::filesystem::file_size(database.string() + part, failure);
        storage.database_bytes += failure ? 0 : bytes;
    }
    return storage;
}

/// Also where something is still held from when somebody judged.
std::optional<serve::Status::Plausibility> StatusReport::plausibility() const
{
    if (quarantine_ == nullptr || (judge_ == nullptr && quarantine_->size() == 0)) {
        return std::nullopt;
    }
    serve::Status::Plausibility told;
    for (const auto suspicion : kSuspicions) {
        told.suspect[static_cast<std::size_t>(suspicion)] = judge_ != nullptr ? judge_->count(suspicion) : 0;
    }
    told.held = quarantine_->size();
    told.dropped = quarantine_->dropped();
    return told;
}

std::string StatusReport::not_ready(const serve::Status& status) const
{
    for (std::size_t shard = 0; shard < status.shards.size(); ++shard) {
        const auto& state = status.shards[shard];
        if (state.failure) {
            return fmt::format("shard {}: the log cannot be used: {}", shard, state.failure.message());
        }
        if (state.replaying) {
            return fmt::format("shard {}: reading the log", shard);
        }
    }
    if (const auto failure = way_.recorder.failure()) {
        return "the database cannot be written: " + failure.message();
    }
    const bool away = std::any_of(doors_.begin(), doors_.end(),
                                  [](const Door& door) { return door.source != nullptr && !door.source->connected(); });
    return away ? "no connection to the MQTT broker" : "";
}

}  // namespace alleycat::app
