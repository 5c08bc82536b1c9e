#pragma once

#include <alleycat/archive/ride.hpp>
#include <alleycat/commitlog/disk.hpp>
#include <alleycat/commitlog/log_record.hpp>
#include <alleycat/core/erased_racers.hpp>
#include <alleycat/core/task_thread.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <chrono>
#include <filesystem>
#include <functional>

namespace alleycat::archive {

class RideBuilder;

/// Gathers rides from what is stored, on a thread of its own: the logs first, which have every record of the last
/// hours, also those that are not delivered yet; then the delivery objects, as far as the logs do not reach back.
///
/// Full:   at most kCapacity queries wait.
/// Memory: of one ride, and a few MiB.
/// Cost:   a look through everything that arrived during the race; 100 MB of records take about a quarter of a second.
class RideReader {
public:
    static constexpr std::size_t kCapacity = 64;

    struct Options {
        std::filesystem::path delivery;  ///< data/delivery; it may be absent
        telemetry::RecordLimits limits;  ///< the widest; of the classes only the one that is asked for counts
        std::uint32_t shards{0};         ///< of the log, retired ones too; 0: there is none
        /// What can be read of a shard's log now. Any thread.
        std::function<std::vector<commitlog::Segment>(ShardId)> segments;
        commitlog::Disk* disk{nullptr};  ///< of the log; outlives the reader
        /// Records may come so long behind the end of their race; looked for while seconds are missing.
        std::chrono::milliseconds late{std::chrono::minutes(5)};
        /// What came from them until then is not shown any more; outlives the reader. Null: there are none.
        const ErasedRacers* erased{nullptr};
    };

    /// A ride without seconds: nothing of it is stored. Errors: operation_canceled, where stop() came first.
    using OnDone = std::function<void(const Result<Ride>&)>;

    explicit RideReader(Options options);

    void start() { thread_.start(); }
    /// Cuts the work on a query short, leaves what waits undone, and ends the thread.
    void stop() { thread_.stop(); }

    /// Calls `on_done` on the thread of its own. False, and it is not called, where too many queries wait. Any thread.
    [[nodiscard]] bool try_ask(RideQuery query, OnDone on_done);

private:
    [[nodiscard]] Result<Ride> answer(const RideQuery& query) const;
    /// Returns from which sequence number on the log had everything.
    [[nodiscard]] commitlog::SequenceNumber read_log(ShardId shard, const RideQuery& query, RideBuilder& ride) const;
    void read_objects(const std::vector<commitlog::SequenceNumber>& in_log, const RideQuery& query,
                      RideBuilder& ride) const;
    void read_object(const std::filesystem::path& path, RideBuilder& ride) const;
    [[nodiscard]] bool erased(const RideQuery& query, std::int64_t arrival_ms) const;

    const Options options_;
    TaskThread thread_{kCapacity};
};

}  // namespace alleycat::archive
