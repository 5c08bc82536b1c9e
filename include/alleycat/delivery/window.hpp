#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/core/verdict.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::delivery {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A record on its way into a window, which copies what the views show.
struct WindowRecord {
    std::uint64_t sequence{0};   ///< above those of its shard before it
    std::int64_t arrival_ms{0};  ///< ms since the epoch
    bool replayed{false};        ///< read from the log, which an earlier process wrote
    std::string_view partition_key;
    std::string_view data;
};

/// The records of one shard that are delivered together, in their order.
struct Window {
    /// What is kept of a record beside its texts.
    struct Record {
        std::uint64_t sequence{0};
        std::int64_t arrival_ms{0};
        std::uint64_t text_at{0};  // in Window::text: the data, then the partition key
        std::uint32_t data_bytes{0};
        std::uint32_t key_bytes{0};
        telemetry::Sample sample;  ///< of a valid record
        std::uint32_t refusal{0};  // 0: valid; else one more than its place in Window::refusals
        bool replayed{false};

        [[nodiscard]] bool valid() const { return refusal == 0; }
    };
    /// A valid record that is held: it takes part in nothing but its window's way.
    struct Held {
        Record record;
        RaceId race_id{};
        Suspicions reasons;
    };
    /// Why a record is not valid.
    struct Refusal {
        Errc code{};
        std::string message;
    };

    ShardId shard{};
    SteadyTime opened{};  ///< when its first record came
    std::vector<Record> records;
    std::vector<Refusal> refusals;
    std::vector<Held> held;  ///< beside `records`, in their order
    std::string text;
    std::uint64_t data_bytes{0};  ///< of all records, uncompressed

    [[nodiscard]] std::string_view data(const Record& record) const
    {
        return std::string_view(text).substr(record.text_at, record.data_bytes);
    }
    [[nodiscard]] std::string_view partition_key(const Record& record) const
    {
        return std::string_view(text).substr(record.text_at + record.data_bytes, record.key_bytes);
    }
    /// Of a record that is not valid.
    [[nodiscard]] const Refusal& refusal(const Record& record) const { return refusals[record.refusal - 1]; }

    /// Every record of the shard up to this one is in this window or an earlier one. 0: the window is empty.
    [[nodiscard]] std::uint64_t last_sequence() const
    {
        const auto last = records.empty() ? 0 : records.back().sequence;
        return held.empty() ? last : std::max(last, held.back().record.sequence);
    }
    [[nodiscard]] bool empty() const { return records.empty() && held.empty(); }
    /// Held ones too.
    [[nodiscard]] std::size_t size() const { return records.size() + held.size(); }
};

/// When a window closes: at `interval` behind its first record or at `size_bytes` of data, counted before compression,
/// whichever comes first. Hints, not absolutes: while delivery is behind, a window goes on growing instead of queueing
/// behind others, until it is full.
struct WindowHints {
    std::chrono::milliseconds interval{60'000};
    std::uint64_t size_bytes{1024 * 1024};
};

/// Gathers the records of one shard in windows.
///
/// Thread: one at a time; the clock is the caller's.
/// Memory: of its open window, twice full_bytes() at most, and one record.
class Windower {
public:
    static constexpr std::uint64_t kMaxGrowth = 16;
    static constexpr std::uint64_t kMaxGrownBytes = std::uint64_t{32} << 20;  // unless the size itself is larger

    Windower(ShardId shard, WindowHints hints) : shard_(shard), hints_(hints) { window_.shard = shard; }

    /// A valid record, and what the history is to keep of it.
    void add(const WindowRecord& record, const telemetry::Sample& sample, SteadyTime now);
    /// A record that is not valid, and why.
    void add(const WindowRecord& record, const telemetry::Rejection& why, SteadyTime now);

    /// A valid record that is held, and why.
    void hold(const WindowRecord& record, const telemetry::Sample& sample, RaceId race_id, Suspicions reasons,
              SteadyTime now);

    /// Whether the window should be delivered now.
    [[nodiscard]] bool due(SteadyTime now) const;
    /// When it will be due by time; SteadyTime::max() while it is empty.
    [[nodiscard]] SteadyTime deadline() const;
    /// Whether it has grown as far as it may: full_bytes() of data, or so many records that they take twice as much.
    [[nodiscard]] bool full() const;
    [[nodiscard]] bool empty() const { return window_.empty(); }
    [[nodiscard]] std::uint64_t full_bytes() const
    {
        return std::min(kMaxGrowth * hints_.size_bytes, std::max(hints_.size_bytes, kMaxGrownBytes));
    }

    /// The window, to be moved from once it is delivered; then call restart().
    [[nodiscard]] Window& window() { return window_; }
    void restart();

private:
    Window::Record& add(const WindowRecord& record, SteadyTime now);
    /// Copies the record's texts into the window.
    [[nodiscard]] Window::Record take(const WindowRecord& record, SteadyTime now);

    const ShardId shard_;
    const WindowHints hints_;
    Window window_;
    std::uint64_t message_bytes_{0};  // of its refusals
    // Of the latest window: room for the next.
    std::size_t usual_records_{0};
    std::size_t usual_text_{0};
};

}  // namespace alleycat::delivery
