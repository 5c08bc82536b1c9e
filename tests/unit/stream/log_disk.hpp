#pragma once

#include "../commitlog/memory_disk.hpp"
#include "stream_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>

namespace alleycat::stream {

/// A disk in memory whose syncs of records wait until the test lets them go.
///
/// Thread: any.
class LogDisk final : public commitlog::Disk {
public:
    using Call = commitlog::Call;

    /// From now on a sync of records waits.
    void hold_syncs()
    {
        const std::lock_guard lock(gate_mutex_);
        held_ = true;
    }
    /// False where no so many syncs came to wait at once.
    [[nodiscard]] bool wait_for_syncs(int count = 1)
    {
        std::unique_lock lock(gate_mutex_);
        return gate_.wait_until(lock, limit(), [&] { return waiting_ >= count; });
    }
    /// Lets one of those that wait go.
    void let_one_go()
    {
        {
            const std::lock_guard lock(gate_mutex_);
            --waiting_;
            ++let_go_;
        }
        gate_.notify_all();
    }
    /// No sync waits any more.
    void let_all_go()
    {
        {
            const std::lock_guard lock(gate_mutex_);
            held_ = false;
        }
        gate_.notify_all();
    }

    /// From now on, behind `after` more of them, each call of these kinds fails.
    void fail(std::set<Call> kinds, int error, std::size_t after = 0)
    {
        const std::lock_guard lock(mutex_);
        disk_.set_fault({std::move(kinds), after, error, false, true});
    }
    void heal()
    {
        const std::lock_guard lock(mutex_);
        disk_.clear_fault();
    }
    /// What the memory disk makes of `work`, while nobody else uses it.
    template <class Work>
    auto with(Work work)
    {
        const std::lock_guard lock(mutex_);
        return work(disk_);
    }

    Result<void> make_directory(const std::filesystem::path& directory) override
    {
        const std::lock_guard lock(mutex_);
        return disk_.make_directory(directory);
    }
    Result<std::vector<std::string>> list(const std::filesystem::path& directory) const override
    {
        const std::lock_guard lock(mutex_);
        return disk_.list(directory);
    }
    Result<std::unique_ptr<commitlog::File>> create(const std::filesystem::path& path) override
    {
        const std::lock_guard lock(mutex_);
        return wrapped(disk_.create(path));
    }
    Result<std::unique_ptr<commitlog::File>> open(const std::filesystem::path& path) const override
    {
        const std::lock_guard lock(mutex_);
        return wrapped(disk_.open(path));
    }
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override
    {
        const std::lock_guard lock(mutex_);
        return disk_.rename(from, to);
    }
    Result<void> remove(const std::filesystem::path& path) override
    {
        const std::lock_guard lock(mutex_);
        return disk_.remove(path);
    }
    Result<void> sync_directory(const std::filesystem::path& directory) override
    {
        const std::lock_guard lock(mutex_);
        return disk_.sync_directory(directory);
    }

private:
    class HeldFile;

    [[nodiscard]] Result<std::unique_ptr<commitlog::File>> wrapped(Result<std::unique_ptr<commitlog::File>> file) const;
    void wait_at_gate();

    mutable std::mutex mutex_;
    commitlog::MemoryDisk disk_;  // guarded by mutex_

    std::mutex gate_mutex_;
    std::condition_variable gate_;
    bool held_{false};  // all guarded by gate_mutex_
    int waiting_{0};
    int let_go_{0};
};

class LogDisk::HeldFile final : public commitlog::File {
public:
    HeldFile(LogDisk& disk, std::unique_ptr<commitlog::File> file) : disk_(disk), file_(std::move(file)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const override
    {
        const std::lock_guard lock(disk_.mutex_);
        return file_->read_at(offset, into);
    }
    Result<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        holds_records_ = holds_records_ || offset != 0;  // a segment's header stands at its beginning
        const std::lock_guard lock(disk_.mutex_);
        return file_->write_at(offset, bytes);
    }
    Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) override
    {
        const std::lock_guard lock(disk_.mutex_);
        return file_->allocate(offset, bytes);
    }
    Result<void> truncate(std::uint64_t size) override
    {
        const std::lock_guard lock(disk_.mutex_);
        return file_->truncate(size);
    }
    Result<void> sync() override
    {
        if (holds_records_) {
            disk_.wait_at_gate();
        }
        const std::lock_guard lock(disk_.mutex_);
        return file_->sync();
    }
    Result<std::uint64_t> size() const override
    {
        const std::lock_guard lock(disk_.mutex_);
        return file_->size();
    }

private:
    LogDisk& disk_;
    const std::unique_ptr<commitlog::File> file_;
    bool holds_records_{false};
};

inline Result<std::unique_ptr<commitlog::File>> LogDisk::wrapped(Result<std::unique_ptr<commitlog::File>> file) const
{
    if (!file) {
        return file.error();
    }
    return std::make_unique<HeldFile>(const_cast<LogDisk&>(*this), std::move(*file));
}

inline void LogDisk::wait_at_gate()
{
    std::unique_lock lock(gate_mutex_);
    if (!held_) {
        return;
    }
    ++waiting_;
    gate_.notify_all();
    static_cast<void>(gate_.wait_until(lock, limit(), [this] { return !held_ || let_go_ > 0; }));
    if (let_go_ > 0) {
        --let_go_;
    } else {
        --waiting_;
    }
}

/// A stream whose log is on `disk`.
inline Stream::Options on_disk(LogDisk& disk, std::uint32_t shards = 1)
{
    Stream::Options options;
    options.shards = shards;
    options.ring_capacity_bytes = 1024 * 1024;
    auto& log = options.log.emplace();
    log.directory = "/log";
    log.commit_interval = std::chrono::milliseconds(1);
    log.limits.classes = {ClassId{1}, ClassId{6}};
    log.disk = &disk;
    return options;
}

/// Waits for what another thread brings about. False only where the program is broken.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition)
{
    const auto end = limit();
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

/// Appends one record each for seconds `first` … `last` of a racer, and flushes.
inline Ticket push_seconds(Producer& producer, std::uint32_t first, std::uint32_t last, std::uint64_t racer = 7)
{
    for (auto second = first; second <= last; ++second) {
        REQUIRE(push(producer, record(racer, second)));
    }
    return producer.flush();
}

inline std::vector<std::uint32_t> seconds(const ShardLog& log)
{
    std::vector<std::uint32_t> made;
    for (const auto& seen : log.seen()) {
        made.push_back(seen.entry.second);
    }
    return made;
}

inline std::vector<SequenceNumber> sequences(const ShardLog& log)
{
    std::vector<SequenceNumber> made;
    for (const auto& seen : log.seen()) {
        made.push_back(seen.entry.sequence);
    }
    return made;
}

/// Whether each number is above the one before.
inline bool increase(const std::vector<SequenceNumber>& numbers)
{
    return std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) == numbers.end();
}

inline std::vector<std::uint32_t> through(std::uint32_t first, std::uint32_t last)
{
    std::vector<std::uint32_t> made;
    for (auto number = first; number <= last; ++number) {
        made.push_back(number);
    }
    return made;
}

}  // namespace alleycat::stream
