#pragma once

#include <alleycat/commitlog/checkpoint.hpp>

#include <atomic>
#include <vector>

namespace alleycat::app {

/// How far the history and the races have come in the log: for the history in `<data>/checkpoints/history`, for the
/// races in the database, beside what it speaks of.
///
/// Thread: save_history() by the delivery thread, note_races() by the recorder's, and both at the stop, after these
/// have ended, by the main thread; removable() on any.
class Checkpoints {
public:
    using Positions = std::vector<commitlog::SequenceNumber>;

    /// Loads what an earlier process saved of the history; one that cannot be used is said so and done without, which
    /// means to read the whole log again, and changes nothing. `races`: what the database says, by shard.
    Checkpoints(std::filesystem::path directory, std::uint32_t shards, Positions races);

    /// By shard; as loaded or saved last. There may have been more shards than now.
    [[nodiscard]] const Positions& history() const { return history_.applied; }
    /// Likewise. At the start, and by the recorder's thread.
    [[nodiscard]] const Positions& races() const { return races_; }

    /// Errors: the system's; said once until it goes well again.
    [[nodiscard]] Result<void> save_history(Positions applied);
    /// The database holds the races up to here. Shards that are not named stay where they are.
    void note_races(const Positions& applied);

    /// No start will ask for records of the shard up to this one again.
    [[nodiscard]] commitlog::SequenceNumber removable(ShardId shard) const;

private:
    struct Shard {
        std::atomic<commitlog::SequenceNumber> history{0};
        std::atomic<commitlog::SequenceNumber> races{0};
    };

    const std::filesystem::path history_path_;
    commitlog::Checkpoint history_;
    Positions races_;
    bool failing_{false};        // which is said once
    std::vector<Shard> shards_;  // what is durable
};

}  // namespace alleycat::app
