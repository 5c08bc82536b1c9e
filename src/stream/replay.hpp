#pragma once

#include <alleycat/commitlog/commit_log.hpp>
#include <alleycat/stream/stream.hpp>

namespace alleycat::stream {

/// Reads the records of a shard's log back and brings them to its consumer, decoded anew.
///
/// Thread: the shard's.
class Replay {
public:
    /// `given_up`: asked now and then; true: nobody waits for the rest. `arrival_ms`: kept at the arrival of the record
    /// that is read, about.
    Replay(const LogSettings& settings, ShardId shard, const commitlog::CommitLog& log, ShardConsumer& consumer,
           std::function<bool()> given_up, std::atomic<std::int64_t>& arrival_ms);

    /// Brings everything behind the consumer's position. Errors: the system's, where the log cannot be read;
    /// operation_canceled, where it was given up.
    [[nodiscard]] Result<void> run();

    [[nodiscard]] std::uint64_t records() const { return records_; }
    [[nodiscard]] std::uint64_t damaged_regions() const { return damaged_; }

private:
    void take(const commitlog::LogRecord& record);
    /// False where the replay was given up.
    [[nodiscard]] bool wait_for_room();
    void on_damage(const commitlog::DamagedRegion& region);

    commitlog::Disk& disk_;
    const ShardId shard_;
    const commitlog::CommitLog& log_;
    ShardConsumer& consumer_;
    const std::function<bool()> given_up_;
    std::atomic<std::int64_t>& arrival_ms_;
    telemetry::RecordReader reader_;
    std::string payload_;  // the record's text and the padding that the reader asks for
    SteadyTime now_{};     // of this batch
    std::uint64_t records_{0};
    std::uint64_t damaged_{0};
};

}  // namespace alleycat::stream
