#include "schedule.hpp"

#include <algorithm>

namespace alleycat::sim {

Schedule::Schedule(std::uint32_t riders, std::uint32_t connections, std::uint32_t batch, std::uint32_t seconds,
                   double speed)
    : seconds_(seconds), speed_(speed)
{
    // Round after round over the connections, so that neighbours in time are on different connections.
    const std::uint64_t riders_per_round = std::uint64_t{batch} * connections;
    for (std::uint64_t round = 0; round < riders; round += riders_per_round) {
        for (std::uint32_t connection = 0; connection < connections; ++connection) {
            const std::uint64_t first = round + connection;
            if (first >= riders) {
                break;
            }
            const std::uint64_t left = (riders - first + connections - 1) / connections;
            groups_.push_back({connection, static_cast<std::uint32_t>(first),
                               static_cast<std::uint32_t>(std::min<std::uint64_t>(left, batch))});
        }
    }
}

Schedule::Message Schedule::at(std::uint64_t index) const
{
    const Group& group = groups_[index % groups_.size()];
    const double race_seconds = static_cast<double>(index) / static_cast<double>(groups_.size());
    return {group.connection, group.first_rider, group.riders, static_cast<std::uint32_t>(index / groups_.size()) + 1,
            std::chrono::milliseconds(static_cast<std::int64_t>(race_seconds * 1000 / speed_))};
}

std::uint64_t Schedule::due(std::chrono::nanoseconds since_start) const
{
    if (since_start.count() < 0) {
        return 0;
    }
    const double race_seconds = std::chrono::duration<double>(since_start).count() * speed_;
    if (race_seconds >= seconds_) {
        return messages();
    }
    return std::min(messages(), static_cast<std::uint64_t>(race_seconds * static_cast<double>(groups_.size())) + 1);
}

std::chrono::milliseconds Schedule::length() const
{
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds_ * 1000 / speed_));
}

}  // namespace alleycat::sim
