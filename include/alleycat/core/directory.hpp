#pragma once

#include <alleycat/core/error.hpp>

#include <filesystem>

namespace alleycat {

/// Makes the directory, and those above it, where they are absent. Survives power loss when this returns, also where an
/// earlier process made it and was killed before it could say so. Errors: the system's.
[[nodiscard]] Result<void> make_directory(const std::filesystem::path& directory);

/// Blocks until the names in `directory` survive power loss.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);

}  // namespace alleycat
