#include "broker_keeper.hpp"

#include "temporary_directory.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <iterator>

using namespace alleycat;
using namespace alleycat::app;

namespace {

std::string text_of(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct KeeperFixture {
    TemporaryDirectory directory;
    std::filesystem::path files = directory.path() / "mosquitto";
    Config config;

    KeeperFixture()
    {
        config.auth.mode = AuthMode::Token;
        config.auth.mosquitto_directory = files;
        config.storage.directory = directory.path() / "data";
        std::filesystem::create_directory(config.storage.directory);
    }
    [[nodiscard]] static access::StoredToken bike(const std::string& id)
    {
        access::StoredToken token;
        token.identity = {id, access::Role::Bike, RacerId{7}};
        token.broker_password = "$7$101$c2FsdA==$aGFzaA==";
        return token;
    }
    /// Whether the broker's files name this token, within a minute.
    [[nodiscard]] bool come_to_name(const std::string& id) const
    {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (text_of(files / "acl").find(id) == std::string::npos) {
            if (std::chrono::steady_clock::now() > limit) {
                return false;
            }
            std::this_thread::yield();
        }
        return true;
    }
};

}  // namespace

TEST_CASE("the broker's files are there when the keeper has started, and follow the tokens", "[app][broker]")
{
    KeeperFixture fixture;
    std::filesystem::create_directory(fixture.files);
    BrokerKeeper keeper(fixture.config);
    keeper.start({KeeperFixture::bike("first")});
    CHECK(text_of(fixture.files / "acl").find("first") != std::string::npos);
    CHECK(text_of(fixture.files / "passwords").find("alleycatd:") != std::string::npos);
    keeper.update({KeeperFixture::bike("second")});
    CHECK(fixture.come_to_name("second"));
    CHECK(text_of(fixture.files / "acl").find("first") == std::string::npos);
    keeper.stop();
}

TEST_CASE("what could not be written is tried again until it is", "[app][broker]")
{
    KeeperFixture fixture;
    std::ofstream(fixture.files) << "no folder";
    BrokerKeeper keeper(fixture.config);
    keeper.start({KeeperFixture::bike("bike")});
    CHECK(text_of(fixture.files) == "no folder");
    std::filesystem::remove(fixture.files);
    std::filesystem::create_directory(fixture.files);
    CHECK(fixture.come_to_name("bike"));
    keeper.stop();
}

TEST_CASE("the daemon's password at the broker is made once, and only its owner may read it", "[app][broker]")
{
    KeeperFixture fixture;
    const auto path = fixture.config.storage.directory / "broker-password";
    std::ofstream(path.string() + ".unfinished") << "half";  // of a start that was interrupted
    const auto made = broker_login(fixture.config).password;
    CHECK(made.size() == 43);
    CHECK(text_of(path) == made + "\n");
    CHECK(broker_login(fixture.config).password == made);
    CHECK(std::filesystem::status(path).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK_FALSE(std::filesystem::exists(path.string() + ".unfinished"));
}
