#pragma once

#include <alleycat/commitlog/disk.hpp>

#include <cerrno>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace alleycat::commitlog {

/// What a log asks of its disk.
enum class Call {
    MakeDirectory,
    List,
    Create,
    Open,
    Rename,
    Remove,
    SyncDirectory,
    Read,
    Write,
    Allocate,
    Truncate,
    Sync,
    Size,
};

/// Files in memory that fail as real ones do, and lose in a power cut what was not synced.
///
/// Thread: one.
class MemoryDisk final : public Disk {
public:
    /// One thing that goes wrong, counted from the moment it is set. Lasting and for any call: the process dies, and
    /// what it still does never reaches the disk.
    struct Fault {
        std::set<Call> kinds;      // empty: any call that changes something
        std::size_t after{0};      // this many calls of these kinds go well before
        int error{EIO};            // what the call says
        bool takes_effect{false};  // the first of them to fail does its work all the same
        bool lasting{false};       // from then on every call of these kinds fails
    };
    void set_fault(Fault fault);
    void clear_fault() { fault_.reset(); }
    [[nodiscard]] bool fault_happened() const { return fault_happened_; }

    /// From now on a write may stop after any of its bytes.
    void set_short_writes(unsigned seed) { short_writes_ = std::mt19937(seed); }
    /// What was written and not synced survives, is lost or is torn, each piece by itself; likewise each name. Seed 0
    /// loses all of it.
    void cut_power(unsigned seed);

    /// The bytes of a file as it stands, to look at and to change.
    [[nodiscard]] std::string& content(const std::filesystem::path& path) { return names_.at(path)->content; }
    [[nodiscard]] bool exists(const std::filesystem::path& path) const { return names_.contains(path); }
    void put(const std::filesystem::path& path, std::string content);
    [[nodiscard]] std::size_t calls(Call kind) const;
    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

    Result<void> make_directory(const std::filesystem::path& directory) override;
    Result<std::vector<std::string>> list(const std::filesystem::path& directory) const override;
    Result<std::unique_ptr<File>> create(const std::filesystem::path& path) override;
    Result<std::unique_ptr<File>> open(const std::filesystem::path& path) const override;
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    Result<void> remove(const std::filesystem::path& path) override;
    Result<void> sync_directory(const std::filesystem::path& directory) override;

private:
    friend class MemoryFile;

    struct Change {
        enum class State { Pending, Doubtful, Synced };
        State state{State::Pending};
        Call call{};
        std::uint64_t offset{0};  // Truncate: the new size
        std::string bytes;

        void apply(std::string& content) const;
    };
    struct Inode {
        std::string content;          // as every program sees it
        std::string synced;           // what survives, before `changes`
        std::vector<Change> changes;  // since then, in their order

        void change(Change change);
        void sync();
        void fail_sync();
        [[nodiscard]] std::string after_power_cut(std::mt19937& random, bool keep_none) const;
    };
    using Names = std::map<std::filesystem::path, std::shared_ptr<Inode>>;
    struct NameChange {
        std::filesystem::path gone;     // may be empty
        std::filesystem::path appears;  // may be empty
        std::shared_ptr<Inode> inode;

        void apply(Names& names) const;
        [[nodiscard]] std::filesystem::path directory() const;
    };

    /// Counts the call; what it shall say, or none where nothing is wrong.
    [[nodiscard]] std::optional<boost::system::error_code> failure_of(Call kind) const;
    /// As failure_of(), and does `work` unless the call fails without effect.
    [[nodiscard]] Result<void> perform(Call kind, const std::function<void()>& work) const;
    void change_names(NameChange change);

    std::set<std::filesystem::path> directories_;
    Names names_;
    Names synced_names_;
    std::vector<NameChange> name_changes_;  // not synced
    std::optional<std::mt19937> short_writes_;

    // Read calls are const.
    mutable std::optional<Fault> fault_;
    mutable bool fault_happened_{false};
    mutable std::map<Call, std::size_t> calls_;
    mutable std::uint64_t bytes_read_{0};
};

}  // namespace alleycat::commitlog
