#pragma once

#include "live_channel.hpp"

#include <alleycat/serve/live_feed.hpp>

#include <map>
#include <utility>
#include <vector>

namespace alleycat::serve {

/// The latest races and histories, as views of the boards that viewers ask for.
class LiveBoards {
public:
    explicit LiveBoards(const LiveFeed::Options& options) : options_(options) {}

    using Snapshot = std::shared_ptr<const ranking::RaceSnapshot>;

    void update(Snapshot race);
    /// A race that is known from the database only. It is the newest of its class until there is an update of another;
    /// race() and races() do not know it.
    void update_stored(Snapshot race);
    /// Forgets the closed races that hold the racer.
    void erase(RacerId racer);
    /// Forgets the race, where it is closed.
    void forget(ClassId class_id, RaceId race_id);

    /// The race as last seen; null where it is not remembered.
    [[nodiscard]] Snapshot race(ClassId class_id, RaceId race_id) const;
    /// Those remembered of the class, newest first.
    [[nodiscard]] std::vector<Snapshot> races(ClassId class_id) const;

    /// What the board of `query` is made from; while it is the same, the board is.
    struct Sources {
        Snapshot race;
        std::shared_ptr<const history::ClassBests> bests;  // of an all-time board

        bool operator==(const Sources&) const = default;
    };
    [[nodiscard]] Sources sources(const LiveQuery& query) const;
    /// What the board of `query` shows now.
    [[nodiscard]] LiveChannel::View view(const LiveQuery& query);
    /// The row of the query's racer, with its rank; nullopt where it is not on the board.
    [[nodiscard]] std::optional<ranking::Entry> own_row(const LiveQuery& query);

private:
    struct Class {
        std::map<RaceId, Snapshot> races;
        Snapshot stored;                                   // null: none
        std::shared_ptr<const history::ClassBests> bests;  // that `seconds` was made from
        std::map<std::uint32_t, std::shared_ptr<const ranking::BestsOfSecond>> seconds;
    };

    [[nodiscard]] Snapshot race_of(const LiveQuery& query) const;
    [[nodiscard]] std::optional<ranking::Entry> rider(const LiveQuery& query) const;
    /// The all-time board as the query's racer sees it, and the second it is of.
    [[nodiscard]] std::pair<ranking::AlltimeBoard, std::uint32_t> alltime(const LiveQuery& query);

    const LiveFeed::Options& options_;
    std::map<ClassId, Class> classes_;
};

}  // namespace alleycat::serve
