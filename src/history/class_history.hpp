#pragma once

#include "whole_pass.hpp"

#include <alleycat/history/gzip_pieces.hpp>
#include <alleycat/history/history_store.hpp>

#include <mutex>
#include <optional>

namespace alleycat::history {

/// One class of the store: its table, its file, and when that is to be written next.
///
/// Thread: as the store's.
class ClassHistory {
public:
    using TimePoint = HistoryStore::TimePoint;

    /// Loads the class's file. Throws std::runtime_error with one line.
    ClassHistory(ClassId id, const HistoryStore::Options& options);

    [[nodiscard]] ClassId id() const { return id_; }

    /// Sets a sample of this class aside for merge_set_aside().
    void set_aside(const telemetry::Sample& sample) { set_aside_.push_back(sample); }
    /// `number`: the store's count of merges.
    std::size_t merge_set_aside(std::uint64_t number);
    /// `next_merge`: the store's count of merges, and one more.
    std::size_t erase(RacerId racer, std::uint64_t next_merge);
    /// The oldest merge whose improvements are not in the file; none where there is no such merge.
    [[nodiscard]] std::optional<std::uint64_t> first_unwritten_merge() const { return unwritten_; }

    [[nodiscard]] TimePoint due() const;
    /// Does what is due at `now`: writes the changes, or the next slice of the whole pass.
    [[nodiscard]] Result<void> flush(TimePoint now);
    /// Writes the changes where there are any.
    [[nodiscard]] Result<void> write_changes(TimePoint now);

    [[nodiscard]] std::shared_ptr<const ClassBests> bests() const;
    [[nodiscard]] std::shared_ptr<const HistoryFile> file() const;

private:
    /// Calls `work`, and puts off the next flush by what it took.
    template <class Work>
    Result<void> pace(TimePoint now, Work work);
    [[nodiscard]] Result<void> write_pieces();
    [[nodiscard]] Result<void> advance_whole_pass();
    /// The table has changed, in this merge or before it.
    void publish_bests(std::uint64_t merge);
    void publish(std::shared_ptr<const HistoryFile> file);

    const ClassId id_;
    const HistoryStore::Options& options_;
    const std::filesystem::path path_;

    // The owner's.
    BestTable table_;
    std::vector<telemetry::Sample> set_aside_;  // kept for its capacity
    GzipPieces pieces_;
    std::optional<std::uint64_t> unwritten_;  // the merge since which the table is another than the file's
    bool in_pieces_{false};                   // the file has not had its whole pass
    std::optional<WholePass> pass_;           // under way; of the table as it is
    TimePoint not_before_;                    // no flush sooner: pacing
    boost::system::error_code failure_;       // of the last flush, told once
    std::optional<TimePoint> quiet_since_;    // the last flush of changes; unknown after loading, until the first flush

    // Shared with readers.
    mutable std::mutex published_mutex_;
    std::shared_ptr<const ClassBests> published_bests_;  // guarded by published_mutex_
    std::shared_ptr<const HistoryFile> published_file_;  // guarded by published_mutex_
};

}  // namespace alleycat::history
