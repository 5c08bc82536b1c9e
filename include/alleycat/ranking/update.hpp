#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/core/verdict.hpp>
#include <alleycat/telemetry/record.hpp>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::ranking {

/// What ranking takes from one accepted record.
struct Update {
    /// 1 …, from one counter over the whole stream, and over restarts; strictly increasing within a shard.
    std::uint64_t arrival_order{0};
    std::int64_t arrival_ms{0};  ///< ms since the epoch
    RaceId race_id{};
    RacerId racer_id{};
    double output{0};
    ClassId class_id{};
    std::uint32_t second{0};
    std::uint32_t name_offset{0};  ///< into UpdateBatch::names
    std::uint16_t name_bytes{0};
    telemetry::Event event{};
    Verdict verdict{};  ///< held: it only marks its racer
};

/// Updates with their racers' names.
struct UpdateBatch {
    std::vector<Update> updates;
    std::string names;
    /// Every record of the shard up to this arrival order is here or was before, also those that bring no update.
    std::uint64_t through{0};

    void add(Update update, std::string_view name);
    void append(const UpdateBatch& other);
    void clear();
    /// Drops the updates of one shard that were applied already: those up to `applied`, and repetitions among them.
    /// Returns how far the shard is applied with the rest.
    [[nodiscard]] std::uint64_t drop_applied(std::uint64_t applied);
    [[nodiscard]] std::string_view name(const Update& update) const;
};

/// Where one shard leaves its updates and the ranking thread fetches them, all at once.
///
/// Thread: one producer, one consumer; they meet for the length of a copy.
/// Full:   has_room() turns false at kCapacity updates; the producer waits with its next batch.
class Outbox {
public:
    static constexpr std::size_t kCapacity = 64 * 1024;

    [[nodiscard]] bool has_room() const;
    /// Takes the updates and leaves `batch` empty. Returns how many wait now.
    std::size_t put(UpdateBatch& batch);
    /// Exchanges what waits for the empty `batch`.
    void take(UpdateBatch& batch);

private:
    mutable std::mutex mutex_;
    UpdateBatch waiting_;  // guarded by mutex_
};

}  // namespace alleycat::ranking
