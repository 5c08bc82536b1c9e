#pragma once

#include <alleycat/core/error.hpp>
#include <alleycat/ranking/race_result.hpp>
#include <alleycat/ranking/record_event.hpp>
#include <alleycat/results/leaderboard.hpp>
#include <alleycat/results/stored.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::results {

using ranking::RecordEvent;

/// What is written in one transaction.
struct Batch {
    std::vector<std::shared_ptr<const ranking::RaceResult>> results;  ///< in the order in which they were told
    std::optional<Checkpoint> checkpoint;
    std::vector<ranking::Amendment> amendments{};  ///< they come behind the results
};

/// The database `alleycat.db`: races, results, class records, racers, the races' checkpoint and erasures. This is its
/// one writer.
///
/// Thread:     one owner.
/// Durability: when write() has succeeded its batch survives power loss, and before that nothing of it does: results
///             and checkpoint are never apart. Writing a batch again changes nothing.
/// Errors:     the system's where SQLite names one (ENOSPC …), else CorruptFile or EIO; the batch can be written again.
class ResultStore {
public:
    struct Options {
        std::filesystem::path path{"data/alleycat.db"};  ///< made where it is absent
        ranking::Score score{ranking::Score::Output};
        ranking::Ties ties{ranking::Ties::Competition};
        std::size_t shards{1};
    };

    /// Opens the database, brings an older one to this version, and fills `leaderboards` and, where the score has
    /// changed since the last time, the class records, which is logged with how long it took.
    /// Throws std::runtime_error with one line that names the file and what is wrong: not a database, damaged, or of a
    /// newer program. Nothing is changed then.
    ResultStore(Options options, Leaderboards& leaderboards);
    ~ResultStore();

    /// Where the last run ended; empty positions (0) for shards it did not know. The races' bytes are gone with the
    /// first write() of another.
    [[nodiscard]] const Checkpoint& checkpoint() const;
    /// Calls `visit` with each racer's latest name, at the start.
    void visit_names(const std::function<void(RacerId, std::string_view)>& visit) const;

    /// Writes the batch and then brings the leaderboards on. Returns what is worth telling, by class and racer: class
    /// records and personal ones that beat what was stored before the batch. A race that is stored as closed is passed
    /// over, and so are rows of before a racer asked to be erased; a race without any row is not stored. An amendment
    /// counts once, however often it is written.
    [[nodiscard]] Result<std::vector<RecordEvent>> write(const Batch& batch);

    struct Erased {
        std::uint64_t results{0};
        std::uint64_t class_records{0};  ///< gone, or less than before
        bool racer{false};               ///< the racer was known, and is not any more
    };
    /// Notes that a person is to be erased, and erases them here, in one transaction; the leaderboards follow. What
    /// arrived after `asked_ms` remains, and what write() is told of before is passed over. May be called again.
    [[nodiscard]] Result<Erased> erase(RacerId racer, std::int64_t asked_ms);
    /// Takes care that nothing of what was erased is left in the files, and notes that the erasure is done. Takes
    /// seconds where there is much. (Beyond 256 MB copies of a row that SQLite moved may stay in unused parts of
    /// pages, where no query sees them, until these are used again.) EBUSY where a reader holds it up for seconds:
    /// call it again then.
    [[nodiscard]] Result<void> finish_erasure(RacerId racer, std::string_view report);
    /// Forgets the erasures that are done and were asked for before `before_ms`.
    [[nodiscard]] Result<void> forget_erasures(std::int64_t before_ms);
    [[nodiscard]] Result<std::vector<Erasure>> erasures() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::results
