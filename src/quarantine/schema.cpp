#include "schema.hpp"

#include <array>

namespace alleycat::quarantine {

namespace {

// `positions`: of each shard the highest record that was ever kept, so that one that is gone is not kept again.
constexpr std::string_view kVersion1 = R"(
CREATE TABLE held (
    sequence INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    arrival_ms INTEGER NOT NULL,
    reasons INTEGER NOT NULL,
    class_id INTEGER NOT NULL,
    race_id INTEGER NOT NULL,
    racer_id INTEGER NOT NULL,
    partition_key BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (sequence, shard)
) STRICT;
CREATE INDEX held_by_racer ON held (racer_id, race_id, class_id);
CREATE INDEX held_by_race ON held (race_id, class_id);
CREATE INDEX held_by_arrival ON held (arrival_ms);

CREATE TABLE positions (
    shard INTEGER NOT NULL PRIMARY KEY,
    kept INTEGER NOT NULL
) STRICT;
)";

constexpr std::array kSteps{kVersion1};

}  // namespace

std::span<const std::string_view> migrations()
{
    return kSteps;
}

}  // namespace alleycat::quarantine
