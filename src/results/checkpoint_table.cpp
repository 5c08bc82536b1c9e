#include "checkpoint_table.hpp"

#include <algorithm>

namespace alleycat::results {

namespace {

constexpr std::size_t kPartBytes = std::size_t{256} << 10;

}  // namespace

CheckpointTable::CheckpointTable(Connection& connection)
    : positions_(connection, "SELECT shard, applied FROM positions ORDER BY shard DESC"),
      parts_(connection, "SELECT bytes FROM race_state ORDER BY part"),
      put_position_(connection, R"(
          INSERT INTO positions (shard, applied) VALUES (?, ?)
          ON CONFLICT (shard) DO UPDATE SET applied = excluded.applied)"),
      put_part_(connection, R"(
          INSERT INTO race_state (part, bytes) VALUES (?, ?)
          ON CONFLICT (part) DO UPDATE SET bytes = excluded.bytes)"),
      delete_parts_(connection, "DELETE FROM race_state WHERE part >= ?")
{
}

Checkpoint CheckpointTable::load(std::size_t shards)
{
    Checkpoint checkpoint;
    checkpoint.applied.resize(shards);
    for (auto rows = positions_.query(); rows.next();) {
        const auto shard = static_cast<std::size_t>(rows.integer(0));
        if (shard >= checkpoint.applied.size()) {
            checkpoint.applied.resize(shard + 1);
        }
        checkpoint.applied[shard] = static_cast<std::uint64_t>(rows.integer(1));
    }
    for (auto rows = parts_.query(); rows.next();) {
        checkpoint.races.append(rows.text(0));
    }
    return checkpoint;
}

void CheckpointTable::save(const Checkpoint& checkpoint)
{
    for (std::size_t shard = 0; shard < checkpoint.applied.size(); ++shard) {
        put_position_.run(shard, checkpoint.applied[shard]);
    }
    const std::string_view races = checkpoint.races;
    std::size_t part = 0;
    for (std::size_t at = 0; at < races.size(); at += kPartBytes) {
        put_part_.run(part++, Blob{races.substr(at, kPartBytes)});
    }
    delete_parts_.run(part);
}

}  // namespace alleycat::results
