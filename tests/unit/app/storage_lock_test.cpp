#include "storage_lock.hpp"

#include "temporary_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using alleycat::TemporaryDirectory;
using alleycat::app::StorageLock;

TEST_CASE("a data directory belongs to one daemon at a time", "[app]")
{
    const TemporaryDirectory directory;
    {
        const StorageLock first(directory.path() / "data");
        CHECK_THROWS_WITH(StorageLock(directory.path() / "data"), Catch::Contains("another alleycatd is using it"));
    }
    CHECK_NOTHROW(StorageLock(directory.path() / "data"));
}

TEST_CASE("a data directory that cannot be made is named", "[app]")
{
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "file") << "in the way";
    CHECK_THROWS_WITH(StorageLock(directory.path() / "file" / "data"), Catch::StartsWith("storage.directory: "));
}
