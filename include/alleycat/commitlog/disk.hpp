#pragma once

#include <alleycat/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace alleycat::commitlog {

/// An open file, as far as a log needs one. Errors are the system's (ENOSPC, EIO …).
///
/// Thread: one at a time.
class File {
public:
    virtual ~File() = default;

    /// Returns how many bytes were read: fewer than asked for only at the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const = 0;
    /// Returns how many bytes were written, at least one; the caller goes on behind them.
    [[nodiscard]] virtual Result<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    /// Reserves room, which reads as zeros until it is written.
    [[nodiscard]] virtual Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) = 0;
    [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
    /// Blocks until everything written survives a power cut. After an error, what was written since the last success
    /// may be lost, whatever a later call says.
    [[nodiscard]] virtual Result<void> sync() = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
};

/// The files below a log: everything that it asks of the operating system, so that tests can make any of it fail.
///
/// Thread: any.
class Disk {
public:
    virtual ~Disk() = default;

    /// With those above it, where they are absent. Survives a power cut when this returns.
    [[nodiscard]] virtual Result<void> make_directory(const std::filesystem::path& directory) = 0;
    /// The names in `directory`, in any order.
    [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::filesystem::path& directory) const = 0;
    /// An empty file, for reading and writing; one of that name is replaced.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> create(const std::filesystem::path& path) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path) const = 0;
    [[nodiscard]] virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    [[nodiscard]] virtual Result<void> remove(const std::filesystem::path& path) = 0;
    /// Blocks until the names in `directory` survive a power cut.
    [[nodiscard]] virtual Result<void> sync_directory(const std::filesystem::path& directory) = 0;
};

/// The machine's own files.
[[nodiscard]] Disk& system_disk();

/// Writes all of `bytes`.
[[nodiscard]] Result<void> write_all(File& file, std::uint64_t offset, std::span<const std::byte> bytes);

}  // namespace alleycat::commitlog
