#pragma once

#include <alleycat/core/counters.hpp>
#include <alleycat/delivery/delivery_pool.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/stream/stream.hpp>

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
    };
    std::string version;
    std::string not_ready;  ///< why the daemon is not ready; empty where it is
    std::vector<Door> doors;
    std::vector<stream::Stream::ShardState> shards;
    stream::Ledger::Totals ledger;
    delivery::DeliveryPool::State delivery;
    const delivery::PoolCounters* delivered{nullptr};       ///< null: nothing is said of delivery
    const delivery::TransformCounters* transform{nullptr};  ///< null: it is built in
    std::size_t connections{0};
    std::size_t viewers{0};
    std::uint64_t resyncs{0};
    bool broker_configured{false};
    bool broker_connected{false};
};

/// `GET /healthz` (the daemon lives), `/readyz` (it can do its work) and `/metrics` (Prometheus text).
/// `status` is called on the network thread.
void add_status_routes(net::HttpServer& server, std::function<Status()> status);

/// The status in Prometheus' text format 0.0.4.
[[nodiscard]] std::string metrics_text(const Status& status);

}  // namespace alleycat::serve
