#include "config_fixture.hpp"
#include "config_schema.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace alleycat;
using namespace alleycat::app;
using namespace std::chrono_literals;
using alleycat::ranking::Score;

TEST_CASE("without any source the built-in defaults hold", "[app][config]")
{
    CHECK(config_of(load({})) == Config{});
}

TEST_CASE("a flag beats a variable, a variable beats the file, the file beats the defaults", "[app][config]")
{
    const TemporaryDirectory directory;
    const auto file = directory.write("test.toml", "[stream]\nshards = 8\nname = \"file\"\nring_capacity = \"2MB\"\n");
    const Environment environment{{"ALLEYCAT_STREAM_SHARDS", "16"}, {"ALLEYCAT_STREAM_NAME", "variable"}};
    const auto stream = config_of(load({"--stream-shards", "32", "--config", file}, environment)).stream;
    CHECK(stream.shards == 32);
    CHECK(stream.name == "variable");
    CHECK(stream.ring_capacity_bytes == 2U << 20);
    CHECK(stream.partition_key == Stream{}.partition_key);
}

TEST_CASE("a wrong value is an error also where a stronger source overrides it", "[app][config]")
{
    CHECK(error_of(load({"--stream-shards=4"}, {{"ALLEYCAT_STREAM_SHARDS", "0"}})) ==
          "ALLEYCAT_STREAM_SHARDS: 0 is out of range: 1 … 256");
}

TEST_CASE("variables and flags are named after section and key", "[app][config]")
{
    std::set<std::string> variables;
    std::set<std::string> flags;
    for (const auto& key : schema()) {
        variables.insert(key.variable());
        flags.insert(key.flag());
    }
    CHECK(variables.size() == schema().size());
    CHECK(flags.size() == schema().size());
    for (const auto* name :
         {"ALLEYCAT_HTTP_LISTEN", "ALLEYCAT_MQTT_BROKER", "ALLEYCAT_STORAGE_DIRECTORY", "ALLEYCAT_STREAM_SHARDS",
          "ALLEYCAT_STREAM_PARTITION_KEY", "ALLEYCAT_DELIVERY_INTERVAL", "ALLEYCAT_DELIVERY_SIZE",
          "ALLEYCAT_RANKING_SCORE", "ALLEYCAT_RANKING_TICK", "ALLEYCAT_RACE_LENGTH", "ALLEYCAT_CLASSES"}) {
        CAPTURE(name);
        CHECK(variables.contains(name));
    }
    for (const auto* name :
         {"--http-listen", "--stream-shards", "--ranking-tick", "--stream-ring-capacity", "--classes"}) {
        CAPTURE(name);
        CHECK(flags.contains(name));
    }
}

TEST_CASE("every key takes a value by each of its variables", "[app][config]")
{
    const auto config = config_of(load({}, {{"ALLEYCAT_HTTP_LISTEN", "[::1]:0"},
                                            {"ALLEYCAT_MQTT_PROTOCOL", "3.1.1"},
                                            {"ALLEYCAT_MQTT_QOS", "0"},
                                            {"ALLEYCAT_MQTT_KEEPALIVE", "1m"},
                                            {"ALLEYCAT_STORAGE_DIRECTORY", "/var/lib/alleycat"},
                                            {"ALLEYCAT_STREAM_PARTITION_KEY", "${classId}/${racerId}"},
                                            {"ALLEYCAT_DELIVERY_INTERVAL", "250ms"},
                                            {"ALLEYCAT_DELIVERY_SIZE", "65536"},
                                            {"ALLEYCAT_RANKING_SCORE", "mean"},
                                            {"ALLEYCAT_RANKING_TICK", "50ms"},
                                            {"ALLEYCAT_RACE_LENGTH", "120"},
                                            {"ALLEYCAT_RACE_WINDOW", "2m"},
                                            {"ALLEYCAT_LIMITS_CADENCE_MAX", "199.5"},
                                            {"ALLEYCAT_LOG_LEVEL", "warning"},
                                            {"ALLEYCAT_LOG_FORMAT", "json"},
                                            {"HOME", "/root"}}));
    CHECK(config.http.listen == Endpoint{"::1", 0});
    CHECK(config.mqtt.protocol == MqttProtocol::V311);
    CHECK(config.mqtt.qos == 0);
    CHECK(config.mqtt.keepalive == 60s);
    CHECK(config.storage.directory == "/var/lib/alleycat");
    CHECK(config.stream.partition_key == "${classId}/${racerId}");
    CHECK(config.delivery.interval == 250ms);
    CHECK(config.delivery.size_bytes == 65536);
    CHECK(config.ranking.score == Score::Mean);
    CHECK(config.ranking.tick == 50ms);
    CHECK(config.race.length == 120s);
    CHECK(config.race.window == 120s);
    CHECK(config.limits.cadence_max == 199.5);
    CHECK(config.log.level == LogLevel::Warning);
    CHECK(config.log.format == LogFormat::Json);
}

TEST_CASE("the default of each key is a value that the key takes", "[app][config]")
{
    const Config defaults;
    for (const auto& key : schema()) {
        auto written = key.literal(defaults);
        if (written.starts_with('"')) {
            written = written.substr(1, written.size() - 2);
        }
        CAPTURE(key.path(), written);
        CHECK(config_of(load({}, {{key.variable(), written}})) == defaults);
        CHECK(config_of(load({key.flag(), written})) == defaults);
        CHECK(config_of(load({key.flag() + "=" + written})) == defaults);
    }
}

TEST_CASE("each word of a choice means what it says", "[app][config]")
{
    const std::vector<std::pair<std::string, Score>> scores{
        {"output", Score::Output}, {"best", Score::Best}, {"mean", Score::Mean}, {"total", Score::Total}};
    for (const auto& [word, score] : scores) {
        CHECK(config_of(load({"--ranking-score", word})).ranking.score == score);
    }
    const std::vector<std::pair<std::string, LogLevel>> levels{{"trace", LogLevel::Trace},
                                                               {"debug", LogLevel::Debug},
                                                               {"info", LogLevel::Info},
                                                               {"warning", LogLevel::Warning},
                                                               {"error", LogLevel::Error}};
    for (const auto& [word, level] : levels) {
        CHECK(config_of(load({"--log-level", word})).log.level == level);
    }
}

TEST_CASE("an empty broker means no MQTT, from every source", "[app][config]")
{
    CHECK_FALSE(config_of(load({}, {{"ALLEYCAT_MQTT_BROKER", ""}})).mqtt.broker);
    CHECK_FALSE(config_of(load_text("[mqtt]\nbroker = \"\"\n")).mqtt.broker);
    CHECK_FALSE(config_of(load({"--mqtt-broker", ""})).mqtt.broker);
    const auto config = config_of(load({"--mqtt-broker=", "--stream-shards", "2"}));
    CHECK_FALSE(config.mqtt.broker);
    CHECK(config.stream.shards == 2);
}

TEST_CASE("a race's length is written as seconds or as a duration", "[app][config]")
{
    CHECK(config_of(load_text("[race]\nlength = 60\n")).race.length == 60s);
    CHECK(config_of(load_text("[race]\nlength = \"60s\"\n")).race.length == 60s);
    CHECK(config_of(load({"--race-length", "5m"})).race.length == 300s);
}

TEST_CASE("classes of a file replace the built-in ones", "[app][config]")
{
    const auto config =
        config_of(load_text("[[class]]\nid = 7\nname = \"Hügel\"\n[[class]]\nname = \"A, B\"\nid = 9\n"));
    CHECK(config.classes == std::vector<ClassConfig>{{ClassId{7}, "Hügel"}, {ClassId{9}, "A, B"}});
}

TEST_CASE("classes of a variable or flag replace those of the file", "[app][config]")
{
    const std::vector<ClassConfig> expected{{ClassId{1}, "Sprint"}, {ClassId{2}, "Hills = hard"}};
    CHECK(config_of(load({}, {{"ALLEYCAT_CLASSES", "1=Sprint,2=Hills = hard"}})).classes == expected);
    CHECK(config_of(load({"--classes", "1=Sprint,2=Hills = hard"}, {{"ALLEYCAT_CLASSES", "3=Other"}})).classes ==
          expected);
}

TEST_CASE("a flag given twice counts as its last", "[app][config]")
{
    CHECK(config_of(load({"--stream-shards", "2", "--stream-shards", "3"})).stream.shards == 3);
}

TEST_CASE("variables that Kubernetes sets for a service named alleycat are no settings", "[app][config]")
{
    CHECK(config_of(load({}, {{"ALLEYCAT_PORT", "tcp://10.0.0.1:8080"},
                              {"ALLEYCAT_PORT_8080_TCP_ADDR", "10.0.0.1"},
                              {"ALLEYCAT_SERVICE_HOST", "10.0.0.1"}})) == Config{});
    CHECK(variable_error("ALLEYCAT_PORT", "8080") != "no error");
}

TEST_CASE("--check-config says that all is well", "[app][config]")
{
    const auto exit = std::get<ExitNow>(load({"--check-config"}));
    CHECK(exit.code == 0);
    CHECK(exit.text == "configuration is valid\n");
    CHECK(error_of(load({"--check-config", "--stream-shards=0"})) == "--stream-shards: 0 is out of range: 1 … 256");
}

TEST_CASE("--print-config prints a file that loads as the same configuration", "[app][config]")
{
    const std::vector<std::string> flags{
        "--http-listen=[::1]:0",      "--mqtt-broker=",           "--mqtt-protocol=3.1.1",
        "--mqtt-topic=a/\"q\"/\\",    "--mqtt-username=rider",    "--mqtt-password-file=secret.txt",
        "--race-length=90",           "--limits-cadence-max=0.5", "--limits-record-bytes=1500",
        "--delivery-interval=1500ms", "--classes=5=Fünf,4=\"x\"", "--ranking-score=total"};
    const auto expected = config_of(load(flags));
    auto printing = flags;
    printing.emplace_back("--print-config");
    const auto exit = std::get<ExitNow>(load(printing));
    CHECK(exit.code == 0);
    CAPTURE(exit.text);
    CHECK(config_of(load_text(exit.text)) == expected);
}

TEST_CASE("--print-config names a password file and does not open it", "[app][config]")
{
    const TemporaryDirectory directory;
    const auto secret = directory.write("password", "hunter2\n");
    const auto exit = std::get<ExitNow>(load({"--mqtt-username=a", "--mqtt-password-file", secret, "--print-config"}));
    CHECK(exit.text.find(secret) != std::string::npos);
    CHECK(exit.text.find("hunter2") == std::string::npos);
}

TEST_CASE("--help names every key with its default", "[app][config]")
{
    const auto exit = std::get<ExitNow>(load({"--help"}));
    CHECK(exit.code == 0);
    for (const auto& key : schema()) {
        CAPTURE(key.path());
        CHECK(exit.text.find(key.flag() + " ") != std::string::npos);
        CHECK(exit.text.find("(default " + key.literal(Config{}) + ")") != std::string::npos);
    }
}

TEST_CASE("--version says the version of the project", "[app][config]")
{
    const auto exit = std::get<ExitNow>(load({"--version"}));
    CHECK(exit.code == 0);
    CHECK(exit.text == "alleycatd " + std::string(kVersion) + "\n");
    std::ifstream project(ALLEYCAT_SOURCE_DIR "/CMakeLists.txt");
    const std::string text(std::istreambuf_iterator<char>(project), {});
    CHECK(text.find("project(alleycat VERSION " + std::string(kVersion) + " ") != std::string::npos);
}

TEST_CASE("the environment of a process reads as names and values", "[app][config]")
{
    const char* const environment[] = {"A=1", "B=", "C=x=y", "D", nullptr};
    CHECK(read_environment(environment) == Environment{{"A", "1"}, {"B", ""}, {"C", "x=y"}, {"D", ""}});
}
