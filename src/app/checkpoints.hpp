#pragma once

#include <alleycat/commitlog/checkpoint.hpp>

#include <atomic>
#include <vector>

namespace alleycat::app {

/// How far the history and the live races have come in the log, kept in `<data>/checkpoints`.
///
/// Thread: the saves by the delivery thread, and at the stop, after it has ended, by the main thread; removable() on
/// any.
class Checkpoints {
public:
    using Positions = std::vector<commitlog::SequenceNumber>;

    /// Loads what an earlier process saved. A checkpoint that cannot be used is said so and done without: for the
    /// history that means to read the whole log again, which changes nothing; for the races to begin where the history
    /// does.
    Checkpoints(std::filesystem::path directory, std::uint32_t shards);

    /// By shard; as loaded or saved last.
    [[nodiscard]] const Positions& history() const { return history_.applied; }
    [[nodiscard]] const commitlog::Checkpoint& ranking() const { return ranking_; }

    /// Errors: the system's; said once until it goes well again.
    [[nodiscard]] Result<void> save_history(Positions applied);
    [[nodiscard]] Result<void> save_ranking(commitlog::Checkpoint checkpoint);

    /// The state of the races is of no use: they begin where the history does.
    void forget_races();

    /// No start will ask for records of the shard up to this one again.
    [[nodiscard]] commitlog::SequenceNumber removable(ShardId shard) const;

private:
    [[nodiscard]] Result<void> save(const std::filesystem::path& path, const commitlog::Checkpoint& checkpoint,
                                    Positions& saved, bool& failing);
    void publish();

    const std::filesystem::path history_path_;
    const std::filesystem::path ranking_path_;
    commitlog::Checkpoint history_;
    commitlog::Checkpoint ranking_;
    bool history_failing_{false};                                    // which is said once
    bool ranking_failing_{false};                                    // likewise
    std::vector<std::atomic<commitlog::SequenceNumber>> removable_;  // by shard
};

}  // namespace alleycat::app
