#include "memory_disk.hpp"

#include <algorithm>
#include <utility>

namespace alleycat::commitlog {

namespace fs = std::filesystem;

namespace {

// Less than what is asked for, so that recovery in a test has few zeros to read.
constexpr std::uint64_t kRoomBytes = 512;

boost::system::error_code system_error(int value)
{
    return {value, boost::system::system_category()};
}

bool changes_something(Call kind)
{
    return kind != Call::List && kind != Call::Open && kind != Call::Read && kind != Call::Size;
}

}  // namespace

class MemoryFile final : public File {
public:
    MemoryFile(MemoryDisk& disk, std::shared_ptr<MemoryDisk::Inode> inode) : disk_(disk), inode_(std::move(inode)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const override
    {
        if (const auto failure = disk_.failure_of(Call::Read)) {
            return *failure;
        }
        const auto& content = inode_->content;
        const auto begin = std::min<std::size_t>(offset, content.size());
        const auto count = std::min(into.size(), content.size() - begin);
        std::copy_n(reinterpret_cast<const std::byte*>(content.data()) + begin, count, into.begin());
        disk_.bytes_read_ += count;
        return count;
    }

    Result<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        auto count = bytes.size();
        if (disk_.short_writes_) {
            count = std::uniform_int_distribution<std::size_t>(1, count)(*disk_.short_writes_);
        }
        const std::string text(reinterpret_cast<const char*>(bytes.data()), count);
        const auto done = disk_.perform(Call::Write, [&] { inode_->change({{}, Call::Write, offset, text}); });
        return done ? Result<std::size_t>(count) : Result<std::size_t>(done.error());
    }

    Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) override
    {
        const auto size = offset + std::min(bytes, kRoomBytes);
        return disk_.perform(Call::Allocate, [&] { inode_->change({{}, Call::Allocate, size, {}}); });
    }

    Result<void> truncate(std::uint64_t size) override
    {
        return disk_.perform(Call::Truncate, [&] { inode_->change({{}, Call::Truncate, size, {}}); });
    }

    Result<void> sync() override
    {
        const bool dies = disk_.fault_ && disk_.fault_->lasting && disk_.fault_->kinds.empty();
        bool synced = false;
        const auto done = disk_.perform(Call::Sync, [&] {
            inode_->sync();
            synced = true;
        });
        if (!synced && !dies) {
            inode_->fail_sync();
        }
        return done;
    }

    Result<std::uint64_t> size() const override
    {
        const auto failure = disk_.failure_of(Call::Size);
        return failure ? Result<std::uint64_t>(*failure) : Result<std::uint64_t>(inode_->content.size());
    }

private:
    MemoryDisk& disk_;
    const std::shared_ptr<MemoryDisk::Inode> inode_;
};

void MemoryDisk::Change::apply(std::string& content) const
{
    if (call == Call::Truncate) {
        content.resize(offset);
        return;
    }
    content.resize(std::max<std::size_t>(content.size(), offset + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
}

void MemoryDisk::Inode::change(Change change)
{
    change.apply(content);
    changes.push_back(std::move(change));
}

void MemoryDisk::Inode::sync()
{
    bool doubt = false;
    for (auto& each : changes) {
        doubt = doubt || each.state == Change::State::Doubtful;
        each.state = each.state == Change::State::Pending ? Change::State::Synced : each.state;
    }
    if (!doubt) {
        for (const auto& each : changes) {
            each.apply(synced);
        }
        changes.clear();
    }
}

void MemoryDisk::Inode::fail_sync()
{
    for (auto& each : changes) {
        each.state = each.state == Change::State::Pending ? Change::State::Doubtful : each.state;
    }
}

std::string MemoryDisk::Inode::after_power_cut(std::mt19937& random, bool keep_none) const
{
    auto survives = synced;
    for (auto each : changes) {
        if (each.state != Change::State::Synced) {
            const auto fate = keep_none ? 0 : random() % 3;
            if (fate == 0) {
                continue;
            }
            if (fate == 1 && !each.bytes.empty()) {
                each.bytes.resize(random() % each.bytes.size());
            }
        }
        each.apply(survives);
    }
    return survives;
}

void MemoryDisk::NameChange::apply(Names& names) const
{
    names.erase(gone);
    if (!appears.empty()) {
        names[appears] = inode;
    }
}

fs::path MemoryDisk::NameChange::directory() const
{
    return (appears.empty() ? gone : appears).parent_path();
}

void MemoryDisk::set_fault(Fault fault)
{
    fault_ = std::move(fault);
    fault_happened_ = false;
}

std::size_t MemoryDisk::calls(Call kind) const
{
    const auto found = calls_.find(kind);
    return found == calls_.end() ? 0 : found->second;
}

std::optional<boost::system::error_code> MemoryDisk::failure_of(Call kind) const
{
    ++calls_[kind];
    if (!fault_) {
        return std::nullopt;
    }
    const bool meant = fault_->kinds.empty() ? changes_something(kind) : fault_->kinds.contains(kind);
    const bool down = fault_->lasting && fault_happened_;
    if (!meant || (!down && fault_->after-- > 0)) {
        return std::nullopt;
    }
    const auto error = system_error(fault_->error);
    fault_happened_ = true;
    if (!fault_->lasting) {
        fault_.reset();
    }
    return error;
}

Result<void> MemoryDisk::perform(Call kind, const std::function<void()>& work) const
{
    const bool has_effect = fault_ && fault_->takes_effect && !(fault_->lasting && fault_happened_);
    const auto failure = failure_of(kind);
    if (!failure || has_effect) {
        work();
    }
    return failure ? Result<void>(*failure) : Result<void>();
}

void MemoryDisk::cut_power(unsigned seed)
{
    std::mt19937 random(seed);
    const bool keep_none = seed == 0;
    for (const auto& change : name_changes_) {
        if (!keep_none && random() % 2 == 0) {
            change.apply(synced_names_);
        }
    }
    name_changes_.clear();
    for (auto& [path, inode] : synced_names_) {
        const auto survives = inode->after_power_cut(random, keep_none);
        inode = std::make_shared<Inode>(Inode{survives, survives, {}});
    }
    names_ = synced_names_;
}

void MemoryDisk::put(const fs::path& path, std::string content)
{
    names_[path] = synced_names_[path] = std::make_shared<Inode>(Inode{content, content, {}});
}

void MemoryDisk::change_names(NameChange change)
{
    change.apply(names_);
    name_changes_.push_back(std::move(change));
}

Result<void> MemoryDisk::make_directory(const fs::path& directory)
{
    return perform(Call::MakeDirectory, [&] { directories_.insert(directory); });
}

Result<std::vector<std::string>> MemoryDisk::list(const fs::path& directory) const
{
    if (const auto failure = failure_of(Call::List)) {
        return *failure;
    }
    if (!directories_.contains(directory)) {
        return system_error(ENOENT);
    }
    std::vector<std::string> found;
    for (const auto& [path, inode] : names_) {
        if (path.parent_path() == directory) {
            found.push_back(path.filename().string());
        }
    }
    return found;
}

Result<std::unique_ptr<File>> MemoryDisk::create(const fs::path& path)
{
    const auto inode = std::make_shared<Inode>();
    if (const auto done = perform(Call::Create, [&] { change_names({{}, path, inode}); }); !done) {
        return done.error();
    }
    return std::make_unique<MemoryFile>(*this, inode);
}

Result<std::unique_ptr<File>> MemoryDisk::open(const fs::path& path) const
{
    if (const auto failure = failure_of(Call::Open)) {
        return *failure;
    }
    const auto found = names_.find(path);
    if (found == names_.end()) {
        return system_error(ENOENT);
    }
    return std::make_unique<MemoryFile>(const_cast<MemoryDisk&>(*this), found->second);
}

Result<void> MemoryDisk::rename(const fs::path& from, const fs::path& to)
{
    const auto found = names_.find(from);
    if (found == names_.end()) {
        return system_error(ENOENT);
    }
    const auto inode = found->second;
    return perform(Call::Rename, [&] { change_names({from, to, inode}); });
}

Result<void> MemoryDisk::remove(const fs::path& path)
{
    if (!exists(path)) {
        return system_error(ENOENT);
    }
    return perform(Call::Remove, [&] { change_names({path, {}, nullptr}); });
}

Result<void> MemoryDisk::sync_directory(const fs::path& directory)
{
    return perform(Call::SyncDirectory, [&] {
        const auto here = [&](const NameChange& change) { return change.directory() == directory; };
        for (const auto& change : name_changes_) {
            if (here(change)) {
                change.apply(synced_names_);
            }
        }
        std::erase_if(name_changes_, here);
    });
}

}  // namespace alleycat::commitlog
