#pragma once

#include <alleycat/core/unique_fd.hpp>

#include <filesystem>

namespace alleycat::app {

/// Keeps a second daemon out of a data directory, for as long as it lives. The lock dies with the process, however it
/// ends.
class StorageLock {
public:
    /// Makes the directory where it is absent. Throws std::runtime_error with one line that names it and what is wrong.
    explicit StorageLock(const std::filesystem::path& directory);

private:
    UniqueFd file_;
};

}  // namespace alleycat::app
