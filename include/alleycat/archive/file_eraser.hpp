#pragma once

#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/core/ids.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <functional>

namespace alleycat::archive {

struct StoredFile;

/// Takes a person out of the files below data/delivery and data/rule-errors: lines of theirs go, all others stay as
/// they are, byte for byte.
///
/// Which lines go:
/// - of a delivery object, the racer's records, in each file whose first record arrived at or before `asked_ms` and has
///   a sequence number up to `through` of its shard. So in the one window a shard that was open then, also what came of
///   them later in it.
/// - of processing-failed, a line whose rawData names the racer and whose arrivalTimestamp is at or before `asked_ms`.
/// - of rule-errors, a line whose base64OriginalPayload names the racer, alone or among others, in each file that was
///   begun at or before `asked_ms`.
/// - where a name or a line does not tell when it is from, all the same.
///
/// Files:   rewritten one by one, each at once (ReplacementFile), with the same name and time of modification. One
///          that becomes empty stays, since names tell which records were delivered; of rule-errors it is removed.
///          What a crash left of a write is removed too.
/// Crash:   after one, do it again: it finds what is left. Done twice, it changes nothing more.
/// Thread:  the caller's, for as long as reading everything takes (about 300 MB of records a second); one at a time.
/// Memory:  a few MiB, or the longest line; and a compressed object.
class FileEraser {
public:
    struct Options {
        std::filesystem::path delivery;     ///< data/delivery; it may be absent
        std::filesystem::path rule_errors;  ///< data/rule-errors; it may be absent
        telemetry::RecordLimits limits;     ///< the widest
    };
    struct Request {
        RacerId racer_id{};
        std::int64_t asked_ms{0};  ///< ms since the epoch
        /// By shard, the last sequence number that had been given out, then or later; a shard that is not in it: any.
        std::vector<std::uint64_t> through;
    };
    struct Count {
        std::uint64_t files{0};  ///< that were changed
        std::uint64_t lines{0};  ///< that went

        bool operator==(const Count&) const = default;
    };
    struct Report {
        Count objects;
        Count failures;
        Count rule_errors;
        std::uint64_t files{0};      ///< looked through
        std::uint64_t failed{0};     ///< files that could not be read or written; each is logged
        std::uint64_t unsettled{0};  ///< files that may still be written: left alone; in three minutes they can be done
        bool given_up{false};

        /// Nothing is left to be done.
        [[nodiscard]] bool done() const { return failed == 0 && unsettled == 0 && !given_up; }
    };

    explicit FileEraser(Options options) : options_(std::move(options)) {}

    /// `given_up`: asked before each file, and within large ones: true ends the work.
    [[nodiscard]] Report erase(const Request& request, SystemTime now, const std::function<bool()>& given_up) const;

private:
    class Work;

    const Options options_;
};

}  // namespace alleycat::archive
