#include "schema.hpp"

#include <array>

namespace alleycat::results {

namespace {

// Times are ms since the epoch. `start_ms` of a race stands in its results too, so that a racer's races are read newest
// first from an index. What is looked up by race needs no rowid.
constexpr std::string_view kVersion1 = R"(
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE races (
    class_id INTEGER NOT NULL,
    race_id INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    racers INTEGER NOT NULL,
    PRIMARY KEY (class_id, race_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX races_by_start ON races (class_id, start_ms, race_id);

CREATE TABLE results (
    class_id INTEGER NOT NULL,
    race_id INTEGER NOT NULL,
    racer_id INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    name TEXT NOT NULL,
    second INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    output REAL NOT NULL,
    best REAL NOT NULL,
    mean REAL NOT NULL,
    total REAL NOT NULL,
    arrival INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    PRIMARY KEY (class_id, race_id, racer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX results_by_racer ON results (racer_id, start_ms, race_id, class_id);

CREATE TABLE class_records (
    class_id INTEGER NOT NULL,
    racer_id INTEGER NOT NULL,
    score REAL NOT NULL,
    race_id INTEGER NOT NULL,
    achieved_ms INTEGER NOT NULL,
    PRIMARY KEY (class_id, racer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE racers (
    racer_id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE positions (
    shard INTEGER NOT NULL PRIMARY KEY,
    applied INTEGER NOT NULL
) STRICT;

CREATE TABLE race_state (
    part INTEGER NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE erasures (
    racer_id INTEGER NOT NULL PRIMARY KEY,
    asked_ms INTEGER NOT NULL,
    done INTEGER NOT NULL,
    report TEXT NOT NULL
) STRICT;
)";

// `released`: seconds that were held and count since they were released, so that none comes in twice.
constexpr std::string_view kVersion2 = R"(
ALTER TABLE results ADD COLUMN unverified INTEGER NOT NULL DEFAULT 0;

CREATE TABLE released (
    class_id INTEGER NOT NULL,
    race_id INTEGER NOT NULL,
    racer_id INTEGER NOT NULL,
    second INTEGER NOT NULL,
    output REAL NOT NULL,
    PRIMARY KEY (class_id, race_id, racer_id, second)
) STRICT, WITHOUT ROWID;
CREATE INDEX released_by_racer ON released (racer_id);
)";

constexpr std::array kMigrations{kVersion1, kVersion2};

}  // namespace

std::span<const std::string_view> migrations()
{
    return kMigrations;
}

}  // namespace alleycat::results
