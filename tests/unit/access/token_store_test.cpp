#include "access_fixture.hpp"

#include <alleycat/sqlite/connection.hpp>

#include <openssl/sha.h>

#include <set>

using namespace alleycat;
using namespace alleycat::access;
using Catch::Matchers::Equals;

namespace {

std::string secret_of(const TokenStore::Made& made)
{
    return made.token.substr(made.token.size() - 43);
}

}  // namespace

TEST_CASE("a token names itself, and no two are alike", "[access][store]")
{
    TokensFixture tokens;
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        const auto made = tokens.add(Role::Viewer);
        CHECK(made.token.size() == 9 + 8 + 1 + 43);
        CHECK(made.token.rfind("alleycat_" + made.id + "_", 0) == 0);
        CHECK(token_id(made.token) == made.id);
        CHECK(seen.insert(made.id).second);
        CHECK(seen.insert(secret_of(made)).second);
    }
}

TEST_CASE("what does not look like a token names nobody", "[access][store]")
{
    const std::string good = "alleycat_0123abcd_" + std::string(42, 'A') + "-";
    CHECK(token_id(good) == "0123abcd");
    for (const auto& wrong :
         {std::string(), std::string("alleycat_"), good + "A", good.substr(0, good.size() - 1),
          "alleycax_0123abcd_" + std::string(43, 'A'), "alleycat_0123abcd-" + std::string(43, 'A'),
          "alleycat_0123abcl_" + std::string(43, 'A'), "alleycat_0123ABCD_" + std::string(43, 'A'),
          "alleycat_0123abcd_" + std::string(42, 'A') + "+", "alleycat_0123abcd_" + std::string(42, 'A') + "\n"}) {
        CAPTURE(wrong);
        CHECK(token_id(wrong) == std::nullopt);
    }
}

TEST_CASE("what a token was made with is listed", "[access][store]")
{
    TokensFixture tokens;
    const auto bike = tokens.add(Role::Bike, 0, kNow + 5, "the one at the window – „blue“");
    const auto all = tokens.store.list().value();
    REQUIRE(all.size() == 1);
    CHECK(all[0].identity == Identity{bike.id, Role::Bike, RacerId{0}});
    CHECK(all[0].note == "the one at the window – „blue“");
    CHECK(all[0].made_ms == kNow);
    CHECK(all[0].expires_ms == kNow + 5);
    TokenHash hash{};
    SHA256(reinterpret_cast<const unsigned char*>(bike.token.data()), bike.token.size(), hash.data());
    CHECK(all[0].hash == hash);
    CHECK(all[0].broker_password.rfind("$7$101$", 0) == 0);
}

TEST_CASE("tokens are listed by age", "[access][store]")
{
    TokensFixture tokens;
    std::vector<std::string> expected;
    for (const std::int64_t age : {3, 1, 2}) {
        const auto made =
            tokens.store.add({.role = Role::Studio, .racer = {}, .note = {}, .expires_ms = {}}, kNow - age);
        expected.push_back(made.value().id);
    }
    const auto all = tokens.store.list().value();
    REQUIRE(all.size() == 3);
    CHECK(all[0].identity.id == expected[0]);
    CHECK(all[1].identity.id == expected[2]);
    CHECK(all[2].identity.id == expected[1]);
    CHECK_FALSE(all[0].expires_ms);
    CHECK_FALSE(all[0].identity.racer);
}

TEST_CASE("no file holds a token, or its secret part", "[access][store]")
{
    TokensFixture tokens;
    const auto bike = tokens.add(Role::Bike, 7);
    const auto boss = tokens.add(Role::Administrator);
    const auto files = tokens.directory.files();
    REQUIRE(files == std::vector<std::string>{"access.db", "access.db-shm", "access.db-wal"});
    std::string bytes;
    for (const auto& name : files) {
        bytes += read_file(tokens.directory.path() / name);
    }
    for (const auto& made : {bike, boss}) {
        CHECK(bytes.find(made.id) != std::string::npos);
        CHECK(bytes.find(made.token) == std::string::npos);
        CHECK(bytes.find(secret_of(made)) == std::string::npos);
        CHECK(bytes.find(secret_of(made).substr(0, 20)) == std::string::npos);
    }
}

TEST_CASE("only its owner may read the database and its log", "[access][store]")
{
    TokensFixture tokens;
    static_cast<void>(tokens.add(Role::Viewer));
    using std::filesystem::perms;
    for (const auto& name : tokens.directory.files()) {
        CAPTURE(name);
        CHECK(mode_of(tokens.directory.path() / name) == (perms::owner_read | perms::owner_write));
    }
}

TEST_CASE("a revoked token is gone, and can be revoked once", "[access][store]")
{
    TokensFixture tokens;
    const auto first = tokens.add(Role::Viewer);
    const auto second = tokens.add(Role::Viewer);
    CHECK(tokens.store.revoke(first.id).value() == true);
    CHECK(tokens.store.revoke(first.id).value() == false);
    CHECK(tokens.store.revoke("nobody").value() == false);
    const auto left = tokens.store.list().value();
    REQUIRE(left.size() == 1);
    CHECK(left[0].identity.id == second.id);
}

TEST_CASE("the version tells of another connection's changes, and of no others", "[access][store]")
{
    TokensFixture daemon;
    TokenStore command(daemon.path);
    const auto before = daemon.store.version().value();
    CHECK(daemon.store.version().value() == before);
    CHECK(daemon.store.list().value().empty());
    CHECK(daemon.store.version().value() == before);
    const auto made = command.add({.role = Role::Viewer, .racer = {}, .note = {}, .expires_ms = {}}, kNow).value();
    const auto added = daemon.store.version().value();
    CHECK(added != before);
    CHECK(daemon.store.list().value().size() == 1);
    CHECK(command.revoke("nobody").value() == false);
    CHECK(daemon.store.version().value() == added);
    CHECK(command.revoke(made.id).value() == true);
    CHECK(daemon.store.version().value() != added);
}

TEST_CASE("tokens outlive the connection that made them", "[access][store]")
{
    const TemporaryDirectory directory;
    const auto path = directory.path() / "access.db";
    const auto made =
        TokenStore(path).add({.role = Role::Studio, .racer = {}, .note = {}, .expires_ms = {}}, kNow).value();
    const auto all = TokenStore(path).list().value();
    REQUIRE(all.size() == 1);
    CHECK(all[0].identity.id == made.id);
}

TEST_CASE("a file that is no database of tokens is refused", "[access][store]")
{
    const TemporaryDirectory directory;
    const auto text = directory.write("text.db", std::string(4096, 'x'));
    CHECK_THROWS_WITH(TokenStore(text), Equals(text + ": this is no database"));
    CHECK(read_file(text) == std::string(4096, 'x'));
    const auto nowhere = directory.path() / "absent" / "access.db";
    CHECK_THROWS_WITH(TokenStore(nowhere),
                      Equals(nowhere.string() + ": the database cannot be made: No such file or directory"));
}

TEST_CASE("a damaged database is refused with a word of its damage", "[access][store]")
{
    TokensFixture tokens;
    static_cast<void>(tokens.add(Role::Viewer));
    {
        sqlite::Connection other(tokens.path, sqlite::Connection::Mode::Write);
        other.demand("UPDATE tokens SET role = 'king'");
    }
    const auto list = tokens.store.list();
    REQUIRE(list.has_error());
    CHECK(list.error() == Errc::CorruptFile);
}

TEST_CASE("a check finds nothing wrong with good tokens, and a table that is not ours", "[access][store]")
{
    TokensFixture tokens;
    static_cast<void>(tokens.add(Role::Bike, 7));
    CHECK(TokenStore::check(tokens.path).empty());
    sqlite::Connection(tokens.path, sqlite::Connection::Mode::Write).demand("ALTER TABLE tokens ADD COLUMN more TEXT");
    CHECK(TokenStore::check(tokens.path) == std::vector<std::string>{"the tables are not those of this version"});
}
