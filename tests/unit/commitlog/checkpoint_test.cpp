#include "temporary_directory.hpp"

#include <alleycat/commitlog/checkpoint.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

struct CheckpointFixture {
    [[nodiscard]] std::string bytes() const
    {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void put(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
    void check_corrupt() const
    {
        const auto loaded = load_checkpoint(path);
        REQUIRE(loaded.has_error());
        CHECK(loaded.error() == Errc::CorruptFile);
    }

    TemporaryDirectory directory;
    std::filesystem::path path{directory.path() / "checkpoints" / "ranking"};
};

const Checkpoint kCheckpoint{{1, 0, ~SequenceNumber{0}, 77}, std::string("state\0of any\nkind", 17)};

}  // namespace

TEST_CASE("a checkpoint is loaded as it was saved", "[commitlog][checkpoint]")
{
    const CheckpointFixture fixture;
    const std::vector<Checkpoint> checkpoints{
        kCheckpoint,
        {{}, ""},
        {{}, "state"},
        {{5}, ""},
        {{5}, std::string(3'000'000, 's')},
        {{1, 2}, std::string(8, '\0')},
    };
    for (const auto& checkpoint : checkpoints) {
        REQUIRE(save_checkpoint(fixture.path, checkpoint));  // over the one before
        const auto loaded = load_checkpoint(fixture.path);
        REQUIRE(loaded.has_value());
        REQUIRE(loaded->has_value());
        CHECK((*loaded)->applied == checkpoint.applied);
        CHECK((*loaded)->state == checkpoint.state);
    }
    CHECK(std::distance(std::filesystem::directory_iterator(fixture.path.parent_path()), {}) == 1);
}

TEST_CASE("a checkpoint that was never saved is none", "[commitlog][checkpoint]")
{
    const CheckpointFixture fixture;
    const auto loaded = load_checkpoint(fixture.path);
    REQUIRE(loaded.has_value());
    CHECK_FALSE(loaded->has_value());
}

TEST_CASE("a checkpoint cut at any byte, or longer by one, is corrupt", "[commitlog][checkpoint]")
{
    const CheckpointFixture fixture;
    REQUIRE(save_checkpoint(fixture.path, kCheckpoint));
    const auto whole = fixture.bytes();
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        CAPTURE(cut);
        fixture.put(whole.substr(0, cut));
        fixture.check_corrupt();
    }
    fixture.put(whole + '\0');
    fixture.check_corrupt();
}

TEST_CASE("a checkpoint with any byte flipped is corrupt", "[commitlog][checkpoint]")
{
    const CheckpointFixture fixture;
    REQUIRE(save_checkpoint(fixture.path, kCheckpoint));
    const auto whole = fixture.bytes();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const auto mask : {'\x01', '\x80', '\xFF'}) {
            CAPTURE(at, static_cast<int>(mask));
            auto damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ mask);
            fixture.put(damaged);
            fixture.check_corrupt();
        }
    }
}

TEST_CASE("a checkpoint that cannot be saved leaves the old one", "[commitlog][checkpoint]")
{
    const CheckpointFixture fixture;
    REQUIRE(save_checkpoint(fixture.path, kCheckpoint));
    auto unfinished = fixture.path;
    unfinished += ".unfinished";
    std::filesystem::create_directory(unfinished);  // in the way
    CHECK_FALSE(save_checkpoint(fixture.path, {{9}, "new"}));
    const auto loaded = load_checkpoint(fixture.path);
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->has_value());
    CHECK((*loaded)->applied == kCheckpoint.applied);

    fixture.put("");
    CHECK_FALSE(save_checkpoint(fixture.path / "below a file", kCheckpoint));
}
