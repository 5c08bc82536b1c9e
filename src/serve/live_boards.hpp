#pragma once

#include "live_channel.hpp"

#include <alleycat/serve/live_feed.hpp>

#include <map>
#include <unordered_map>

namespace alleycat::serve {

/// The latest races and histories, as views of the boards that viewers ask for.
class LiveBoards {
public:
    explicit LiveBoards(const LiveFeed::Options& options) : options_(options) {}

    void update(std::shared_ptr<const ranking::RaceSnapshot> race);

    /// What the board of `query` is made from; while it is the same, the board is.
    struct Sources {
        std::shared_ptr<const ranking::RaceSnapshot> race;
        std::shared_ptr<const history::ClassBests> bests;  // of an all-time board

        bool operator==(const Sources&) const = default;
    };
    [[nodiscard]] Sources sources(const LiveQuery& query);
    /// What the board of `query` shows now.
    [[nodiscard]] LiveChannel::View view(const LiveQuery& query);
    /// The row of the query's racer, with its rank; nullopt where it is not on the board.
    [[nodiscard]] std::optional<ranking::Entry> own_row(const LiveQuery& query);

private:
    struct Race {
        std::shared_ptr<const ranking::RaceSnapshot> snapshot;
        std::unordered_map<RacerId, std::uint32_t> positions;  // in snapshot->entries; made when first asked for
    };
    struct Class {
        std::map<RaceId, Race> races;
        std::shared_ptr<const history::ClassBests> bests;  // that `seconds` was made from
        std::map<std::uint32_t, std::shared_ptr<const ranking::BestsOfSecond>> seconds;
    };

    [[nodiscard]] Race* race_of(const LiveQuery& query);
    [[nodiscard]] const ranking::Entry* rider(const LiveQuery& query);
    [[nodiscard]] ranking::AlltimeBoard alltime(const LiveQuery& query);

    const LiveFeed::Options& options_;
    std::map<ClassId, Class> classes_;
};

}  // namespace alleycat::serve
