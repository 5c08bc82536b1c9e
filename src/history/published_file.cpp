#include "published_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace alleycat::history {

Result<std::shared_ptr<const HistoryFile>> describe(UniqueFd fd, const Checksum& stored, std::uint64_t unzipped_bytes)
{
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) {
        return last_system_error();
    }
    auto file = std::make_shared<HistoryFile>();
    if (stored.length <= kMaxContentBytes) {
        std::string content(stored.length, '\0');
        const auto count = read_at(fd.get(), 0, content);
        if (!count) {
            return count.error();
        }
        file->content = std::make_shared<const std::string>(std::move(content));
    }
    file->fd = std::move(fd);
    file->size_bytes = stored.length;
    file->unzipped_bytes = unzipped_bytes;
    file->etag = fmt::format("\"{:08x}-{:x}\"", stored.crc, stored.length);
    file->last_modified = std::chrono::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec));
    return std::shared_ptr<const HistoryFile>(std::move(file));
}

Result<std::size_t> read_at(int fd, std::uint64_t offset, std::span<char> out)
{
    std::size_t filled = 0;
    while (filled < out.size()) {
        const auto count = ::pread(fd, out.data() + filled, out.size() - filled, static_cast<off_t>(offset + filled));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return last_system_error();
        }
        if (count == 0) {
            break;
        }
        filled += static_cast<std::size_t>(count);
    }
    return filled;
}

}  // namespace alleycat::history
