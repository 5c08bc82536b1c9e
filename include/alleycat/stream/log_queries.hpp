#pragma once

#include <alleycat/commitlog/log_reader.hpp>
#include <alleycat/core/task_thread.hpp>
#include <alleycat/stream/stream.hpp>

#include <functional>
#include <string>
#include <vector>

namespace alleycat::stream {

/// A place between two records of a shard's log.
struct LogPlace {
    SequenceNumber after{0};            ///< the records up to this one lie before it
    std::int64_t not_before_ms{0};      ///< and so do those that arrived before this time, up to the first that did not
    commitlog::LogPosition position{};  ///< where it is in the files, if that is known: only saves time
};

/// A record as it is read back.
struct StoredRecord {
    SequenceNumber sequence{0};
    std::int64_t arrival_ms{0};
    std::string_view partition_key;
    std::string_view data;
};

struct LogQuery {
    ShardId shard{};
    LogPlace from;
    std::size_t max_records{10'000};
    std::size_t max_bytes{std::size_t{10} << 20};  ///< of data and partition keys; one record comes in any case
};

struct LogAnswer {
    LogPlace next;              ///< where to go on
    std::int64_t behind_ms{0};  ///< the age of the first record that was not read; 0: there is none
};

/// Reads the shards' logs for those outside who ask, on a thread of its own: what they ask for may have to come from
/// the disk, and records are many.
///
/// Full: at most kCapacity queries wait.
class LogQueries {
public:
    static constexpr std::size_t kCapacity = 256;

    using OnRecord = std::function<void(const StoredRecord&)>;
    using OnDone = std::function<void(const Result<LogAnswer>&)>;

    LogQueries(const Stream& stream, commitlog::Disk& disk);

    void start() { thread_.start(); }
    /// Leaves what waits undone, and ends the thread.
    void stop() { thread_.stop(); }

    /// Calls `on_record` for each record, its views valid during the call, and then `on_done`, all on the thread of its
    /// own. False, and neither is called, where too many queries wait. Any thread.
    [[nodiscard]] bool try_ask(LogQuery query, OnRecord on_record, OnDone on_done);

private:
    [[nodiscard]] Result<LogAnswer> answer(const LogQuery& query, const OnRecord& on_record) const;

    const Stream& stream_;
    commitlog::Disk& disk_;
    TaskThread thread_{kCapacity};
};

}  // namespace alleycat::stream
