#include "checkpoints.hpp"

#include "config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::app;
namespace fs = std::filesystem;
using Positions = Checkpoints::Positions;

namespace {

struct Fixture {
    TemporaryDirectory directory;
    fs::path path{directory.path() / "checkpoints"};

    [[nodiscard]] Checkpoints open(std::uint32_t shards, Positions races = {}) const
    {
        return {path, shards, std::move(races)};
    }
    /// As an earlier process left it.
    void save(const Positions& history) const
    {
        auto checkpoints = open(static_cast<std::uint32_t>(history.size()));
        REQUIRE(checkpoints.save_history(history));
    }
};

}  // namespace

TEST_CASE("without checkpoints everything begins at the beginning", "[app][checkpoints]")
{
    const Fixture fixture;
    const auto checkpoints = fixture.open(3);
    CHECK(checkpoints.history() == Positions{0, 0, 0});
    CHECK(checkpoints.races() == Positions{0, 0, 0});
    CHECK(checkpoints.removable(ShardId{2}) == 0);
    CHECK_FALSE(fs::exists(fixture.path));
}

TEST_CASE("what was saved of the history is loaded by the next process", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 20});
    CHECK(fixture.open(2, {12, 15}).history() == Positions{10, 20});
    CHECK(fixture.open(2, {12, 15}).races() == Positions{12, 15});
}

TEST_CASE("the log may forget what both, history and races, are done with", "[app][checkpoints]")
{
    const Fixture fixture;
    auto checkpoints = fixture.open(2, {0, 0});
    REQUIRE(checkpoints.save_history({10, 20}));
    CHECK(checkpoints.removable(ShardId{0}) == 0);
    checkpoints.note_races({12, 15});
    CHECK(checkpoints.removable(ShardId{0}) == 10);
    CHECK(checkpoints.removable(ShardId{1}) == 15);
    REQUIRE(checkpoints.save_history({30, 30}));
    CHECK(checkpoints.removable(ShardId{0}) == 12);
    CHECK(checkpoints.removable(ShardId{1}) == 15);
}

TEST_CASE("the log forgets nothing on the word of a checkpoint that could not be saved", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 10});
    auto checkpoints = fixture.open(2, {60, 60});
    fs::remove_all(fixture.path);
    static_cast<void>(fixture.directory.write("checkpoints", "a file where the directory was"));
    CHECK_FALSE(checkpoints.save_history({50, 50}));
    CHECK(checkpoints.removable(ShardId{0}) == 10);
    CHECK(checkpoints.history() == Positions{10, 10});
    fs::remove(fixture.path);
    REQUIRE(checkpoints.save_history({55, 50}));
    CHECK(checkpoints.removable(ShardId{0}) == 55);
}

TEST_CASE("a corrupt checkpoint is done without", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 20});
    static_cast<void>(fixture.directory.write("checkpoints/history", "not a checkpoint"));
    const auto checkpoints = fixture.open(2, {12, 15});
    CHECK(checkpoints.history() == Positions{0, 0});
    CHECK(checkpoints.races() == Positions{12, 15});
    CHECK(checkpoints.removable(ShardId{0}) == 0);
}

TEST_CASE("further shards begin at the beginning, and those that are gone are remembered", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 20});
    CHECK(fixture.open(4, {12, 15}).history() == Positions{10, 20, 0, 0});
    CHECK(fixture.open(4, {12, 15}).races() == Positions{12, 15, 0, 0});
    auto fewer = fixture.open(1, {12, 15});
    CHECK(fewer.history() == Positions{10, 20});
    CHECK(fewer.races() == Positions{12, 15});
    fewer.note_races({13});
    CHECK(fewer.races() == Positions{13, 15});
    CHECK(fewer.removable(ShardId{0}) == 10);
}
