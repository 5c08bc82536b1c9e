#include "checkpoints.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace alleycat::app {

namespace {

commitlog::Checkpoint load(const std::filesystem::path& path)
{
    auto loaded = commitlog::load_checkpoint(path);
    if (!loaded) {
        spdlog::warn("checkpoint {} is not used: {}", path.string(), loaded.error().message());
        return {};
    }
    return loaded->value_or(commitlog::Checkpoint{});
}

}  // namespace

Checkpoints::Checkpoints(std::filesystem::path directory, std::uint32_t shards, Positions races)
    : history_path_(directory / "history"), history_(load(history_path_)), races_(std::move(races)), shards_(shards)
{
    // There may have been more shards, whose positions are kept, or fewer.
    history_.applied.resize(std::max<std::size_t>(history_.applied.size(), shards));
    races_.resize(std::max<std::size_t>(races_.size(), shards));
    for (std::size_t shard = 0; shard < shards; ++shard) {
        shards_[shard].history = history_.applied[shard];
        shards_[shard].races = races_[shard];
    }
}

Result<void> Checkpoints::save_history(Positions applied)
{
    commitlog::Checkpoint checkpoint{std::move(applied), ""};
    const auto saved = commitlog::save_checkpoint(history_path_, checkpoint);
    if (saved) {
        history_ = std::move(checkpoint);
        for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
            shards_[shard].history = history_.applied[shard];
        }
    } else if (!failing_) {
        spdlog::error("checkpoint {} cannot be written: {}", history_path_.string(), saved.error().message());
    }
    failing_ = !saved;
    return saved;
}

void Checkpoints::note_races(const Positions& applied)
{
    std::copy_n(applied.begin(), std::min(applied.size(), races_.size()), races_.begin());
    for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
        shards_[shard].races = races_[shard];
    }
}

commitlog::SequenceNumber Checkpoints::removable(ShardId shard) const
{
    const auto& durable = shards_[raw(shard)];
    return std::min(durable.history.load(), durable.races.load());
}

}  // namespace alleycat::app
