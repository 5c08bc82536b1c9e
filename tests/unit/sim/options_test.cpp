#include "options.hpp"

#include "temporary_directory.hpp"

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::sim;

namespace {

std::variant<Options, EarlyExit> parse(std::vector<const char*> flags)
{
    flags.insert(flags.begin(), "alleycat-sim");
    return parse_options(static_cast<int>(flags.size()), flags.data());
}

Options good(const std::vector<const char*>& flags)
{
    const auto parsed = parse(flags);
    if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
        FAIL(exit->text);
    }
    return std::get<Options>(parsed);
}

std::vector<ClassId> classes(const std::vector<std::uint32_t>& ids)
{
    std::vector<ClassId> result;
    for (const std::uint32_t id : ids) {
        result.push_back(ClassId{id});
    }
    return result;
}

}  // namespace

TEST_CASE("without flags a thousand riders ride one race over MQTT", "[sim][options]")
{
    const Options options = good({});
    CHECK(options.riders == 1000);
    CHECK(options.classes == classes({1, 2, 3, 4, 5, 6}));
    CHECK(options.transport == Transport::Mqtt);
    CHECK(options.host == "127.0.0.1");
    CHECK(options.port == "1883");
    CHECK(options.topic == "alleycat-publish");
    CHECK(options.connections == 8);
    CHECK(options.seconds == 300);
    CHECK(options.speed == 1);
    CHECK(options.batch == 1);
    CHECK(options.qos == 1);
    CHECK(options.races == 1);
    CHECK(options.timeout == std::chrono::seconds(30));
    CHECK_FALSE(options.race_id);
    CHECK(options.start == Start::Now);
    CHECK(options.window == std::chrono::seconds(300));
}

TEST_CASE("races may begin in another window", "[sim][options]")
{
    const Options options = good({"--start", "window", "--window", "420"});
    CHECK(options.start == Start::Window);
    CHECK(options.window == std::chrono::seconds(420));
    CHECK(good({"--start", "running"}).start == Start::Running);
}

TEST_CASE("a URL gives host, port and path", "[sim][options]")
{
    const Options options =
        good({"--transport", "websocket", "--url", "ws://[::1]:9000/ingest?x=1", "--riders", "100"});
    CHECK(options.host == "::1");
    CHECK(options.port == "9000");
    CHECK(options.path == "/ingest?x=1");
    CHECK(options.connections == 64);
    const Options shortest = good({"--transport", "websocket", "--url", "ws://bikes.example", "--riders", "3"});
    CHECK(shortest.host == "bikes.example");
    CHECK(shortest.port == "80");
    CHECK(shortest.path == "/");
    CHECK(shortest.connections == 3);
}

TEST_CASE("a stream has defaults of its own", "[sim][options]")
{
    const Options options = good({"--transport", "stream"});
    CHECK(options.transport == Transport::Stream);
    CHECK(options.host == "127.0.0.1");
    CHECK(options.port == "8080");
    CHECK(options.stream == "alleycat");
    CHECK(options.connections == 4);
    CHECK(options.batch == 500);
    CHECK(options.payload_records() == 1);
    CHECK(options.access_key_id.empty());
    const Options other = good({"--batch", "7", "--url", "http://[::1]:4567", "--stream", "Bikes_2.0-x", "--transport",
                                "stream", "--riders", "3"});
    CHECK(other.host == "::1");
    CHECK(other.port == "4567");
    CHECK(other.stream == "Bikes_2.0-x");
    CHECK(other.connections == 3);
    CHECK(other.batch == 7);
}

TEST_CASE("classes are ranges and lists", "[sim][options]")
{
    CHECK(parse_classes("1-6") == classes({1, 2, 3, 4, 5, 6}));
    CHECK(parse_classes("2") == classes({2}));
    CHECK(parse_classes("1,3,5") == classes({1, 3, 5}));
    CHECK(parse_classes("4-5,1") == classes({4, 5, 1}));
    CHECK(parse_classes("1-1000")->size() == 1000);
    for (const char* text :
         {"", "0", "x", "1-", "-1", "3-2", "1,,2", "1,", "1,1", "2-4,3", "1-1001", "4294967295", "1 - 2"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_classes(text));
    }
}

TEST_CASE("a bad flag ends with code 2 and one line that names it", "[sim][options]")
{
    const std::vector<std::vector<const char*>> commands{
        {"--riders", "0"},
        {"--riders", "many"},
        {"--classes", "1-x"},
        {"--transport", "udp"},
        {"--speed", "-1"},
        {"--speed", "nan"},
        {"--qos", "2"},
        {"--url", "http://x/"},
        {"--broker", "x:99999"},
        {"--broker", ":1883"},
        {"--seed", "-1"},
        {"--start", "later"},
        {"--window", "0"},
        {"--window", "86401"},
        {"--window", "1.5"},
        {"--batch", "501"},
        {"--connections", "1001"},
        {"--seconds", "0"},
        {"--race-id", "-1"},
        {"--timeout", "0"},
        {"--password-file", "/nowhere/at/all"},
        {"--stream", ""},
        {"--stream", "a/b"},
        {"--access-key", "a b"},
        {"--access-key", "AKIDEXAMPLE"},
        {"--secret-key-file", "/nowhere/at/all"},
        {"--secret-key-file", "/nowhere/at/all", "--access-key", "AKIDEXAMPLE"},
        {"--url", "ws://127.0.0.1:8080/ingest", "--transport", "stream"},
        {"--url", "http://127.0.0.1/bikes", "--transport", "stream"},
        {"--url", "http://127.0.0.1/", "--transport", "websocket"},
        {"--batch", "0", "--transport", "stream"}};
    for (const auto& command : commands) {
        CAPTURE(command);
        const auto parsed = parse(command);
        REQUIRE(std::holds_alternative<EarlyExit>(parsed));
        const auto& exit = std::get<EarlyExit>(parsed);
        CHECK(exit.code == kExitBadFlag);
        CHECK(exit.text.find(command.front()) != std::string::npos);
        CHECK(exit.text.find('\n') == std::string::npos);
    }
    CHECK(std::holds_alternative<EarlyExit>(parse({"--no-such-flag"})));
    CHECK(std::holds_alternative<EarlyExit>(parse({"--riders", "3", "--connections", "4"})));
}

TEST_CASE("help is no error", "[sim][options]")
{
    const auto parsed = parse({"--help"});
    REQUIRE(std::holds_alternative<EarlyExit>(parsed));
    CHECK(std::get<EarlyExit>(parsed).code == 0);
    CHECK(std::get<EarlyExit>(parsed).text.find("--riders") != std::string::npos);
}

TEST_CASE("a password or a secret key is the first line of its file", "[sim][options]")
{
    const TemporaryDirectory directory;
    const std::string path = directory.write("password", "secret words\nmore\n");
    CHECK(good({"--username", "bike", "--password-file", path.c_str()}).password == "secret words");
    CHECK(good({"--access-key", "AKIDEXAMPLE", "--secret-key-file", path.c_str()}).secret_key == "secret words");
}
