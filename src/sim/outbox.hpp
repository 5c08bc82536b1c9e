#pragma once

#include "latency_histogram.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::sim {

using Instant = std::chrono::steady_clock::time_point;

/// What one connection has to send, in order, kept until the server acknowledges it. No I/O inside.
///
/// A frame is what the wire carries as one piece; it holds one or more records. Frames are handed to the socket from
/// the front, in whole or in parts; acknowledgements count records from the front as well. What was not acknowledged
/// can be sent again after rewind(), from the beginning of its frame.
class Outbox {
public:
    void reserve(std::size_t bytes, std::size_t frames);

    /// Copies `frame` (not empty) behind all others.
    void append(std::string_view frame, std::uint32_t records);

    /// Up to `most` bytes that are to be sent next. Valid until the next call that is not const.
    [[nodiscard]] std::string_view unsent(std::size_t most) const;
    /// The rest of the frame under way, or the whole next one; empty if there is none.
    [[nodiscard]] std::string_view frame_rest() const;
    /// Whether the bytes handed over end with a frame, so that something may go between.
    [[nodiscard]] bool at_boundary() const;

    /// The socket took the first `bytes` unsent ones. Returns how many records it now holds for the first time.
    std::uint64_t handed_over(std::size_t bytes, Instant now);

    /// `records`: acknowledged since the construction or the last rewind(), in all. False, and no change, if that is
    /// less than before or more than was handed over. Latencies are counted a record.
    [[nodiscard]] bool acknowledge(std::uint64_t records, Instant now, LatencyHistogram& latency);
    /// Acknowledges the oldest frame. Returns its records; 0 if none was handed over.
    std::uint64_t acknowledge_frame(Instant now, LatencyHistogram& latency);

    /// All that is not acknowledged is unsent again. Returns how many records were acknowledged in a frame that is sent
    /// again for the sake of others: they will be acknowledged twice.
    std::uint64_t rewind();

    /// Forgets all frames of which nothing was handed over yet.
    void discard_unsent();

    [[nodiscard]] bool empty() const { return frames_.empty(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_.size() - retired_bytes_; }
    [[nodiscard]] std::size_t unacknowledged_frames() const { return sending_ - retired_; }

private:
    struct Frame {
        std::size_t end;            // in bytes_
        std::uint64_t records_end;  // records in this frame and all before it, since the construction
    };
    struct Handover {
        std::uint64_t records_end;
        Instant when;
    };

    void retire_frames();
    void compact();

    std::string bytes_;               // frames back to back; the first retired_bytes_ are no longer needed
    std::vector<Frame> frames_;       // of bytes_; the first retired_ are no longer needed
    std::deque<Handover> handovers_;  // whose records are not all acknowledged
    std::size_t sent_{0};             // in bytes_
    std::size_t sending_{0};          // in frames_: the first one not wholly handed over
    std::size_t retired_{0};
    std::size_t retired_bytes_{0};
    // Records since the construction: base_ <= acked_ <= handed_ <= newest_.
    std::uint64_t base_{0};  // before the first frame after the last rewind()
    std::uint64_t acked_{0};
    std::uint64_t handed_{0};
    std::uint64_t ever_handed_{0};  // does not fall in a rewind()
    std::uint64_t retired_records_{0};
    std::uint64_t newest_{0};
};

}  // namespace alleycat::sim
