#pragma once

#include <alleycat/core/ids.hpp>
#include <alleycat/telemetry/record.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace alleycat::delivery {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The records of one shard that are delivered together.
struct Window {
    ShardId shard{};
    std::uint64_t last_sequence{0};  ///< every record of the shard up to this one is in this window or an earlier one
    std::uint64_t failed{0};         ///< records among them that were not valid
    std::vector<telemetry::Sample> samples;
    std::uint64_t data_bytes{0};  ///< of the records' text, uncompressed
};

/// When a window closes: at `interval` behind its first record or at `size_bytes` of records, whichever comes first.
/// Hints, not absolutes: while delivery is behind, a window goes on growing instead of queueing behind others, up to
/// kMaxGrowth times its size.
struct WindowHints {
    std::chrono::milliseconds interval{60'000};
    std::uint64_t size_bytes{1024 * 1024};
};

/// Gathers the records of one shard in windows.
///
/// Thread: one at a time; the clock is the caller's.
class Windower {
public:
    static constexpr std::uint64_t kMaxGrowth = 16;

    Windower(ShardId shard, WindowHints hints) : shard_(shard), hints_(hints) { window_.shard = shard; }

    /// `sequence`: above those before it.
    void add(const telemetry::Sample& sample, std::uint64_t sequence, std::uint32_t data_bytes, SteadyTime now);
    /// A record that is not valid: it counts, and brings nothing.
    void add_failed(std::uint64_t sequence, SteadyTime now);

    /// Whether the window should be delivered now.
    [[nodiscard]] bool due(SteadyTime now) const;
    /// When it will be due by time; SteadyTime::max() while it is empty.
    [[nodiscard]] SteadyTime deadline() const;
    /// Whether it has grown as far as it may.
    [[nodiscard]] bool full() const { return window_.data_bytes >= hints_.size_bytes * kMaxGrowth; }
    [[nodiscard]] bool empty() const { return window_.last_sequence == 0; }

    /// The window, to be moved from once it is delivered; then call restart().
    [[nodiscard]] Window& window() { return window_; }
    void restart();

private:
    void note(std::uint64_t sequence, SteadyTime now);

    const ShardId shard_;
    const WindowHints hints_;
    Window window_;
    SteadyTime opened_{};           // the arrival of its first record
    std::size_t usual_samples_{0};  // of the latest window: room for the next
};

}  // namespace alleycat::delivery
