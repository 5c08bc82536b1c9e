#pragma once

#include <alleycat/commitlog/log_record.hpp>
#include <alleycat/core/error.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace alleycat::commitlog {

/// How far a consumer has come, together with what it made of the records up to there.
struct Checkpoint {
    std::vector<SequenceNumber> applied;  ///< by shard: the last record that the effect holds; 0: none
    std::string state;                    ///< the effect itself, where it has no file of its own; the consumer's format
};

/// Replaces the file at once: after a crash it holds the old checkpoint or the new one. Survives power loss when this
/// returns. Makes the directory where it is absent. Errors: the system's.
[[nodiscard]] Result<void> save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// None where there is no such file. Errors: the system's; Errc::CorruptFile.
[[nodiscard]] Result<std::optional<Checkpoint>> load_checkpoint(const std::filesystem::path& path);

}  // namespace alleycat::commitlog
