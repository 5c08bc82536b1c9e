#include "config_fixture.hpp"
#include "config_schema.hpp"

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::app;

TEST_CASE("a value out of range is refused with file, line, key and range", "[app][config]")
{
    CHECK(file_error("\n\n[stream]\nname = \"x\"\nshards = 0\n") ==
          "test.toml:5: stream.shards: 0 is out of range: 1 … 256");
    CHECK(file_error("[delivery]\ninterval = \"901s\"\n") ==
          "test.toml:2: delivery.interval: 901s is out of range: 100ms … 900s");
    CHECK(file_error("[delivery]\nsize = 1000\n") == "test.toml:2: delivery.size: 1000 is out of range: 64KB … 128MB");
    CHECK(file_error("[limits]\ncadence_max = 0\n") ==
          "test.toml:2: limits.cadence_max: 0 is out of range: above 0 … 10000");
    CHECK(file_error("[race]\nlength = \"25h\"\n") == "test.toml:2: race.length: 90000 is out of range: 1 … 86400");
    CHECK(file_error("[mqtt]\nqos = 2\n") == "test.toml:2: mqtt.qos: 2 is out of range: 0 … 1");
}

TEST_CASE("a value of another type is refused with what is allowed", "[app][config]")
{
    CHECK(file_error("[stream]\nshards = \"4\"\n") ==
          "test.toml:2: stream.shards: \"4\": must be a whole number from 1 to 256");
    CHECK(file_error("[stream]\nshards = 4.5\n") ==
          "test.toml:2: stream.shards: 4.5: must be a whole number from 1 to 256");
    CHECK(file_error("[stream]\nshards = [1,\n2]\n") ==
          "test.toml:2: stream.shards: a list: must be a whole number from 1 to 256");
    CHECK(file_error("[stream.shards]\nx = 1\n") ==
          "test.toml:1: stream.shards: a table: must be a whole number from 1 to 256");
    CHECK(file_error("[delivery]\ninterval = 60\n") ==
          "test.toml:2: delivery.interval: 60: must be a duration from 100ms to 900s, such as \"60s\"");
    CHECK(file_error("[delivery]\nsize = \"big\"\n") ==
          "test.toml:2: delivery.size: \"big\": must be a size from 64KB to 128MB, such as \"64KB\" or \"1MB\"");
    CHECK(file_error("[limits]\ncadence_max = nan\n") ==
          "test.toml:2: limits.cadence_max: nan: must be a number above 0, up to 10000");
    CHECK(file_error("[ranking]\nscore = \"bst\"\n") ==
          "test.toml:2: ranking.score: \"bst\": must be one of output, best, mean, total");
    CHECK(file_error("[mqtt]\nqos = true\n") == "test.toml:2: mqtt.qos: true: must be 0 or 1");
    CHECK(file_error("[mqtt]\nkeepalive = \"5500ms\"\n") ==
          "test.toml:2: mqtt.keepalive: \"5500ms\": must be whole seconds from 5s to 1h, such as \"60s\"");
    CHECK(file_error("[mqtt]\nbroker = \"localhost\"\n") ==
          "test.toml:2: mqtt.broker: \"localhost\": must be host:port or [IPv6]:port, with a port from 1 to 65535, or "
          "empty");
    CHECK(file_error("[mqtt]\nusername = \"a\\nb\"\n") ==
          "test.toml:2: mqtt.username: \"a\\nb\": must be text of at most 65535 bytes, or empty");
    CHECK(file_error("[storage]\ndirectory = \"\"\n") == "test.toml:2: storage.directory: \"\": must be a path");
}

TEST_CASE("an unknown key is refused with the nearest of its section", "[app][config]")
{
    CHECK(file_error("[stream]\nname = \"x\"\nshrads = 4\n") ==
          "test.toml:3: stream.shrads: unknown key, did you mean \"shards\"?");
    CHECK(file_error("[ranking]\ncolour = 4\n") ==
          "test.toml:2: ranking.colour: unknown key; known are score, ties, tick");
    CHECK(file_error("[http]\nport = 4\n") ==
          "test.toml:2: http.port: unknown key; known are listen, idle_timeout, request_timeout, certificate_file, "
          "key_file, origins, cors_origins, proxies");
}

TEST_CASE("an unknown or misplaced section is refused", "[app][config]")
{
    CHECK(file_error("[strem]\nshards = 4\n") == "test.toml:1: [strem]: unknown section, did you mean \"stream\"?");
    CHECK(file_error("\n[kitchen]\n")
              .starts_with("test.toml:2: [kitchen]: unknown section; known are http, auth, mqtt, "));
    CHECK(file_error("[[stream]]\nshards = 4\n") == "test.toml:1: [[stream]]: must be one section, [stream]");
    CHECK(file_error("stream = 4\n") == "test.toml:1: stream: must be a section, [stream]");
    CHECK(file_error("shards = 4\n").starts_with("test.toml:1: shards: stands outside any section; known are http, "));
}

TEST_CASE("of several faults the first line is named", "[app][config]")
{
    CHECK(file_error("[stream]\nshards = 0\n[http]\nlisten = 1\n").starts_with("test.toml:2: "));
    CHECK(file_error("[stream]\nshards = 0\npartition_key = \"\"\n").starts_with("test.toml:2: "));
}

TEST_CASE("a class needs an id of its own and a name", "[app][config]")
{
    const std::string first = "[[class]]\nid = 1\nname = \"Sprint\"\n";
    CHECK(file_error(first + "[[class]]\nid = 1\nname = \"Hills\"\n") ==
          "test.toml:5: class.id: 1 is taken by \"Sprint\": each class needs its own id");
    CHECK(file_error("[[class]]\nid = 0\n") == "test.toml:2: class.id: 0 is out of range: 1 … 2147483647");
    CHECK(file_error("[[class]]\nid = 1\nname = \"\"\n") ==
          "test.toml:3: class.name: \"\": must be 1 to 64 characters");
    CHECK(file_error(first + "[[class]]\nid = 2\n") == "test.toml:4: [[class]]: must have an id and a name");
    CHECK(file_error("[[class]]\nnme = \"x\"\n") == "test.toml:2: class.nme: unknown key, did you mean \"name\"?");
    CHECK(file_error("[class]\nid = 1\n") == "test.toml:1: [class]: must be written [[class]]");
    CHECK(file_error("class = []\n") == "test.toml:1: class: must be [[class]] tables, each with id and name");
}

TEST_CASE("a list of classes in a variable is checked entry by entry", "[app][config]")
{
    CHECK(variable_error("ALLEYCAT_CLASSES", "") ==
          "ALLEYCAT_CLASSES: \"\": must be a list of id=name, such as \"1=Sprint,2=Hills\"");
    CHECK(variable_error("ALLEYCAT_CLASSES", "1=A,Hills") ==
          "ALLEYCAT_CLASSES: \"Hills\": must be a list of id=name, such as \"1=Sprint,2=Hills\"");
    CHECK(variable_error("ALLEYCAT_CLASSES", "1=A,1=B") ==
          "ALLEYCAT_CLASSES: class id: 1 is taken by \"A\": each class needs its own id");
    CHECK(variable_error("ALLEYCAT_CLASSES", "2147483648=A") ==
          "ALLEYCAT_CLASSES: class id: 2147483648 is out of range: 1 … 2147483647");
    CHECK(variable_error("ALLEYCAT_CLASSES", "1=") == "ALLEYCAT_CLASSES: class name: \"\": must be 1 to 64 characters");
}

TEST_CASE("a wrong variable is named with what is allowed", "[app][config]")
{
    CHECK(variable_error("ALLEYCAT_STREAM_SHARDS", "x") ==
          "ALLEYCAT_STREAM_SHARDS: \"x\": must be a whole number from 1 to 256");
    CHECK(variable_error("ALLEYCAT_STREAM_SHARDS", "") ==
          "ALLEYCAT_STREAM_SHARDS: \"\": must be a whole number from 1 to 256");
    CHECK(variable_error("ALLEYCAT_STREAM_SHARDS", "99999999999999999999") ==
          "ALLEYCAT_STREAM_SHARDS: 99999999999999999999 is out of range: 1 … 256");
    CHECK(variable_error("ALLEYCAT_LIMITS_CADENCE_MAX", "inf") ==
          "ALLEYCAT_LIMITS_CADENCE_MAX: \"inf\": must be a number above 0, up to 10000");
    CHECK(variable_error("ALLEYCAT_MQTT_TOPIC", "caf\xE9") ==
          "ALLEYCAT_MQTT_TOPIC: must be an MQTT topic filter, such as \"alleycat-publish\" or \"gym/+/telemetry\", or "
          "empty, in UTF-8");
}

TEST_CASE("an unknown variable is refused with the nearest name", "[app][config]")
{
    CHECK(variable_error("ALLEYCAT_STREAM_SHARD", "4") ==
          "ALLEYCAT_STREAM_SHARD: unknown variable, did you mean ALLEYCAT_STREAM_SHARDS?");
    CHECK(variable_error("ALLEYCAT_KITCHEN", "4") ==
          "ALLEYCAT_KITCHEN: unknown variable; the names are ALLEYCAT_<SECTION>_<KEY>");
    CHECK(config_of(load({}, {{"ALLEYCATS_HOME", "x"}})) == Config{});
}

TEST_CASE("a wrong flag is named with what is allowed", "[app][config]")
{
    CHECK(error_of(load({"--stream-shards", "x"})) == "--stream-shards: \"x\": must be a whole number from 1 to 256");
    CHECK(error_of(load({"--stream-shards=257"})) == "--stream-shards: 257 is out of range: 1 … 256");
    CHECK(error_of(load({"--stream-shards", "-1"})) == "--stream-shards: -1 is out of range: 1 … 256");
    CHECK(error_of(load({"--stream-shards"})) == "--stream-shards: must have a value, a whole number from 1 to 256");
    CHECK(error_of(load({"--config"})) == "--config: must have a value");
    CHECK(error_of(load({"--stream-shard", "4"})) == "--stream-shard: unknown flag, did you mean --stream-shards?");
    CHECK(error_of(load({"--stream-shard=4"})) == "--stream-shard: unknown flag, did you mean --stream-shards?");
    CHECK(error_of(load({"start"})) == "start: unknown argument; alleycatd --help lists the flags");
}

TEST_CASE("a file that is not TOML is refused with its line", "[app][config]")
{
    const auto error = file_error("[stream]\nshards = 4\nname = \n");
    CAPTURE(error);
    CHECK(error.starts_with("test.toml:3: "));
    CHECK(file_error("[stream]\nshards = 4\nshards = 5\n").starts_with("test.toml:3: "));
    CHECK(file_error("[stream]\n\nname = \"caf\xE9\"\n").starts_with("test.toml:3: "));
}

TEST_CASE("a file that cannot be read is refused with the reason", "[app][config]")
{
    const TemporaryDirectory directory;
    const auto missing = (directory.path() / "missing.toml").string();
    CHECK(error_of(load({"--config", missing})) == missing + ": cannot be read: No such file or directory");
    const auto folder = directory.path().string();
    CHECK(error_of(load({"--config", folder})) == folder + ": cannot be read: Is a directory");
    CHECK(config_of(load({"--config", directory.write("empty.toml", "")})) == Config{});
}

TEST_CASE("limits that contradict each other are refused at the place of the record's", "[app][config]")
{
    CHECK(file_error("[limits]\nrecord_bytes = \"64KB\"\npayload_bytes = \"32KB\"\n") ==
          "test.toml:2: limits.record_bytes: 64KB is out of range: at most limits.payload_bytes, 32KB");
    CHECK(error_of(load({"--limits-record-bytes=40KB"}, {{"ALLEYCAT_STREAM_RING_CAPACITY", "64KB"}})) ==
          "--limits-record-bytes: 40KB is out of range: at most a quarter of stream.ring_capacity, 64KB");
}

TEST_CASE("a password without a user is refused", "[app][config]")
{
    CHECK(file_error("[mqtt]\npassword_file = \"secret\"\n") ==
          "test.toml:2: mqtt.password_file: must be empty where mqtt.username is");
}

TEST_CASE("the nearest name is one that a slip leads to, else none", "[app][config]")
{
    const std::vector<std::string> names{"listen", "idle_timeout", "tick", "qos"};
    CHECK(nearest("lisen", names) == "listen");
    CHECK(nearest("idle_time", names) == "idle_timeout");
    CHECK(nearest("tik", names) == "tick");
    CHECK_FALSE(nearest("foo", names));
    CHECK_FALSE(nearest("", names));
}
