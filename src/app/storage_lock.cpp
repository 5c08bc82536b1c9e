#include "storage_lock.hpp"

#include <alleycat/core/directory.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <stdexcept>

namespace alleycat::app {

StorageLock::StorageLock(const std::filesystem::path& directory)
{
    const auto fail = [&directory](const std::string& why) {
        throw std::runtime_error("storage.directory: " + directory.string() + ": " + why);
    };
    if (const auto made = make_directory(directory); !made) {
        fail(made.error().message());
    }
    file_ = UniqueFd(::open((directory / "alleycatd.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file_) {
        fail(last_system_error().message());
    }
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        fail(errno == EWOULDBLOCK ? "another alleycatd is using it" : last_system_error().message());
    }
}

}  // namespace alleycat::app
