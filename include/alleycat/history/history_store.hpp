#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/history/best_table.hpp>
#include <alleycat/history/history_file.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace alleycat::history {

class ClassHistory;

/// The personal bests of all classes, and their files `class-<id>.gz`.
///
/// Thread:     all calls by one owner (the history thread), but for bests(), file() and add_class().
///
/// Durability: merge() keeps samples in memory only. After a flush has succeeded for a class its file holds them and
///             survives power loss; a file is always the old or the new one, never a mixture.
///
/// Cost:       files are compressed as pieces, only changed seconds anew; a class whose flush took t is left alone for
///             9·t for each class there was at the start: a tenth of a core in all. A class that is quiet for `settle`
///             is compressed once as a whole, in slices paced the same way.
class HistoryStore {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    struct Options {
        std::filesystem::path directory{"data/history"};  ///< made where it is absent
        std::vector<ClassId> classes;
        std::uint32_t seconds{300};                     ///< race length, 1 … 86,400
        std::chrono::milliseconds settle{30'000};       ///< quiet time before the whole pass
        std::chrono::milliseconds min_interval{1'000};  ///< between two flushes of a class, also after a failed one
        /// The clock of flush()'s `now`, to measure how long a flush takes; read on the owner's thread only.
        std::function<TimePoint()> clock{[] { return std::chrono::steady_clock::now(); }};
    };

    /// Loads what the directory holds of the configured classes and removes files left over from an interrupted write.
    /// Files of other classes and other names are left alone.
    /// Throws std::runtime_error with one line that names the file or directory and what is wrong; nothing is deleted
    /// then.
    explicit HistoryStore(Options options);
    HistoryStore(const HistoryStore&) = delete;
    HistoryStore& operator=(const HistoryStore&) = delete;
    ~HistoryStore();

    /// Adds a class and loads its file; nothing where it is there already. Any thread. Throws as the constructor does.
    void add_class(ClassId id);

    /// Merges samples of any classes, in any order, and publishes the classes that changed. Returns how many samples
    /// were kept. Those of other classes, or with a second out of range, are passed over. The first sample kept at a
    /// second copies that second's column once a call, so few large spans cost less than many small ones.
    std::size_t merge(std::span<const telemetry::Sample> samples);

    /// Takes the racer out of every class and publishes those that change; returns how many outputs went. The files are
    /// rewritten by the next flush of their class: until flush_all() has succeeded, a restart would bring the racer
    /// back. What is merged for them later counts as anyone's. Published snapshots and files from before stay as they
    /// are, as long as somebody holds them.
    std::size_t erase(RacerId racer);

    /// Takes the racer out of the files of classes that are not configured, and writes them; returns how many outputs
    /// went. Errors: as flush(); CorruptFile where one cannot be read, which the log tells in full.
    [[nodiscard]] Result<std::size_t> erase_elsewhere(RacerId racer);

    /// How often merge() was called; and of these calls, in order, how many are in the files with all they brought.
    [[nodiscard]] std::uint64_t merges() const { return merges_; }
    [[nodiscard]] std::uint64_t merges_written() const;

    /// Writes each class that is due at `now`. Blocks for compression and two fsyncs a class.
    /// Errors: the first one of the system (ENOSPC …). The class keeps its old file and its changes, and is tried again
    /// when due; the other classes are written all the same. A failure is logged once, until it goes well.
    Result<void> flush(TimePoint now);

    /// Writes every class with changes, due or not: for the stop. Errors: as flush().
    Result<void> flush_all();

    /// When flush() next has something to do; TimePoint::max() where nothing is left. May be in the past.
    [[nodiscard]] TimePoint next_due() const;

    /// What was merged last; never null. Empty for a class that is not configured.
    [[nodiscard]] std::shared_ptr<const ClassBests> bests(ClassId id) const;

    /// The file as last written or loaded; null while there is none.
    [[nodiscard]] std::shared_ptr<const HistoryFile> file(ClassId id) const;

private:
    using Classes = std::vector<std::shared_ptr<ClassHistory>>;

    [[nodiscard]] std::shared_ptr<const Classes> classes() const;
    [[nodiscard]] static ClassHistory* find(const Classes& classes, ClassId id);

    Options options_;
    std::uint64_t merges_{0};
    mutable std::mutex classes_mutex_;
    std::shared_ptr<const Classes> classes_;  // guarded by classes_mutex_; replaced when a class is added
};

}  // namespace alleycat::history
