#include "access_fixture.hpp"
#include "mosquitto_password.hpp"

#include <alleycat/access/mosquitto_files.hpp>
#include <alleycat/core/base64.hpp>

#include <sys/stat.h>

using namespace alleycat;
using namespace alleycat::access;

namespace {

StoredToken token(std::string id, Role role, std::optional<std::uint64_t> racer = std::nullopt,
                  std::optional<std::int64_t> expires_ms = std::nullopt)
{
    StoredToken made;
    made.identity = {std::move(id), role, std::nullopt};
    if (racer) {
        made.identity.racer = RacerId{*racer};
    }
    made.broker_password = "$7$101$of$" + made.identity.id;
    made.expires_ms = expires_ms;
    return made;
}

MosquittoFiles default_files(const std::filesystem::path& directory = {})
{
    return {directory,
            "alleycatd",
            "hush",
            {{"alleycat-publish", 0, true}},
            {"alleycat-subscribe", "", "alleycat-records"}};
}

/// The lines of a bike with this racer's id, for sources alone.
std::string writes(const std::string& filter, std::size_t racer_level, std::uint64_t racer = 7)
{
    const MosquittoFiles files{{}, "", "", {{filter, racer_level, true}}, {}};
    const auto text = mosquitto_acl(files, {token("b", Role::Bike, racer)}, kNow);
    return text.substr(text.find("user b\n") + 7);
}

std::string hash_again(const std::string& line, const std::string& password)
{
    const auto salt_at = line.find('$', 3) + 1;  // behind "$7$101$"
    std::string salt;
    REQUIRE(append_decoded_base64(salt, line.substr(salt_at, line.find('$', salt_at) - salt_at)));
    return mosquitto_password(password, std::span(reinterpret_cast<const unsigned char*>(salt.data()), salt.size()));
}

}  // namespace

TEST_CASE("a bike writes its own topic, a studio all, and everybody reads what is published", "[access][mosquitto]")
{
    const std::vector tokens{token("bike0007", Role::Bike, 7),       token("stud1000", Role::Studio),
                             token("view1000", Role::Viewer),        token("boss1000", Role::Administrator),
                             token("past1000", Role::Bike, 8, kNow), token("next1000", Role::Bike, 9, kNow + 1)};
    CHECK(mosquitto_acl(default_files(), tokens, kNow) ==
          R"(# Written by alleycatd from its tokens; what is changed here is lost.

user alleycatd
topic readwrite #

user bike0007
topic write alleycat-publish/7
topic read alleycat-subscribe
topic read alleycat-records

user stud1000
topic write alleycat-publish
topic write alleycat-publish/+
topic read alleycat-subscribe
topic read alleycat-records

user view1000
topic read alleycat-subscribe
topic read alleycat-records

user boss1000
topic write alleycat-publish
topic write alleycat-publish/+
topic read alleycat-subscribe
topic read alleycat-records

user next1000
topic write alleycat-publish/9
topic read alleycat-subscribe
topic read alleycat-records
)");
}

TEST_CASE("a bike's own topics are those with its racer's id in their place", "[access][mosquitto]")
{
    CHECK(writes("alleycat-publish", 0) == "topic write alleycat-publish/7\n");
    CHECK(writes("bikes/+/+", 2) == "topic write bikes/7/+\n");
    CHECK(writes("bikes/+/+", 3) == "topic write bikes/+/7\n");
    CHECK(writes("+/telemetry", 1) == "topic write 7/telemetry\n");
    CHECK(writes("/bikes/+", 3) == "topic write /bikes/7\n");
    CHECK(writes("bikes/+/#", 2) == "topic write bikes/7/#\n");
    CHECK(writes("bikes/#", 2) == "topic write bikes/7/#\n");
    CHECK(writes("bikes/#", 3) == "topic write bikes/+/7/#\n");
    CHECK(writes("#", 1) == "topic write 7/#\n");
    CHECK(writes("bikes/#", 0) == "topic write bikes/7\n");
    CHECK(writes("$share/daemons/bikes/+", 2) == "topic write bikes/7\n");
    CHECK(writes("bikes/7/power", 2) == "topic write bikes/7/power\n");
}

TEST_CASE("a bike writes nothing where its racer's id has no place", "[access][mosquitto]")
{
    CHECK(writes("bikes/8/power", 2).empty());
    CHECK(writes("bikes/power", 2).empty());
    CHECK(writes("bikes", 2).empty());
}

TEST_CASE("a source that is not for bikes is written by who may send for every racer", "[access][mosquitto]")
{
    const MosquittoFiles files{{}, "alleycatd", "", {{"gym/raw", 0, false}}, {}};
    CHECK(mosquitto_acl(files, {token("b", Role::Bike, 7), token("s", Role::Studio)}, kNow) ==
          R"(# Written by alleycatd from its tokens; what is changed here is lost.

user alleycatd
topic readwrite #

user b

user s
topic write gym/raw
)");
}

TEST_CASE("without a name of our own at the broker only tokens have users", "[access][mosquitto]")
{
    auto files = default_files();
    files.daemon_user.clear();
    CHECK(mosquitto_acl(files, {}, kNow) == "# Written by alleycatd from its tokens; what is changed here is lost.\n");
}

TEST_CASE("both files are written whole, for their owner and the directory's group alone", "[access][mosquitto]")
{
    const TemporaryDirectory directory;
    const auto files = default_files(directory.path() / "broker");
    const std::vector tokens{token("bike0007", Role::Bike, 7), token("past1000", Role::Bike, 8, kNow)};
    REQUIRE(write_mosquitto_files(files, tokens, kNow));
    CHECK(directory.files() == std::vector<std::string>{"broker/acl", "broker/passwords"});
    CHECK(read_file(files.directory / "acl") == mosquitto_acl(files, tokens, kNow));
    const auto passwords = read_file(files.directory / "passwords");
    const auto own = passwords.substr(0, passwords.find('\n'));
    CHECK(own == "alleycatd:" + hash_again(own.substr(10), "hush"));
    CHECK(passwords.substr(own.size()) == "\nbike0007:$7$101$of$bike0007\n");
    using std::filesystem::perms;
    for (const auto* name : {"acl", "passwords"}) {
        CHECK(mode_of(files.directory / name) == (perms::owner_read | perms::owner_write | perms::group_read));
    }

    REQUIRE(write_mosquitto_files(files, {}, kNow));
    CHECK(read_file(files.directory / "acl") == mosquitto_acl(files, {}, kNow));
}

TEST_CASE("the files belong to their directory's group", "[access][mosquitto]")
{
    const TemporaryDirectory directory;
    if (::geteuid() != 0) {
        return;  // others may give files to few groups
    }
    constexpr gid_t kGroup = 12'345;
    REQUIRE(::chown(directory.path().c_str(), static_cast<uid_t>(-1), kGroup) == 0);
    REQUIRE(write_mosquitto_files(default_files(directory.path()), {}, kNow));
    for (const auto* name : {"acl", "passwords"}) {
        struct stat found {};
        REQUIRE(::stat((directory.path() / name).c_str(), &found) == 0);
        CHECK(found.st_gid == kGroup);
    }
}

TEST_CASE("files that cannot be written are an error of the system's", "[access][mosquitto]")
{
    const TemporaryDirectory directory;
    const auto done = write_mosquitto_files(default_files(directory.write("file", "") + "/broker"), {}, kNow);
    CHECK(done.has_error());
}

TEST_CASE("a password is hashed as mosquitto_passwd does it", "[access][mosquitto]")
{
    // By Mosquitto 2.0.11: mosquitto_passwd -b -c <file> bike <password>
    const std::string password = "alleycat_0abcdefg_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
    const std::string hashed =
        "$7$101$rkrbgLa2CqG4k+fc$o4Qv4WSDc1VbH7ycjaheah50hsVcYQueYJn4ijqUqE6VuJg5+I4rdK3D3wbLT9GdCT4JKoNTKpeh9+"
        "RyIg92cA==";
    CHECK(hash_again(hashed, password) == hashed);
    CHECK(hash_again(hashed, password + "x") != hashed);
}

TEST_CASE("the same password never has the same hash twice", "[access][mosquitto]")
{
    const auto first = mosquitto_password("hush");
    const auto second = mosquitto_password("hush");
    CHECK(first.size() == 7 + 16 + 1 + 88);
    CHECK(first != second);
    CHECK(hash_again(first, "hush") == first);
}
