#include "temporary_directory.hpp"

#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/core/uuid.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <sstream>

using namespace alleycat;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const SystemTime kTime{std::chrono::sys_days{std::chrono::year{2026} / 2 / 3} + 4h + 5min + 6s + 789ms};

fs::path store(HourlyFolder& folder, SystemTime at, const std::string& id, std::string_view text = "0123456789")
{
    const std::string_view parts[] = {text.substr(0, 3), text.substr(3)};
    const auto path = folder.store(at, {"alleycat-1", id, ".gz"}, parts);
    REQUIRE(path);
    return *path;
}

std::string content(const fs::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::size_t files(const fs::path& directory)
{
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        count += entry.is_regular_file() ? 1U : 0U;
    }
    return count;
}

}  // namespace

TEST_CASE("a file stands in the folder of its hour, its time in its name", "[core][hourly_folder]")
{
    const TemporaryDirectory at;
    HourlyFolder folder(at.path() / "delivery");
    const auto path = store(folder, kTime, "a1");
    CHECK(path == at.path() / "delivery/2026/02/03/04/alleycat-1-2026-02-03-04-05-06-a1.gz");
    CHECK(content(path) == "0123456789");
    CHECK(content(store(folder, kTime, "a1", "anew")) == "anew");
    CHECK(files(at.path()) == 1);
}

TEST_CASE("an hour's folder that somebody removed is made again", "[core][hourly_folder]")
{
    const TemporaryDirectory at;
    HourlyFolder folder(at.path() / "delivery");
    store(folder, kTime, "a1");
    fs::remove_all(at.path() / "delivery");
    CHECK(fs::exists(store(folder, kTime, "a2")));
}

TEST_CASE("what cannot be stored says why, and leaves nothing", "[core][hourly_folder]")
{
    const TemporaryDirectory at;
    std::ofstream(at.path() / "delivery") << "in the way";
    HourlyFolder folder(at.path() / "delivery");
    const std::string_view parts[] = {"text"};
    const auto stored = folder.store(kTime, {"alleycat-1", "a1", ".gz"}, parts);
    REQUIRE_FALSE(stored);
    CHECK(files(at.path()) == 1);
}

TEST_CASE("hours that are too old go, with the folders above them that are empty then", "[core][hourly_folder]")
{
    const TemporaryDirectory at;
    HourlyFolder folder(at.path() / "delivery");
    store(folder, kTime - 48h, "a");
    store(folder, kTime - 25h, "b");
    const auto kept = store(folder, kTime - 24h, "c");
    const auto removed = folder.remove_expired(kTime, {24h, 1'000});
    CHECK(removed.files == 2);
    CHECK(removed.bytes == 20);
    CHECK(fs::exists(kept));
    CHECK(files(at.path()) == 1);
    CHECK(folder.hours() == std::vector<fs::path>{at.path() / "delivery/2026/02/02/04"});
    CHECK_FALSE(fs::exists(at.path() / "delivery/2026/02/01"));
}

TEST_CASE("of what is young enough the newest bytes stay", "[core][hourly_folder]")
{
    const TemporaryDirectory at;
    HourlyFolder folder(at.path() / "delivery");
    const auto oldest = store(folder, kTime - 3h, "a");
    const auto older = store(folder, kTime - 2h, "b");
    const auto newer = store(folder, kTime - 2h + 1s, "a");
    const auto newest = store(folder, kTime, "c");
    CHECK(folder.remove_expired(kTime, {24h, 40}).files == 0);
    CHECK(folder.remove_expired(kTime, {24h, 29}).files == 2);
    CHECK_FALSE(fs::exists(oldest));
    CHECK_FALSE(fs::exists(older));
    CHECK(fs::exists(newer));
    CHECK(fs::exists(newest));
}

TEST_CASE("what is no hour's folder is left alone", "[core][hourly_folder]")
{
    const TemporaryDirectory at;
    HourlyFolder folder(at.path());
    fs::create_directories(at.path() / "processing-failed/2020/01/01/00");
    std::ofstream(at.path() / "processing-failed/2020/01/01/00/file") << "x";
    std::ofstream(at.path() / "notes.txt") << "x";
    CHECK(folder.remove_expired(kTime, {1h, 0}).files == 0);
    CHECK(files(at.path()) == 2);
    CHECK(HourlyFolder(at.path() / "absent").remove_expired(kTime, {1h, 0}).files == 0);
}

TEST_CASE("a random UUID has its version and variant, and comes once", "[core][uuid]")
{
    std::set<std::string> seen;
    for (int n = 0; n < 1'000; ++n) {
        const auto text = random_uuid();
        REQUIRE(text.size() == 36);
        REQUIRE(text[14] == '4');
        REQUIRE(std::string("89ab").find(text[19]) != std::string::npos);
        REQUIRE(seen.insert(text).second);
    }
    CHECK(uuid_text({0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 1, 2, 3, 4, 5, 6, 0xff}) ==
          "01234567-89ab-cdef-0001-0203040506ff");
}
