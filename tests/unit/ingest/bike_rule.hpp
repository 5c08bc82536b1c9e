#pragma once

#include <alleycat/ingest/rule_options.hpp>

#include <cstdint>

namespace alleycat::ingest {

inline constexpr std::int64_t kRaceStart = 5400802LL * 300'000;

/// What a bike without new firmware sends: bikes/<racerId>/<classId> with {"rpm":80,"level":40}.
inline RuleOptions bikes()
{
    RuleOptions options;
    options.name = "bikes";
    options.topic = "bikes/+/+";
    options.select = {{"event", "${event()}"},      {"deviceTimestamp", "${timestamp()}"},
                      {"second", "${second()}"},    {"raceId", "${race()}"},
                      {"name", "Bike ${topic(2)}"}, {"racerId", "${topic(2)}"},
                      {"classId", "${topic(3)}"},   {"cadence", "${rpm}"},
                      {"resistance", "${level}"}};
    return options;
}

}  // namespace alleycat::ingest
