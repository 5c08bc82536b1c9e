#include "config_fixture.hpp"

#include <alleycat/access/token_table.hpp>

#include <catch2/catch.hpp>
#include <room_options.hpp>
#include <token_commands.hpp>

#include <algorithm>

using namespace alleycat;
using namespace alleycat::app;

namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;  // 2023-11-14 22:13:20 UTC
constexpr std::int64_t kDay = 24 * 3600 * 1000;

/// Commands on a data directory that is not there yet.
struct CommandsFixture {
    TemporaryDirectory directory;
    Config config;

    CommandsFixture() { config.storage.directory = directory.path() / "data" / "alleycat"; }

    [[nodiscard]] Said add(const TokenRequest& request, bool json = false) const
    {
        return token_add(config, request, json, kNow);
    }
    /// The token of an add that must go well.
    [[nodiscard]] std::string added(const TokenRequest& request) const
    {
        const auto said = add(request);
        REQUIRE(said.code == 0);
        REQUIRE(said.out.find('\n') == said.out.size() - 1);
        return said.out.substr(0, said.out.size() - 1);
    }
    [[nodiscard]] Said list(bool json = false, std::int64_t now_ms = kNow) const
    {
        return token_list(config, json, now_ms);
    }
};

std::string id_of(const std::string& token)
{
    return std::string(access::token_id(token).value());
}

/// Must not be understood: the one line that says why.
std::string refused(const TokenRequest& request)
{
    const CommandsFixture commands;
    const auto said = commands.add(request);
    CHECK(said.code == kConfigurationError);
    CHECK(said.out.empty());
    CHECK(said.error.find('\n') == said.error.size() - 1);
    CHECK(commands.directory.files().empty());
    return said.error.substr(0, said.error.size() - 1);
}

}  // namespace

TEST_CASE("a token that is added counts in a daemon that runs already", "[app][token]")
{
    const CommandsFixture commands;
    std::filesystem::create_directories(commands.config.storage.directory);
    access::TokenTable table(tokens_path(commands.config));
    const auto token = commands.added({"bike", 7, "by the window", "30d"});
    CHECK(table.refresh());
    CHECK(table.find(token, kNow) == access::Identity{id_of(token), access::Role::Bike, RacerId{7}});
    CHECK(table.find(token, kNow + 30 * kDay - 1));
    CHECK_FALSE(table.find(token, kNow + 30 * kDay));
    CHECK(table.all().front().note == "by the window");
}

TEST_CASE("an added token is alone on standard output, and what to do with it on the other", "[app][token]")
{
    CommandsFixture commands;
    const auto said = commands.add({"bike", 7, "", "30d"});
    CHECK(said.code == 0);
    const auto token = said.out.substr(0, said.out.size() - 1);
    const auto id = id_of(token);
    CHECK(said.error.find("token " + id + ", bike 7, good until 2023-12-14 22:13Z") != std::string::npos);
    CHECK(said.error.find("MQTT: user " + id + ", the token is the password") != std::string::npos);
    CHECK(said.error.find("alleycatd token revoke " + id) != std::string::npos);
    CHECK(said.error.find("auth.mode is \"none\"") != std::string::npos);
    CHECK(said.error.find(token) == std::string::npos);
    commands.config.auth.mode = AuthMode::Token;
    CHECK(commands.add({"viewer", {}, "", ""}).error.find("auth.mode") == std::string::npos);
}

TEST_CASE("an added token as JSON is one line with everything", "[app][token]")
{
    const CommandsFixture commands;
    const auto said = commands.add({"bike", 7, "a \"b\"", "1h"}, true);
    CHECK(said.error.empty());
    const auto at = said.out.find("\"token\":\"") + 9;
    const auto token = said.out.substr(at, said.out.find('"', at) - at);
    CHECK(said.out == R"({"id":")" + id_of(token) +
                          R"(","role":"bike","racerId":7,"note":"a \"b\"","madeMs":1700000000000,)"
                          R"("expiresMs":1700003600000,"token":")" +
                          token + "\"}\n");
}

TEST_CASE("tokens are listed without what is secret", "[app][token]")
{
    const CommandsFixture commands;
    CHECK(commands.list().out.empty());
    CHECK(commands.list().code == 0);
    CHECK(commands.directory.files().empty());  // to look makes nothing
    const auto bike = commands.added({"bike", 7, "by the window", "1h"});
    CHECK(commands.list().out ==
          id_of(bike) +
              "  bike 7                    made 2023-11-14 22:13Z  until 2023-11-14 23:13Z  \"by the window\"\n");
    CHECK(commands.list(false, kNow + kDay).out.find("expired 2023-11-14 23:13Z") != std::string::npos);
    const auto viewer = commands.added({"viewer", {}, "", ""});
    for (const bool json : {false, true}) {
        const auto said = commands.list(json);
        CHECK(std::ranges::count(said.out, '\n') == 2);
        for (const auto& token : {bike, viewer}) {
            CHECK(said.out.find(id_of(token)) != std::string::npos);
            CHECK(said.out.find(token.substr(18)) == std::string::npos);
        }
    }
    CHECK(commands.list(true).out.find(R"({"id":")" + id_of(viewer) +
                                       R"(","role":"viewer","note":"","madeMs":1700000000000})") != std::string::npos);
    CHECK(commands.list().out.find("for ever") != std::string::npos);
}

TEST_CASE("a token is revoked by its name or by itself, once", "[app][token]")
{
    const CommandsFixture commands;
    CHECK(token_revoke(commands.config, "0123abcd").code == 1);
    CHECK(commands.directory.files().empty());
    const auto first = commands.added({"studio", {}, "", ""});
    const auto second = commands.added({"administrator", {}, "", ""});
    CHECK(token_revoke(commands.config, id_of(first)).out == id_of(first) + " is revoked\n");
    CHECK(token_revoke(commands.config, second).out == id_of(second) + " is revoked\n");
    const auto again = token_revoke(commands.config, second);
    CHECK(again.code == 1);
    CHECK(again.error == "there is no such token; alleycatd token list names them all\n");
    CHECK(commands.list().out.empty());
}

TEST_CASE("what a token cannot be is said in one line", "[app][token]")
{
    CHECK(refused({"king", {}, "", ""}) == "--role: must be bike, studio, viewer or administrator");
    CHECK(refused({"bike", {}, "", ""}) == "--racer: a bike must have the id of its racer");
    CHECK(refused({"studio", 7, "", ""}) == "--racer: only a bike is of one racer");
    CHECK(refused({"bike", std::uint64_t{1} << 53, "", ""}) ==
          "--racer: must be a whole number from 0 to 9007199254740991");
    for (const auto& note : {std::string(201, 'x'), std::string("a\nb"), std::string("\x1b[2J"), std::string("\xff")}) {
        CHECK(refused({"viewer", {}, note, ""}) == "--note: must be one line of at most 200 bytes of UTF-8");
    }
    for (const auto* expires : {"30", "d", "0d", "-1d", "0s", "1.5h", "40000d", "soon"}) {
        CAPTURE(expires);
        CHECK(refused({"viewer", {}, "", expires}) == "--expires: must be a time from now such as 90m, 12h or 30d");
    }
}

TEST_CASE("a database that is none of ours is an error of one line", "[app][token]")
{
    CommandsFixture commands;
    commands.config.storage.directory = commands.directory.path();
    const auto path = commands.directory.write("access.db", std::string(4096, 'x'));
    const auto line = Catch::Matchers::Equals(path + ": this is no database");
    CHECK_THROWS_WITH(commands.add({"viewer", {}, "", ""}), line);
    CHECK_THROWS_WITH(commands.list(), line);
    CHECK_THROWS_WITH(token_revoke(commands.config, "0123abcd"), line);
}
