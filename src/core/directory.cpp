#include <alleycat/core/directory.hpp>
#include <alleycat/core/unique_fd.hpp>

#include <fcntl.h>

namespace alleycat {

namespace fs = std::filesystem;

Result<void> make_directory(const fs::path& directory)
{
    std::error_code error;
    const auto parent = directory.has_parent_path() ? directory.parent_path() : fs::path(".");
    if (fs::is_directory(directory, error)) {
        static_cast<void>(sync_directory(parent));  // which may be somebody else's, and then needs no help
        return {};
    }
    if (parent != directory) {
        if (const auto made = make_directory(parent); !made) {
            return made;
        }
    }
    fs::create_directory(directory, error);
    return error ? Result<void>(boost::system::error_code(error)) : sync_directory(parent);
}

Result<void> sync_directory(const fs::path& directory)
{
    const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        return last_system_error();
    }
    return {};
}

}  // namespace alleycat
