// The least that a log can do: the same bytes in the same number of commits, one pwrite() and one fdatasync() each,
// into four files whose room is reserved, by four threads that wait for nobody. No framing, no checksum, nobody to
// acknowledge.
//
//   disk_floor DIRECTORY BYTES COMMITS
//
// The files stay there. Prints bytes, commits, seconds, and bytes a second; reads everything back before it does.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kFiles = 4;  // the daemon's shards, by default
constexpr std::size_t kReadBytes = 1 << 20;

[[noreturn]] void fail(const char* what, int error = errno)
{
    std::fprintf(stderr, "disk_floor: %s: %s\n", what, std::strerror(error));
    std::exit(1);
}

/// Bytes that no disk can pack or leave out.
std::vector<char> random_bytes(std::size_t size)
{
    std::mt19937_64 random{size};
    std::vector<char> bytes(size);
    for (std::size_t at = 0; at + sizeof(std::uint64_t) <= size; at += sizeof(std::uint64_t)) {
        const auto word = random();
        std::memcpy(bytes.data() + at, &word, sizeof word);
    }
    return bytes;
}

/// A file with its room reserved, so that a sync need not enlarge it.
class File {
public:
    File(const std::string& path, std::uint64_t bytes, std::uint64_t commits)
        : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)),
          bytes_(bytes),
          commits_(commits),
          content_(random_bytes(static_cast<std::size_t>(bytes / commits + bytes % commits)))
    {
        if (fd_ < 0) {
            fail(path.c_str());
        }
        if (const int error = ::posix_fallocate(fd_, 0, static_cast<off_t>(bytes)); error != 0) {
            fail("posix_fallocate", error);
        }
        if (::fsync(fd_) != 0) {
            fail("fsync");
        }
    }
    ~File() { ::close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write() const
    {
        for (std::uint64_t commit = 0; commit < commits_; ++commit) {
            const auto size = size_of(commit);
            if (::pwrite(fd_, content_.data(), size, offset_of(commit)) != static_cast<ssize_t>(size)) {
                fail("pwrite");
            }
            if (::fdatasync(fd_) != 0) {
                fail("fdatasync");
            }
        }
    }

    void check() const
    {
        std::vector<char> part(kReadBytes);
        for (std::uint64_t commit = 0; commit < commits_; ++commit) {
            for (std::size_t at = 0; at < size_of(commit); at += part.size()) {
                const auto size = std::min(part.size(), size_of(commit) - at);
                const auto read = ::pread(fd_, part.data(), size, offset_of(commit) + static_cast<off_t>(at));
                if (read != static_cast<ssize_t>(size) || std::memcmp(part.data(), content_.data() + at, size) != 0) {
                    fail("what was written is not there");
                }
            }
        }
    }

private:
    [[nodiscard]] off_t offset_of(std::uint64_t commit) const
    {
        return static_cast<off_t>(commit * (bytes_ / commits_));
    }
    /// The last one has the rest too.
    [[nodiscard]] std::size_t size_of(std::uint64_t commit) const
    {
        return static_cast<std::size_t>(bytes_ / commits_ + (commit + 1 == commits_ ? bytes_ % commits_ : 0));
    }

    int fd_;
    std::uint64_t bytes_;
    std::uint64_t commits_;
    std::vector<char> content_;  // of every commit
};

}  // namespace

int main(int argc, char** argv)
{
    const std::uint64_t bytes = argc == 4 ? std::strtoull(argv[2], nullptr, 10) / kFiles : 0;
    const std::uint64_t commits = argc == 4 ? std::strtoull(argv[3], nullptr, 10) / kFiles : 0;
    if (commits == 0 || bytes < commits) {
        std::fprintf(stderr, "disk_floor DIRECTORY BYTES COMMITS\n");
        return 2;
    }
    std::vector<std::unique_ptr<File>> files;
    while (files.size() < kFiles) {
        files.push_back(
            std::make_unique<File>(argv[1] + std::string("/floor-") + std::to_string(files.size()), bytes, commits));
    }
    std::barrier begin(kFiles + 1);
    std::vector<std::thread> threads;
    for (const auto& file : files) {
        threads.emplace_back([&begin, &file] {
            begin.arrive_and_wait();
            file->write();
        });
    }
    begin.arrive_and_wait();
    const auto began = std::chrono::steady_clock::now();
    for (auto& thread : threads) {
        thread.join();
    }
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    for (const auto& file : files) {
        file->check();
    }
    std::printf(R"({"bytes":%llu,"commits":%llu,"elapsed_s":%.6f,"bytes_per_s":%.0f})"
                "\n",
                static_cast<unsigned long long>(bytes * kFiles), static_cast<unsigned long long>(commits * kFiles),
                seconds, static_cast<double>(bytes * kFiles) / seconds);
}
