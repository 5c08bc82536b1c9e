#pragma once

#include "racer_search.hpp"

#include <alleycat/archive/ride.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <map>

namespace alleycat::archive {

/// Makes a ride of the records that are given to it, in any order; those of other rides are passed over.
class RideBuilder {
public:
    RideBuilder(const RideQuery& query, telemetry::RecordLimits limits);

    /// A record as its bike sent it. Any text; what is no valid record is passed over.
    void take_logged(std::string_view data, std::int64_t arrival_ms);
    /// Lines of a delivery object, with RecordReader::kPadding bytes behind them. The output is theirs to say.
    void take_delivered(std::string_view lines);
    void note_unreadable() { ride_.partial = true; }

    /// Whether the last second is there, and each one before it: what still comes can only repeat them.
    [[nodiscard]] bool complete() const;

    [[nodiscard]] Ride finish();

private:
    void add(std::optional<std::int64_t> arrival_ms);

    const RideQuery query_;
    const RacerSearch search_;
    telemetry::RecordReader reader_;
    std::string payload_;  // a record's text and the padding that the reader asks for
    std::map<std::uint32_t, RideSecond> seconds_;
    std::uint32_t name_second_{0};   // whose record the name is from
    std::uint32_t final_second_{0};  // 0: not seen
    Ride ride_;
};

}  // namespace alleycat::archive
