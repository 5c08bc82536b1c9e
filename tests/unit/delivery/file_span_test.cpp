#include "delivery_fixture.hpp"

#include <alleycat/core/hourly_folder.hpp>
#include <alleycat/core/uuid.hpp>
#include <alleycat/delivery/file_span.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::delivery;
using Positions = std::vector<std::uint64_t>;

namespace {

constexpr std::uint64_t kMaxSequence = (std::uint64_t{1} << 56) - 1;
const SystemTime kNow{std::chrono::milliseconds(kArrival)};

/// An empty file of that name, `hours` from now.
void store(const std::filesystem::path& directory, const std::string& id, const std::string& ending, int hours = 0)
{
    HourlyFolder folder(directory);
    REQUIRE(folder.store(kNow + std::chrono::hours(hours), {"alleycat-1", id, ending}, {}).has_value());
}

}  // namespace

TEST_CASE("a file's id says which window it is from", "[delivery][span]")
{
    for (const std::uint32_t shard : {0U, 1U, 255U}) {
        for (const std::uint64_t first : {std::uint64_t{1}, std::uint64_t{0x123456789ABCDE}, kMaxSequence}) {
            for (const auto last : {first, std::min(first + 0xABCDEF012345, kMaxSequence), kMaxSequence}) {
                for (const bool completes : {false, true}) {
                    const FileSpan span{ShardId{shard}, first, last, completes};
                    const auto id = file_id(span);
                    CAPTURE(id, shard, first, last);
                    CHECK(id.size() == 36);
                    CHECK(id[14] == '8');                                          // the version
                    CHECK(std::string("89ab").find(id[19]) != std::string::npos);  // the variant
                    CHECK((parse_file_id(id) == span));
                }
            }
        }
    }
    CHECK(file_id({ShardId{1}, 2, 5, true}) == "01000000-0000-8000-8800-00000000000e");
}

TEST_CASE("what is no such id is not taken for one", "[delivery][span]")
{
    CHECK_FALSE(parse_file_id("").has_value());
    CHECK_FALSE(parse_file_id(random_uuid()).has_value());
    const auto id = file_id({ShardId{1}, 2, 5, true});
    CHECK_FALSE(parse_file_id(id + "0").has_value());
    for (std::size_t at = 0; at < id.size(); ++at) {
        auto wrong = id;
        wrong[at] = 'x';
        CAPTURE(wrong);
        CHECK_FALSE(parse_file_id(wrong).has_value());
    }
}

TEST_CASE("the names in a directory say how far each shard is delivered", "[delivery][span]")
{
    const TemporaryDirectory directory;
    const auto objects = directory.path() / "delivery";
    const auto failed = objects / "processing-failed";
    CHECK(delivered_positions(objects, 3) == Positions{0, 0, 0});
    store(objects, file_id({ShardId{0}, 1, 10, true}), ".gz");
    store(objects, file_id({ShardId{0}, 11, 20, true}), ".gz", 1);
    store(objects, file_id({ShardId{1}, 5, 15, true}), ".gz");
    CHECK(delivered_positions(objects, 3) == Positions{20, 15, 0});
    store(failed, file_id({ShardId{1}, 16, 40, false}), "");  // its object was never written
    CHECK(delivered_positions(objects, 3) == Positions{20, 15, 0});
    store(failed, file_id({ShardId{2}, 30, 50, true}), "");
    CHECK(delivered_positions(objects, 3) == Positions{20, 15, 50});
    CHECK(delivered_positions(objects, 1) == Positions{20});
}

TEST_CASE("other files, and those of long ago, do not say how far a shard is delivered", "[delivery][span]")
{
    const TemporaryDirectory directory;
    const auto& objects = directory.path();
    store(objects, random_uuid(), ".gz");
    store(objects, file_id({ShardId{0}, 1, 10, true}), ".gz.unfinished");
    store(objects, file_id({ShardId{0}, 1, 10, true}), ".txt");
    store(objects, "x", ".gz");
    CHECK(delivered_positions(objects, 1) == Positions{0});
    for (int hour = 1; hour <= 48; ++hour) {
        store(objects, file_id({ShardId{0}, 1, 50U - static_cast<unsigned>(hour), true}), ".gz", hour);
    }
    CHECK(delivered_positions(objects, 1) == Positions{49});
    store(objects, file_id({ShardId{0}, 1, 1, true}), ".gz", 49);
    CHECK(delivered_positions(objects, 1) == Positions{48});
}
