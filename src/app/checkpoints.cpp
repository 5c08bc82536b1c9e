#include "checkpoints.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace alleycat::app {

namespace {

std::optional<commitlog::Checkpoint> load(const std::filesystem::path& path)
{
    auto loaded = commitlog::load_checkpoint(path);
    if (!loaded) {
        spdlog::warn("checkpoint {} is not used: {}", path.string(), loaded.error().message());
        return std::nullopt;
    }
    return std::move(*loaded);
}

}  // namespace

Checkpoints::Checkpoints(std::filesystem::path directory, std::uint32_t shards)
    : history_path_(directory / "history"), ranking_path_(directory / "ranking"), removable_(shards)
{
    history_ = load(history_path_).value_or(commitlog::Checkpoint{});
    ranking_ = load(ranking_path_).value_or(commitlog::Checkpoint{history_.applied, ""});
    // There may have been more shards, whose positions are kept, or fewer.
    history_.applied.resize(std::max<std::size_t>(history_.applied.size(), shards));
    ranking_.applied.resize(std::max<std::size_t>(ranking_.applied.size(), shards));
    publish();
}

Result<void> Checkpoints::save_history(Positions applied)
{
    return save(history_path_, {std::move(applied), ""}, history_.applied, history_failing_);
}

Result<void> Checkpoints::save_ranking(commitlog::Checkpoint checkpoint)
{
    ranking_.state.clear();  // it was for the start
    const auto shards = std::exchange(checkpoint.applied, ranking_.applied);
    std::copy(shards.begin(), shards.end(), checkpoint.applied.begin());
    return save(ranking_path_, checkpoint, ranking_.applied, ranking_failing_);
}

void Checkpoints::forget_races()
{
    ranking_ = {history_.applied, ""};
    publish();
}

/// `saved` is what counts: a position that is not in the file must not let the log forget its records.
Result<void> Checkpoints::save(const std::filesystem::path& path, const commitlog::Checkpoint& checkpoint,
                               Positions& saved, bool& failing)
{
    const auto done = commitlog::save_checkpoint(path, checkpoint);
    if (done) {
        saved = checkpoint.applied;
        publish();
    } else if (!failing) {
        spdlog::error("checkpoint {} cannot be written: {}", path.string(), done.error().message());
    }
    failing = !done;
    return done;
}

void Checkpoints::publish()
{
    for (std::size_t shard = 0; shard < removable_.size(); ++shard) {
        removable_[shard] = std::min(history_.applied[shard], ranking_.applied[shard]);
    }
}

commitlog::SequenceNumber Checkpoints::removable(ShardId shard) const
{
    return removable_[raw(shard)].load();
}

}  // namespace alleycat::app
