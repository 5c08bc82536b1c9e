#pragma once

#include <alleycat/core/error.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat {

using SystemTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Files that are written once, in a folder for the hour (UTC) that they belong to:
///     <directory>/YYYY/MM/DD/HH/<stem>-YYYY-MM-DD-HH-MM-SS-<id><ending>
///
/// Thread:     one at a time; several of one directory may be used side by side, as long as their ids differ.
/// Durability: what store() returned survives power loss. A name stands for a whole file, or for none.
class HourlyFolder {
public:
    struct Name {
        std::string stem;
        std::string id;      ///< makes the name unique; the same one again replaces the file
        std::string ending;  ///< such as ".gz"
    };
    /// What may stay: files of the hours that ended less than `age` ago, and of these the newest `bytes`.
    struct Limits {
        std::chrono::milliseconds age{};
        std::uint64_t bytes{0};
    };
    struct Removed {
        std::uint64_t files{0};
        std::uint64_t bytes{0};
    };

    explicit HourlyFolder(std::filesystem::path directory) : directory_(std::move(directory)) {}

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

    /// Writes `parts`, one behind the other. Errors: the system's (ENOSPC …); then there is no file of this name.
    [[nodiscard]] Result<std::filesystem::path> store(SystemTime at, const Name& name,
                                                      std::span<const std::string_view> parts);

    /// Removes the oldest files, as far as `limits` say, and hours that are empty then. What cannot be read or removed
    /// is left alone, and so is whatever has another name than an hour's folder. Cost: a look at each file.
    Removed remove_expired(SystemTime now, const Limits& limits) const;

    /// The folders of the hours there are, oldest first.
    [[nodiscard]] std::vector<std::filesystem::path> hours() const;

private:
    const std::filesystem::path directory_;
    std::filesystem::path made_;  // the hour's folder that was made last
};

}  // namespace alleycat
