#pragma once

#include <alleycat/history/best_table.hpp>
#include <alleycat/net/http_server.hpp>
#include <alleycat/ranking/ranking_thread.hpp>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace alleycat::serve {

/// Live rankings for the viewers of `/live`: a snapshot, then at most one delta a tick, and behind it the records that
/// were ridden in the race they watch. Remembers the latest races, for whoever asks.
///
/// Thread: the network thread.
/// Cost:   viewers of the same board share one encoded, framed message; a viewer's own row follows as a frame of its
///         own. Such a viewer is told where the board or that row changed, so its messages are counted apart; those who
///         have come to the same number share the message. Records are encoded and framed once for all.
/// Bounds: a viewer that does not read is skipped while kMaxQueuedBytes wait for it, and gets a fresh snapshot when it
///         has read them. Records wait in kMaxRecordBytes beside that, and are dropped beyond: they never put off or
///         replace a board's message.
class LiveFeed {
public:
    static constexpr std::size_t kMaxQueuedBytes = 256 * 1024;
    static constexpr std::size_t kMaxRecordBytes = 64 * 1024;
    static constexpr std::size_t kMaxRecords = 100;  ///< of a race, told at once; those of a race's end come first

    struct Options {
        std::vector<ClassId> classes;
        std::uint32_t last_second{300};  ///< of a race: where `alltime` looks while nobody rides
        std::size_t max_top{1000};       ///< the largest `?top=`
        std::size_t races{16};           ///< remembered a class; closed ones are forgotten before others
        ranking::Ties ties{ranking::Ties::Competition};
        std::function<std::shared_ptr<const history::ClassBests>(ClassId)> bests;
        std::function<std::string(RacerId)> name_of;
    };

    explicit LiveFeed(Options options);
    ~LiveFeed();

    /// From here on viewers may ask for these classes, and for so many entries.
    void set_limits(std::vector<ClassId> classes, std::size_t max_top);
    [[nodiscard]] std::size_t max_top() const;

    /// Makes what handles one viewer, or the answer to a bad query.
    [[nodiscard]] std::variant<std::unique_ptr<net::WebSocket::Handler>, net::Response> open(
        const net::Request& request);

    /// What the ranking thread published at a tick.
    void publish(const ranking::RankingThread::Changes& changes);

    /// A race of the database, which boards show as the newest of its class until there is another. The API does not
    /// look here for it.
    void show_stored(std::shared_ptr<const ranking::RaceSnapshot> race);
    /// What the database found out at a race's end.
    void publish_records(std::span<const ranking::RecordEvent> records);
    /// Forgets the closed races that hold the racer. Those that are open are published anew by whoever ranks them.
    void erase(RacerId racer);
    /// Forgets the race, where it is closed: its stored result is another one now.
    void forget(ClassId class_id, RaceId race_id);

    /// The race as it was published last; null where it is not remembered.
    [[nodiscard]] std::shared_ptr<const ranking::RaceSnapshot> race(ClassId class_id, RaceId race_id) const;
    /// The remembered races of a class, newest first.
    [[nodiscard]] std::vector<std::shared_ptr<const ranking::RaceSnapshot>> races(ClassId class_id) const;
    [[nodiscard]] std::size_t viewers() const;
    /// What waits for viewers who have not fetched it.
    [[nodiscard]] std::uint64_t queued_bytes() const;
    /// Snapshots sent to viewers that had fallen behind, ever.
    [[nodiscard]] std::uint64_t resyncs() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::serve
