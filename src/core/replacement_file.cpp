#include <alleycat/core/directory.hpp>
#include <alleycat/core/replacement_file.hpp>

#include <fcntl.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <utility>
#include <vector>

namespace alleycat {

namespace {

Result<void> write_all(int fd, std::span<iovec> parts)
{
    while (!parts.empty()) {
        const auto count = std::min<std::size_t>(parts.size(), IOV_MAX);
        const auto written = ::writev(fd, parts.data(), static_cast<int>(count));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return last_system_error();
        }
        auto left = static_cast<std::size_t>(written);
        while (!parts.empty() && left >= parts.front().iov_len) {
            left -= parts.front().iov_len;
            parts = parts.subspan(1);
        }
        if (left > 0) {
            parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + left;
            parts.front().iov_len -= left;
        }
    }
    return {};
}

}  // namespace

Result<ReplacementFile> ReplacementFile::create(const std::filesystem::path& path)
{
    auto unfinished = path;
    unfinished += kUnfinishedSuffix;
    UniqueFd fd(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd) {
        return last_system_error();
    }
    return ReplacementFile(path, std::move(fd));
}

ReplacementFile::ReplacementFile(const std::filesystem::path& path, UniqueFd fd)
    : path_(path), unfinished_(path), fd_(std::move(fd))
{
    unfinished_ += kUnfinishedSuffix;
}

ReplacementFile::ReplacementFile(ReplacementFile&& other) noexcept
    : path_(std::move(other.path_)), unfinished_(std::exchange(other.unfinished_, {})), fd_(std::move(other.fd_))
{
}

ReplacementFile::~ReplacementFile()
{
    if (!unfinished_.empty()) {
        ::unlink(unfinished_.c_str());
    }
}

Result<void> ReplacementFile::write(std::span<const std::string_view> parts)
{
    std::vector<iovec> vectors;
    vectors.reserve(parts.size());
    for (const auto part : parts) {
        vectors.push_back({const_cast<char*>(part.data()), part.size()});  // writev only reads
    }
    return write_all(fd_.get(), vectors);
}

Result<UniqueFd> ReplacementFile::commit()
{
    if (::fsync(fd_.get()) != 0) {
        return last_system_error();
    }
    UniqueFd reader(::open(unfinished_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!reader || ::rename(unfinished_.c_str(), path_.c_str()) != 0) {
        return last_system_error();
    }
    unfinished_.clear();
    if (const auto synced = sync_directory(path_.parent_path()); !synced) {
        return synced.error();
    }
    return reader;
}

}  // namespace alleycat
