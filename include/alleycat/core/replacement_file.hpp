#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/core/unique_fd.hpp>

#include <filesystem>
#include <span>
#include <string_view>

namespace alleycat {

/// What the name of a file that is still being written ends with.
inline constexpr std::string_view kUnfinishedSuffix = ".unfinished";

/// Writes a file beside the one it shall replace. Until commit() succeeds the old file is untouched; a replacement that
/// is never committed removes what it wrote.
///
/// Thread:     one owner; one replacement of a path at a time.
/// Durability: after commit() the new bytes survive power loss.
class ReplacementFile {
public:
    [[nodiscard]] static Result<ReplacementFile> create(const std::filesystem::path& path);
    ReplacementFile(ReplacementFile&& other) noexcept;
    ReplacementFile& operator=(ReplacementFile&&) = delete;
    ~ReplacementFile();

    /// Appends `parts` one after the other. Errors: the system's (ENOSPC …).
    [[nodiscard]] Result<void> write(std::span<const std::string_view> parts);

    /// Syncs the file, renames it over the old one and syncs the directory. Returns the new file, open for reading.
    [[nodiscard]] Result<UniqueFd> commit();

private:
    ReplacementFile(const std::filesystem::path& path, UniqueFd fd);

    std::filesystem::path path_;
    std::filesystem::path unfinished_;  // empty once renamed
    UniqueFd fd_;
};

}  // namespace alleycat
