#include "access_fixture.hpp"

#include <alleycat/access/token_table.hpp>
#include <alleycat/sqlite/connection.hpp>

using namespace alleycat;
using namespace alleycat::access;

TEST_CASE("a token says whose it is, and nothing like it does", "[access][table]")
{
    TokensFixture tokens;
    const auto bike = tokens.add(Role::Bike, 7);
    const auto other = tokens.add(Role::Viewer);
    const TokenTable table(tokens.path);
    CHECK(table.find(bike.token, kNow) == Identity{bike.id, Role::Bike, RacerId{7}});
    CHECK(table.find(other.token, kNow) == Identity{other.id, Role::Viewer, std::nullopt});
    auto changed = bike.token;
    changed.back() = changed.back() == 'A' ? 'B' : 'A';
    const auto mixed = "alleycat_" + bike.id + other.token.substr(17);
    const auto unknown = "alleycat_00000000" + bike.token.substr(17);
    for (const auto& wrong : {changed, mixed, unknown, bike.id, std::string(), bike.token + " ", "x" + bike.token}) {
        CAPTURE(wrong);
        CHECK_FALSE(table.find(wrong, kNow));
    }
}

TEST_CASE("a refresh takes over what another connection changed", "[access][table]")
{
    TokensFixture tokens;
    TokenTable table(tokens.path);
    CHECK_FALSE(table.refresh());
    const auto made = tokens.add(Role::Viewer);
    CHECK_FALSE(table.find(made.token, kNow));  // not before
    CHECK(table.refresh());
    CHECK(table.find(made.token, kNow));
    CHECK(table.all().size() == 1);
    CHECK_FALSE(table.refresh());
    CHECK(tokens.store.revoke(made.id).value());
    CHECK(table.find(made.token, kNow));
    CHECK(table.refresh());
    CHECK_FALSE(table.find(made.token, kNow));
    CHECK_FALSE(table.refresh());
}

TEST_CASE("a file that was written without a change of tokens is no change", "[access][table]")
{
    TokensFixture tokens;
    static_cast<void>(tokens.add(Role::Viewer));
    TokenTable table(tokens.path);
    sqlite::Connection other(tokens.path, sqlite::Connection::Mode::Write);
    other.demand("VACUUM");
    CHECK_FALSE(table.refresh());
}

TEST_CASE("a token is good until the very moment of its end", "[access][table]")
{
    TokensFixture tokens;
    const auto made = tokens.add(Role::Studio, {}, kNow + 1000);
    const TokenTable table(tokens.path);
    const auto identity = table.find(made.token, kNow + 999);
    REQUIRE(identity);
    CHECK(table.holds(*identity, kNow + 999));
    CHECK_FALSE(table.find(made.token, kNow + 1000));
    CHECK_FALSE(table.holds(*identity, kNow + 1000));
    CHECK(table.expires_between(kNow + 999, kNow + 1000));
    CHECK_FALSE(table.expires_between(kNow, kNow + 999));
    CHECK_FALSE(table.expires_between(kNow + 1000, kNow + 2000));
}

TEST_CASE("who was somebody else is not held to be the same", "[access][table]")
{
    TokensFixture tokens;
    const auto made = tokens.add(Role::Bike, 7);
    const TokenTable table(tokens.path);
    CHECK(table.holds({made.id, Role::Bike, RacerId{7}}, kNow));
    CHECK_FALSE(table.holds({made.id, Role::Bike, RacerId{8}}, kNow));
    CHECK_FALSE(table.holds({made.id, Role::Studio, std::nullopt}, kNow));
    CHECK_FALSE(table.holds({"00000000", Role::Bike, RacerId{7}}, kNow));
}

TEST_CASE("known tokens remain while the file cannot be read, and the change is taken over behind that",
          "[access][table]")
{
    TokensFixture tokens;
    const auto made = tokens.add(Role::Viewer);
    TokenTable table(tokens.path);
    sqlite::Connection other(tokens.path, sqlite::Connection::Mode::Write);
    other.demand("UPDATE tokens SET role = 'king'");
    CHECK_FALSE(table.refresh());
    CHECK_FALSE(table.refresh());
    CHECK(table.find(made.token, kNow));
    other.demand("UPDATE tokens SET role = 'studio'");
    CHECK(table.refresh());
    CHECK(table.find(made.token, kNow)->role == Role::Studio);
}

TEST_CASE("a table of tokens that cannot be read is not made", "[access][table]")
{
    TokensFixture tokens;
    static_cast<void>(tokens.add(Role::Viewer));
    sqlite::Connection(tokens.path, sqlite::Connection::Mode::Write).demand("UPDATE tokens SET role = 'king'");
    CHECK_THROWS_WITH(TokenTable(tokens.path),
                      Catch::Matchers::StartsWith(tokens.path.string() + ": the tokens cannot be read: "));
}
