#pragma once

#include "rider.hpp"

#include <alleycat/core/ids.hpp>

#include <cstdint>
#include <string>

namespace alleycat::sim {

/// One race of a run.
struct Race {
    std::uint32_t number{0};   ///< from 0; decides the riders' efforts
    RaceId id{};               ///< what the records say
    std::int64_t start_ms{0};  ///< since the epoch
};

/// Writes telemetry records as JSON. In the usual order of fields one takes 170 to 230 bytes.
class RecordEncoder {
public:
    /// The record of second `last_second` is the `final` one. `shuffle` writes the fields in an order of each record's
    /// own, and cadence and resistance in any form of the same number (80, 80.0, 8e1), as other clients may.
    RecordEncoder(std::uint64_t seed, std::uint32_t last_second, bool shuffle);

    /// Appends the record of `second` (1 … last_second). The same arguments always give the same bytes.
    void append(std::string& out, const Rider& rider, const Race& race, std::uint32_t second,
                std::int64_t device_timestamp_ms) const;

private:
    struct Values;
    static constexpr int kFields = 10;

    static void append_field(std::string& out, int field, const Values& values);

    std::uint64_t seed_;
    std::uint32_t last_second_;
    bool shuffle_;
};

}  // namespace alleycat::sim
