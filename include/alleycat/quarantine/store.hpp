#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/quarantine/held_record.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace alleycat::quarantine {

/// The database of what is held. The file is made with the first record that is kept; until then there is none.
///
/// Thread:      one at a time; size() and dropped() any.
/// Durability:  what returns without an error survives power loss.
/// Repetitions: of a shard, records up to the highest that was ever kept are known, whatever became of them: kept once
///              more by a replay they change nothing. So records of a shard are kept in their order.
/// Bounds:      at most `keep` records, none older than `age`: the oldest go first, which is counted and logged.
/// Errors:      the system's where SQLite names one (ENOSPC …), else CorruptFile or EIO; then nothing has changed.
class Store {
public:
    struct Options {
        std::filesystem::path path{"data/quarantine.db"};
        std::uint64_t keep{100'000};
        std::chrono::milliseconds age{std::chrono::hours(720)};
        std::function<std::int64_t()> now_ms{};  ///< ms since the epoch; empty: the system's
    };

    /// Opens the file where there is one. Throws std::runtime_error with one line that names it and what is wrong.
    explicit Store(Options options);
    ~Store();

    [[nodiscard]] Result<void> keep(std::span<const HeldRecord> records);

    /// Newest first, at most `count` of those behind (so older than) `before`.
    [[nodiscard]] Result<Page> list(const Filter& filter, std::optional<HeldId> before, std::size_t count);
    /// Oldest first, at most `count` of those that are newer than `after`; `total` counts those behind `after` only.
    [[nodiscard]] Result<Page> oldest(const Filter& filter, std::optional<HeldId> after, std::size_t count);
    [[nodiscard]] Result<std::optional<HeldRecord>> find(const HeldId& id);

    // Return how many there were. What is dropped is lost, and said so in the log.
    [[nodiscard]] Result<std::uint64_t> remove(std::span<const HeldId> ids);
    [[nodiscard]] Result<std::uint64_t> drop(const HeldId& id);
    [[nodiscard]] Result<std::uint64_t> drop(const Filter& filter);
    /// What of a person arrived until then, also out of the file's unused parts.
    [[nodiscard]] Result<std::uint64_t> erase(RacerId racer, std::int64_t asked_ms);
    /// What is older than it may be.
    [[nodiscard]] Result<std::uint64_t> remove_expired();

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Records that went since there were too many, or they were too old; since the store was opened.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
    /// By shard, up to which record what was to be held was kept; shorter where later shards never held any.
    [[nodiscard]] std::vector<std::uint64_t> positions() const;

private:
    class Database;

    [[nodiscard]] Result<Database*> open();
    void note_dropped(std::uint64_t records);

    const Options options_;
    std::atomic<std::uint64_t> size_{0};
    std::atomic<std::uint64_t> dropped_{0};
    std::unique_ptr<Database> database_;  // null: there is no file
};

}  // namespace alleycat::quarantine
