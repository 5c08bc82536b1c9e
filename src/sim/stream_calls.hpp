#pragma once

#include "latency_histogram.hpp"
#include "outbox.hpp"
#include "put_answer.hpp"

#include <alleycat/core/backoff.hpp>
#include <alleycat/core/ids.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::sim {

/// The records that one connection has to put into a stream: which of them the next PutRecords call holds, and what its
/// answer means. No I/O inside.
///
/// One call is under way at a time. The records of a call that failed are alone in the next one; only then come newer
/// ones. So a record can be overtaken by a later one of its own call, where the server takes that one and not this one,
/// but by no other.
class StreamCalls {
public:
    static constexpr std::uint32_t kMostRecords = 500;
    static constexpr std::size_t kMostBodyBytes = 4 * 1024 * 1024;
    static constexpr std::chrono::milliseconds kFirstPause{50};
    static constexpr std::chrono::milliseconds kLongestPause{5000};

    /// `stream` is the stream's name; `most_records` (1 … kMostRecords) and `most_body_bytes` limit a call, which
    /// always holds at least one record. `seed` decides the length of pauses within their limits.
    StreamCalls(std::string_view stream, std::uint32_t most_records, std::uint64_t seed,
                std::size_t most_body_bytes = kMostBodyBytes);

    void reserve(std::size_t bytes, std::size_t records);

    /// Encodes a record behind all others. `racer` is its partition key.
    void append(std::string_view record, RacerId racer);

    /// Whether begin_call() has something to send: none is under way, and there are records.
    [[nodiscard]] bool ready() const { return !under_way_ && !empty(); }
    [[nodiscard]] bool under_way() const { return under_way_; }

    /// The next call, of which ready() told, is handed to the socket. Replaces `body` by its body. Returns how many
    /// records are in a call for the first time.
    std::uint64_t begin_call(std::string& body, Instant now);

    struct Outcome {
        std::uint64_t accepted{0};
        std::uint64_t rejected{0};
        std::uint64_t failed{0};             ///< the next call holds them again
        std::chrono::milliseconds pause{0};  ///< before the next call
    };
    /// The call under way is answered. Nothing, and no change, if the answer does not fit the call. Latencies are
    /// counted for each record that is accepted or rejected, from this call's begin.
    [[nodiscard]] std::optional<Outcome> on_answer(const PutAnswer& answer, Instant now, LatencyHistogram& latency);

    /// The call under way, if there is one, will have no answer: it is the next one again, as it was.
    void repeat_call() { under_way_ = false; }

    /// Forgets all records that were in no call yet.
    void discard_unsent();

    [[nodiscard]] bool empty() const { return call_.empty() && next_ == ends_.size(); }
    /// Of all records that are neither accepted nor rejected, as they are sent; those of a call until all of it is.
    [[nodiscard]] std::size_t bytes() const { return bytes_.size() - finished_bytes_; }

private:
    [[nodiscard]] std::string_view entry(std::size_t index) const;
    void fill_call();
    void keep_failed(const std::vector<bool>& failed);
    void finish_call();
    void compact();

    const std::string head_;  // of a call's body
    const std::uint32_t most_records_;
    const std::size_t most_body_bytes_;
    Backoff backoff_;

    std::string bytes_;              // entries of Records, back to back; the first finished_bytes_ are no longer needed
    std::vector<std::size_t> ends_;  // of the entries, in bytes_
    std::size_t next_{0};            // in ends_: the first one that was in no call
    std::vector<std::size_t> call_;  // in ends_, rising: what the call under way holds; if none is, the next one
    std::size_t finished_bytes_{0};
    bool under_way_{false};
    Instant begun_{};
};

}  // namespace alleycat::sim
