#pragma once

#include <alleycat/core/error.hpp>

#include <chrono>
#include <memory>
#include <unordered_set>
#include <vector>

namespace alleycat::net {

using SteadyTime = std::chrono::steady_clock::time_point;

/// One client's connection, of whatever protocol, as the server keeps account of it.
///
/// Thread: the network thread.
class Connection {
public:
    virtual ~Connection() = default;

    /// Called about once a second: the connection ends itself where it has waited too long.
    virtual void check_deadline(SteadyTime now) = 0;
    /// The server stops: say goodbye and end soon. Requests that are being answered are answered.
    virtual void shut_down() = 0;
    /// Ends the connection now, whatever it does.
    virtual void abort() = 0;
};

/// All connections of a server, to count, watch and end them.
class Connections {
public:
    void add(Connection& connection) { all_.insert(&connection); }
    void remove(Connection& connection) { all_.erase(&connection); }
    [[nodiscard]] std::size_t size() const { return all_.size(); }

    /// `visit` may end connections.
    template <class Visit>
    void for_each(Visit visit)
    {
        const std::vector<Connection*> snapshot(all_.begin(), all_.end());
        for (auto* connection : snapshot) {
            if (all_.contains(connection)) {
                visit(*connection);
            }
        }
    }

private:
    std::unordered_set<Connection*> all_;
};

}  // namespace alleycat::net
