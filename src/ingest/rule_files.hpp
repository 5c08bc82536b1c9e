#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/core/unique_fd.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace alleycat::ingest {

/// The files that a rule appends to. One that has grown to `most` bytes becomes `<name>.1`, in place of the older one.
///
/// Thread:     one at a time.
/// Durability: append() fixes order; only sync() survives power loss.
class RuleFiles {
public:
    static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;
    static constexpr std::size_t kMostFiles = 1'000;  // since the start; names may come from topics
    static constexpr std::size_t kMostOpen = 64;

    explicit RuleFiles(std::filesystem::path directory, std::uint64_t most = kMostBytes)
        : directory_(std::move(directory)), most_(most)
    {
    }

    /// Appends `text`, and a line feed where it does not end with one, to the file `path` below the directory. Failing,
    /// the file is as it was. Errors: the system's; EMFILE beyond kMostFiles.
    [[nodiscard]] Result<void> append(const std::string& path, std::string_view text);

    /// Syncs and closes what was appended to. Returns the paths that failed, and why.
    [[nodiscard]] std::map<std::string, boost::system::error_code> sync();

    [[nodiscard]] bool dirty() const { return !open_.empty(); }  ///< sync() has something to do
    /// sync() should come before another file is appended to.
    [[nodiscard]] bool full() const { return open_.size() >= kMostOpen; }

private:
    struct Open {
        UniqueFd fd;
        std::uint64_t bytes{0};
        bool made{false};
    };

    [[nodiscard]] Result<Open> open(const std::filesystem::path& file) const;
    [[nodiscard]] Result<void> settle(const std::filesystem::path& file, const Open& opened) const;

    const std::filesystem::path directory_;
    const std::uint64_t most_;
    std::map<std::string, Open> open_;
    std::set<std::string> known_;  // ever appended to
};

}  // namespace alleycat::ingest
