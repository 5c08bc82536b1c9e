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

    [[nodiscard]] Checkpoints open(std::uint32_t shards) const { return Checkpoints(path, shards); }
    /// Both, as an earlier process left them.
    void save(const Positions& history, const Positions& ranking, const std::string& races = "races") const
    {
        Checkpoints checkpoints(path, static_cast<std::uint32_t>(history.size()));
        REQUIRE(checkpoints.save_history(history));
        REQUIRE(checkpoints.save_ranking({ranking, races}));
    }
};

}  // namespace

TEST_CASE("without checkpoints everything begins at the beginning", "[app][checkpoints]")
{
    const Fixture fixture;
    const auto checkpoints = fixture.open(3);
    CHECK(checkpoints.history() == Positions{0, 0, 0});
    CHECK(checkpoints.ranking().applied == Positions{0, 0, 0});
    CHECK(checkpoints.ranking().state.empty());
    CHECK(checkpoints.removable(ShardId{2}) == 0);
    CHECK_FALSE(fs::exists(fixture.path));  // nothing is written before there is something to say
}

TEST_CASE("what was saved is loaded by the next process", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 20}, {12, 15}, std::string("races\0with zeros", 16));
    const auto checkpoints = fixture.open(2);
    CHECK(checkpoints.history() == Positions{10, 20});
    CHECK(checkpoints.ranking().applied == Positions{12, 15});
    CHECK(checkpoints.ranking().state == std::string("races\0with zeros", 16));
}

TEST_CASE("the log may forget what both, history and races, are done with", "[app][checkpoints]")
{
    const Fixture fixture;
    auto checkpoints = fixture.open(2);
    REQUIRE(checkpoints.save_history({10, 20}));
    CHECK(checkpoints.removable(ShardId{0}) == 0);
    REQUIRE(checkpoints.save_ranking({{12, 15}, "races"}));
    CHECK(checkpoints.removable(ShardId{0}) == 10);
    CHECK(checkpoints.removable(ShardId{1}) == 15);
    REQUIRE(checkpoints.save_history({30, 30}));
    CHECK(checkpoints.removable(ShardId{0}) == 12);
    const auto again = fixture.open(2);
    CHECK(again.removable(ShardId{0}) == 12);
    CHECK(again.removable(ShardId{1}) == 15);
}

TEST_CASE("the log forgets nothing on the word of a checkpoint that could not be saved", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 10}, {10, 10});
    auto checkpoints = fixture.open(2);
    fs::remove(fixture.path / "history");
    fs::create_directories(fixture.path / "history" / "in the way");
    CHECK_FALSE(checkpoints.save_history({50, 50}));
    CHECK(checkpoints.removable(ShardId{0}) == 10);
    REQUIRE(checkpoints.save_ranking({{60, 60}, "races"}));
    CHECK(checkpoints.removable(ShardId{0}) == 10);
    CHECK(checkpoints.history() == Positions{10, 10});
    fs::remove_all(fixture.path / "history");
    REQUIRE(checkpoints.save_history({55, 50}));
    CHECK(checkpoints.removable(ShardId{0}) == 55);

    fs::remove(fixture.path / "ranking");
    fs::create_directories(fixture.path / "ranking" / "in the way");
    CHECK_FALSE(checkpoints.save_ranking({{90, 90}, "races"}));
    REQUIRE(checkpoints.save_history({80, 80}));
    CHECK(checkpoints.removable(ShardId{0}) == 60);
}

TEST_CASE("a corrupt checkpoint is done without, and the other one is kept", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 20}, {12, 15});
    const auto spoil = [&](const char* name) { std::ofstream(fixture.path / name, std::ios::app) << "x"; };
    SECTION("of the history: the whole log is read again")
    {
        spoil("history");
        const auto checkpoints = fixture.open(2);
        CHECK(checkpoints.history() == Positions{0, 0});
        CHECK(checkpoints.ranking().applied == Positions{12, 15});
        CHECK(checkpoints.ranking().state == "races");
        CHECK(checkpoints.removable(ShardId{0}) == 0);
    }
    SECTION("of the races: they begin where the history does")
    {
        spoil("ranking");
        const auto checkpoints = fixture.open(2);
        CHECK(checkpoints.history() == Positions{10, 20});
        CHECK(checkpoints.ranking().applied == Positions{10, 20});
        CHECK(checkpoints.ranking().state.empty());
    }
    SECTION("both")
    {
        spoil("history");
        spoil("ranking");
        const auto checkpoints = fixture.open(2);
        CHECK(checkpoints.history() == Positions{0, 0});
        CHECK(checkpoints.ranking().applied == Positions{0, 0});
    }
}

TEST_CASE("races that cannot be gone on with begin where the history does", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 20}, {12, 15});
    auto checkpoints = fixture.open(2);
    checkpoints.forget_races();
    CHECK(checkpoints.ranking().applied == Positions{10, 20});
    CHECK(checkpoints.ranking().state.empty());
    CHECK(checkpoints.removable(ShardId{0}) == 10);
    CHECK(checkpoints.removable(ShardId{1}) == 20);
}

TEST_CASE("further shards begin at the beginning", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 20}, {12, 15});
    auto checkpoints = fixture.open(4);
    CHECK(checkpoints.history() == Positions{10, 20, 0, 0});
    CHECK(checkpoints.ranking().applied == Positions{12, 15, 0, 0});
    CHECK(checkpoints.removable(ShardId{3}) == 0);
    checkpoints.forget_races();
    CHECK(checkpoints.ranking().applied.size() == 4);
}

TEST_CASE("the positions of shards that are no more are kept for their return", "[app][checkpoints]")
{
    const Fixture fixture;
    fixture.save({10, 20, 30}, {12, 15, 35});
    {
        auto checkpoints = fixture.open(1);
        CHECK(checkpoints.history() == Positions{10, 20, 30});
        auto history = checkpoints.history();
        history[0] = 100;
        REQUIRE(checkpoints.save_history(history));
        REQUIRE(checkpoints.save_ranking({{110}, "races"}));  // which knows the one shard only
        CHECK(checkpoints.removable(ShardId{0}) == 100);
    }
    const auto checkpoints = fixture.open(3);
    CHECK(checkpoints.history() == Positions{100, 20, 30});
    CHECK(checkpoints.ranking().applied == Positions{110, 15, 35});
}
