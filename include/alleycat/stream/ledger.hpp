#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace alleycat::stream {

/// The books of a daemon: what became of every record that it ever accepted. At every moment
///     accepted = applied + failed + dropped + held + in flight,
/// since each step is one entry under one lock; a step counts a batch, so that the lock is seldom taken.
///
/// Thread: any.
class Ledger {
public:
    struct Door {
        std::string name;
        std::uint64_t accepted{0};
    };
    struct Totals {
        std::vector<Door> doors;       ///< "replay" stands for what was read from the log at the start
        std::uint64_t applied{0};      ///< compared with the history, better or not
        std::uint64_t failed{0};       ///< no valid record, or the transform failed with it
        std::uint64_t dropped{0};      ///< left out by the transform
        std::uint64_t held{0};         ///< in quarantine, or were: what is released is accepted once more
        std::uint64_t in_stream{0};    ///< in the rings
        std::uint64_t in_delivery{0};  ///< in windows

        [[nodiscard]] std::uint64_t accepted() const;
    };

    Ledger();

    /// Returns the door's number.
    [[nodiscard]] std::size_t add_door(std::string name);

    /// A door brought records into a ring.
    void accept(std::size_t door, std::uint64_t records);
    /// Records left a ring for a window.
    void hand_on(std::uint64_t records);
    /// Records came from the log into a window.
    void replay(std::uint64_t records);
    /// What became of the records of a window.
    void settle(std::uint64_t applied, std::uint64_t failed, std::uint64_t dropped, std::uint64_t held = 0);

    [[nodiscard]] Totals totals() const;

private:
    mutable std::mutex mutex_;
    Totals totals_;  // guarded by mutex_
};

}  // namespace alleycat::stream
