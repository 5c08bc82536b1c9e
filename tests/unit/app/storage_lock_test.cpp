#include "storage_lock.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using alleycat::app::StorageLock;

namespace {

struct TemporaryDirectory {
    std::filesystem::path path;

    TemporaryDirectory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "alleycat-lock-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a data directory belongs to one daemon at a time", "[app]")
{
    const TemporaryDirectory directory;
    {
        const StorageLock first(directory.path / "data");
        CHECK_THROWS_WITH(StorageLock(directory.path / "data"), Catch::Contains("another alleycatd is using it"));
    }
    CHECK_NOTHROW(StorageLock(directory.path / "data"));
}

TEST_CASE("a data directory that cannot be made is named", "[app]")
{
    const TemporaryDirectory directory;
    std::ofstream(directory.path / "file") << "in the way";
    CHECK_THROWS_WITH(StorageLock(directory.path / "file" / "data"), Catch::StartsWith("storage.directory: "));
}
