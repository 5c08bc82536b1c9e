#pragma once

#include <alleycat/core/task_thread.hpp>
#include <alleycat/quarantine/store.hpp>

#include <mutex>

namespace alleycat::quarantine {

/// The store, for those who bring records on threads that may wait for a disk, and for those who ask on threads that
/// must not.
///
/// Full: at most kCapacity tasks wait.
class Quarantine {
public:
    static constexpr std::size_t kCapacity = 256;

    /// Throws as Store does.
    explicit Quarantine(Store::Options options);

    void start() { thread_.start(); }
    /// Leaves what waits undone, and ends the thread. keep() goes on.
    void stop() { thread_.stop(); }

    /// As Store::keep(). Any thread, for as long as the disk takes.
    [[nodiscard]] Result<void> keep(std::span<const HeldRecord> records);
    /// Likewise, as Store::erase().
    [[nodiscard]] Result<std::uint64_t> erase(RacerId racer, std::int64_t asked_ms);
    [[nodiscard]] std::vector<std::uint64_t> positions() const;

    using Task = std::function<void(Store&)>;
    /// Runs `task` on the thread of its own. False, and it is not called, where too many wait. Any thread.
    [[nodiscard]] bool try_ask(Task task);

    // As the store's. Any thread.
    [[nodiscard]] std::uint64_t size() const { return store_.size(); }
    [[nodiscard]] std::uint64_t dropped() const { return store_.dropped(); }

private:
    void remove_expired();

    mutable std::mutex mutex_;
    Store store_;          // guarded by mutex_, but for its counts
    bool failing_{false};  // keep() does, which is said once; likewise
    TaskThread thread_;
};

}  // namespace alleycat::quarantine
