#pragma once

#include <alleycat/core/counters.hpp>
#include <alleycat/core/token_bucket.hpp>
#include <alleycat/plausibility/judge.hpp>
#include <alleycat/stream/stream.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat::ingest {

/// Who sends a payload, as far as its door knows.
struct Sender {
    std::uint64_t connection{0};  ///< another for each connection; 0: not known
    bool may_send{true};          ///< false: every record is Unauthorized
    std::optional<RacerId> only;  ///< the one racer it may send for
    TokenBucket* rate{nullptr};   ///< of its records; null: no limit
};

/// A door's work on payloads, whatever brought them: read the records, append them to the stream.
///
/// Thread: the door's.
class Intake {
public:
    /// Who is told of refused records.
    class RejectSink {
    public:
        virtual ~RejectSink() = default;
        /// False while no further rejection can be told: then reading stops before it.
        [[nodiscard]] virtual bool may_reject() const = 0;
        /// `accepted`: records of this payload accepted before it.
        virtual void on_reject(const telemetry::Rejection& rejection, std::uint64_t accepted) = 0;
    };

    enum class Outcome {
        Done,       ///< the payload is used up
        RingFull,   ///< a record found no room; go on with `rest` after the producer's on_progress
        Congested,  ///< the sink may not reject; go on with `rest` when it may
    };
    struct Taken {
        Outcome outcome{Outcome::Done};
        std::uint64_t accepted{0};
        std::string rest;  ///< a payload, padded: see text()

        /// `rest` without its padding.
        [[nodiscard]] std::string_view text() const;
    };

    /// `partition_key`: a template that PartitionKeyTemplate takes.
    Intake(telemetry::RecordLimits limits, std::string_view partition_key, stream::Producer producer,
           DoorCounters& counters);

    /// `payload`: with RecordReader::kPadding readable bytes behind it. `origin`: all but its arrival time, which is
    /// now.
    [[nodiscard]] Taken take(std::string_view payload, RejectSink& sink, stream::Origin origin = {},
                             const Sender& sender = {});

    /// What says of each record whether a bike can have sent it; outlives the intake. Until then nobody does.
    void judge_by(plausibility::Judge& judge) { judge_ = &judge; }

    /// Between two payloads.
    void set_limits(telemetry::RecordLimits limits) { reader_ = telemetry::RecordReader(std::move(limits)); }

    /// Counts a payload that was refused before it came here.
    void count(const telemetry::Rejection& rejection);

    /// See stream::Producer: what was accepted before flush() may be acknowledged once durable() has reached its
    /// ticket.
    stream::Ticket flush() { return producer_.flush(); }
    [[nodiscard]] stream::Ticket durable() { return producer_.durable(); }

private:
    /// Why this sender's record is not taken; none where it is.
    [[nodiscard]] static std::optional<telemetry::Rejection> refusal(const telemetry::Record& record,
                                                                     const Sender& sender);

    telemetry::RecordReader reader_;
    stream::PartitionKeyTemplate partition_key_;
    stream::Producer producer_;
    DoorCounters& counters_;
    plausibility::Judge* judge_{nullptr};
};

}  // namespace alleycat::ingest
