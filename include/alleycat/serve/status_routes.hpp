#pragma once

#include <alleycat/core/counters.hpp>
#include <alleycat/core/durations.hpp>
#include <alleycat/core/verdict.hpp>
#include <alleycat/delivery/delivery_pool.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/stream/stream.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace alleycat::serve {

/// What the daemon says of itself at one moment.
struct Status {
    struct Door {
        std::string name;
        const DoorCounters* counters{nullptr};
        std::optional<std::uint64_t> lost_failures{};  ///< messages that failed, and could not be kept
        std::optional<bool> connected{};               ///< to the broker, where the door has one
    };
    struct Class {
        ClassId id{};
        std::size_t open_races{0};  ///< that are not closed
        std::size_t racers{0};      ///< of the newest of them
    };
    struct Storage {
        std::uint64_t size_bytes{0};  ///< of the disk that holds the data
        std::uint64_t free_bytes{0};  ///< of it, for the daemon
        std::uint64_t database_bytes{0};
    };
    std::string version;
    std::string not_ready;  ///< why the daemon is not ready; empty where it is
    std::vector<Door> doors;
    std::vector<Class> classes;
    std::vector<stream::Stream::ShardState> shards;
    stream::Ledger::Totals ledger;
    delivery::DeliveryPool::State delivery;
    const delivery::PoolCounters* delivered{nullptr};       ///< null: nothing is said of delivery
    const delivery::TransformCounters* transform{nullptr};  ///< null: it is built in
    const Durations* history_flush_times{nullptr};          ///< null: nothing is said of them
    bool results_failing{false};                            ///< nothing can be written to the database
    /// What was suspect, and is held; none where nobody judges.
    struct Plausibility {
        std::array<std::uint64_t, kSuspicions.size()> suspect{};  ///< seconds of rides, by suspicion
        std::uint64_t held{0};                                    ///< records in quarantine
        std::uint64_t dropped{0};                                 ///< that went since there were too many, or too old
    };
    std::optional<Plausibility> plausibility{};
    std::optional<Storage> storage;  ///< none: the disk does not say
    std::size_t connections{0};
    std::vector<std::pair<std::string, std::uint64_t>> refused;  ///< connections and requests, ever, by reason
    std::optional<std::chrono::sys_seconds> certificate_expires;
    std::size_t viewers{0};
    std::uint64_t live_queue_bytes{0};  ///< that viewers have not fetched
    std::uint64_t resyncs{0};
};

/// `GET /healthz` (the daemon lives), `/readyz` (it can do its work) and `/metrics` (Prometheus text).
/// `status` is called on the network thread.
void add_status_routes(net::HttpServer& server, std::function<Status()> status);

/// The status in Prometheus' text format 0.0.4.
[[nodiscard]] std::string metrics_text(const Status& status);

/// What the operating system says of this process, likewise, under the names that all programs have for it.
[[nodiscard]] std::string process_metrics_text();

}  // namespace alleycat::serve
