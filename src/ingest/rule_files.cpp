#include "rule_files.hpp"

#include <alleycat/core/directory.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace alleycat::ingest {

namespace {

Result<void> write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return last_system_error();
        }
        text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

Result<RuleFiles::Open> RuleFiles::open(const std::filesystem::path& file) const
{
    if (const auto made = make_directory(file.parent_path()); !made) {
        return made.error();
    }
    Open opened;
    opened.fd = UniqueFd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    struct stat status {};
    if (!opened.fd || ::fstat(opened.fd.get(), &status) != 0) {
        return last_system_error();
    }
    opened.bytes = static_cast<std::uint64_t>(status.st_size);
    opened.made = opened.bytes == 0;
    return opened;
}

Result<void> RuleFiles::append(const std::string& path, std::string_view text)
{
    if (!known_.contains(path) && known_.size() >= kMostFiles) {
        return boost::system::error_code(EMFILE, boost::system::system_category());
    }
    auto at = open_.find(path);
    if (at == open_.end()) {
        auto opened = open(directory_ / path);
        if (!opened) {
            return opened.error();
        }
        known_.insert(path);
        at = open_.emplace(path, std::move(*opened)).first;
    }
    auto& file = at->second;
    auto written = write_all(file.fd.get(), text);
    if (written && !text.ends_with('\n')) {
        written = write_all(file.fd.get(), "\n");
    }
    if (!written) {
        // Half a line would spoil the next one.
        static_cast<void>(::ftruncate(file.fd.get(), static_cast<off_t>(file.bytes)));
        return written;
    }
    file.bytes += text.size() + (text.ends_with('\n') ? 0 : 1);
    return {};
}

Result<void> RuleFiles::settle(const std::filesystem::path& file, const Open& opened) const
{
    if (::fdatasync(opened.fd.get()) != 0) {
        return last_system_error();
    }
    if (opened.bytes >= most_) {
        auto older = file;
        older += ".1";
        if (::rename(file.c_str(), older.c_str()) != 0) {
            return last_system_error();
        }
    }
    return opened.made || opened.bytes >= most_ ? sync_directory(file.parent_path()) : Result<void>();
}

std::map<std::string, boost::system::error_code> RuleFiles::sync()
{
    std::map<std::string, boost::system::error_code> failed;
    for (const auto& [path, opened] : open_) {
        if (const auto settled = settle(directory_ / path, opened); !settled) {
            failed.emplace(path, settled.error());
        }
    }
    open_.clear();
    return failed;
}

}  // namespace alleycat::ingest
