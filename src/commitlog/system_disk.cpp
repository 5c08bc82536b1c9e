#include <alleycat/commitlog/disk.hpp>
#include <alleycat/core/directory.hpp>
#include <alleycat/core/unique_fd.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace alleycat::commitlog {

namespace {

namespace fs = std::filesystem;

/// Calls `call` again while a signal interrupts it; -1 as the system calls mean it.
template <class Call>
auto uninterrupted(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

Result<void> outcome(bool good)
{
    return good ? Result<void>() : Result<void>(last_system_error());
}

class SystemFile final : public File {
public:
    explicit SystemFile(UniqueFd fd) : fd_(std::move(fd)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const override
    {
        std::size_t done = 0;
        while (done < into.size()) {
            const auto got = uninterrupted([&] {
                return ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
            });
            if (got < 0) {
                return last_system_error();
            }
            if (got == 0) {
                break;
            }
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    Result<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        const auto put =
            uninterrupted([&] { return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
        if (put < 0) {
            return last_system_error();
        }
        return static_cast<std::size_t>(put);
    }

    Result<void> allocate(std::uint64_t offset, std::uint64_t bytes) override
    {
        return outcome(uninterrupted([&] {
                           return ::fallocate(fd_.get(), 0, static_cast<off_t>(offset), static_cast<off_t>(bytes));
                       }) == 0);
    }

    Result<void> truncate(std::uint64_t size) override
    {
        return outcome(uninterrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) == 0);
    }

    Result<void> sync() override { return outcome(::fdatasync(fd_.get()) == 0); }

    Result<std::uint64_t> size() const override
    {
        struct stat status {};
        if (::fstat(fd_.get(), &status) != 0) {
            return last_system_error();
        }
        return static_cast<std::uint64_t>(status.st_size);
    }

private:
    UniqueFd fd_;
};

class SystemDisk final : public Disk {
public:
    Result<void> make_directory(const fs::path& directory) override { return alleycat::make_directory(directory); }

    Result<std::vector<std::string>> list(const fs::path& directory) const override
    {
        std::vector<std::string> names;
        std::error_code error;
        for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
            names.push_back(at->path().filename().string());
        }
        if (error) {
            return boost::system::error_code(error);
        }
        return names;
    }

    Result<std::unique_ptr<File>> create(const fs::path& path) override
    {
        return opened(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC);
    }

    Result<std::unique_ptr<File>> open(const fs::path& path) const override
    {
        auto file = opened(path, O_RDWR | O_CLOEXEC);
        // What cannot be written can still be looked at, by an administrator who may only read.
        const bool read_only = !file && (file.error() == boost::system::errc::permission_denied ||
                                         file.error() == boost::system::errc::read_only_file_system);
        return read_only ? opened(path, O_RDONLY | O_CLOEXEC) : std::move(file);
    }

    Result<void> rename(const fs::path& from, const fs::path& to) override
    {
        return outcome(::rename(from.c_str(), to.c_str()) == 0);
    }

    Result<void> remove(const fs::path& path) override { return outcome(::unlink(path.c_str()) == 0); }

    Result<void> sync_directory(const fs::path& directory) override { return alleycat::sync_directory(directory); }

private:
    static Result<std::unique_ptr<File>> opened(const fs::path& path, int flags)
    {
        UniqueFd fd(uninterrupted([&] { return ::open(path.c_str(), flags, 0640); }));
        if (!fd) {
            return last_system_error();
        }
        return std::make_unique<SystemFile>(std::move(fd));
    }
};

}  // namespace

Disk& system_disk()
{
    static SystemDisk disk;
    return disk;
}

Result<void> write_all(File& file, std::uint64_t offset, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto written = file.write_at(offset, bytes);
        if (!written) {
            return written.error();
        }
        offset += *written;
        bytes = bytes.subspan(*written);
    }
    return {};
}

}  // namespace alleycat::commitlog
