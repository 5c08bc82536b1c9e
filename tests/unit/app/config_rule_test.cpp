#include "config_fixture.hpp"
#include "config_rule_tables.hpp"
#include "reload.hpp"

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::app;
using namespace std::chrono_literals;

namespace {

const std::string kHead = "[[rule]]\nname = \"bikes\"\ntopic = \"bikes/+/+\"\n";

const std::string kEveryKey = R"([[rule]]
name = "bikes"
topic = "bikes/+/+"
qos = 0
partition_key = "${topic(2)}"
keep = true
targets = ["stream", "mqtt:all/${topic(2)}",
           "file:bikes.ndjson"]
error_action = "mqtt:errors"
scale = { resistance = 3.125, cadence = 2 }
[rule.select]
cadence = "${rpm}"
classId = 1
"a b" = 0.5
[[rule]]
name = "qz"
topic = "QZ/+/#"
sample = "500ms"
device = "${topic(1)}-${topic(2)}"
online = "presence"
fresh = "5s"
counter = "elapsed"
racers = { "QZ-default" = 7, "QZ-the garage" = 9007199254740991 }
select = { racerId = "${racer()}" }
)";

std::string rule_error(const std::string& lines)
{
    return file_error(kHead + lines);
}

}  // namespace

TEST_CASE("a rule needs no more than a name and a topic", "[app][config][rule]")
{
    const auto rules = config_of(load_text(kHead)).rules;
    REQUIRE(rules.size() == 1);
    ingest::RuleOptions expected;
    expected.name = "bikes";
    expected.topic = "bikes/+/+";
    CHECK(rules[0] == expected);
    CHECK(expected.qos == 1);
    CHECK(expected.targets == std::vector<std::string>{"stream"});
    CHECK(expected.error_action == "directory");
    CHECK(config_of(load({})).rules.empty());
}

TEST_CASE("every key of a rule is read", "[app][config][rule]")
{
    const auto rules = config_of(load_text(kEveryKey)).rules;
    REQUIRE(rules.size() == 2);
    const auto& bikes = rules[0];
    CHECK(bikes.qos == 0);
    CHECK(bikes.partition_key == "${topic(2)}");
    CHECK(bikes.keep);
    CHECK(bikes.targets == std::vector<std::string>{"stream", "mqtt:all/${topic(2)}", "file:bikes.ndjson"});
    CHECK(bikes.error_action == "mqtt:errors");
    CHECK(bikes.scale == std::map<std::string, double>{{"cadence", 2}, {"resistance", 3.125}});
    CHECK(bikes.select == std::map<std::string, std::string>{{"a b", "0.5"}, {"cadence", "${rpm}"}, {"classId", "1"}});
    CHECK_FALSE(bikes.sample);
    REQUIRE(rules[1].sample);
    const auto& sample = *rules[1].sample;
    CHECK(sample.period == 500ms);
    CHECK(sample.device == "${topic(1)}-${topic(2)}");
    CHECK(sample.online == "presence");
    CHECK(sample.fresh == 5s);
    CHECK(sample.counter == "elapsed");
    CHECK(sample.racers ==
          std::map<std::string, std::uint64_t>{{"QZ-default", 7}, {"QZ-the garage", 9007199254740991}});
}

TEST_CASE("printed rules load as the same", "[app][config][rule]")
{
    const TemporaryDirectory directory;
    const auto file = directory.write("test.toml", kEveryKey);
    const auto printed = std::get<ExitNow>(load({"--config", file, "--print-config"}));
    CHECK(printed.code == 0);
    CAPTURE(printed.text);
    CHECK(config_of(load_text(printed.text)) == config_of(load({"--config", file})));
}

TEST_CASE("a wrong key of a rule is refused with its line and what is allowed", "[app][config][rule]")
{
    CHECK(rule_error("topc = 1\n") == "test.toml:4: rule.topc: unknown key, did you mean \"topic\"?");
    CHECK(rule_error("colour = 1\n") == "test.toml:4: rule.colour: unknown key");
    CHECK(rule_error("qos = 2\n") == "test.toml:4: rule.qos: 2 is out of range: 0 … 1");
    CHECK(rule_error("keep = 1\n") == "test.toml:4: rule.keep: 1: must be true or false");
    CHECK(rule_error("partition_key = \"${racer}\"\n")
              .find("test.toml:4: rule.partition_key: \"${racer}\": must be 1 to 128 bytes, with no other") == 0);
    CHECK(rule_error("sample = \"100ms\"\n") == "test.toml:4: rule.sample: 100ms is out of range: 200ms … 60s");
    CHECK(rule_error("error_action = \"folder\"\n") ==
          "test.toml:4: rule.error_action: \"folder\": must be \"directory\", \"mqtt:<topic>\" or \"none\"");
    CHECK(rule_error("error_action = \"mqtt:bikes/7/1\"\n") ==
          "test.toml:4: rule.error_action: \"bikes/7/1\" would come back to the rule itself");
    CHECK(rule_error("targets = \"stream\"\n") ==
          "test.toml:4: rule.targets: \"stream\": must be a list, such as [\"stream\", \"mqtt:<topic>\", "
          "\"file:<path>\"]");
    CHECK(rule_error("targets = [1]\n").find("test.toml:4: rule.targets: 1: must be a list") == 0);
    CHECK(rule_error("targets = []\n") == "test.toml:4: rule.targets: must be 1 to 10 targets");
    CHECK(rule_error("targets = [\"mqtt:bikes/1/2\"]\n") ==
          "test.toml:4: rule.targets: \"bikes/1/2\" would come back to the rule itself");
    CHECK(rule_error("targets = [\"file:../x\"]\n") ==
          "test.toml:4: rule.targets: \"../x\" is no path below storage.directory that a rule may write to");
    CHECK(rule_error("select = \"x\"\n").find("test.toml:4: rule.select: \"x\": must be a table of fields") == 0);
}

TEST_CASE("a wrong field of a rule is refused at its own line", "[app][config][rule]")
{
    CHECK(rule_error("[rule.select]\nname = \"x\"\ncadence = \"${rpm\"\n") ==
          "test.toml:6: rule.select.cadence: \"${\" is not closed");
    CHECK(rule_error("[rule.select]\ncadence = true\n") ==
          "test.toml:5: rule.select.cadence: true: must be text, such as \"${rpm}\", or a number");
    CHECK(rule_error("[rule.select]\ncadence = { a = 1 }\n")
              .find("test.toml:5: rule.select.cadence: a table: must be text") == 0);
    CHECK(rule_error("scale = { cadence = 0 }\n").find("test.toml:4: rule.scale.cadence: 0 is out of range") == 0);
    CHECK(rule_error("scale = [1]\n").find("test.toml:4: rule.scale: a list: must be a table of fields") == 0);
    const std::string sampled = "sample = \"1s\"\nselect = { racerId = \"${racer()}\" }\n";
    CHECK(rule_error(sampled + "racers = { a = -1 }\n").find("test.toml:6: rule.racers.a: -1 is out of range: 0 …") ==
          0);
    CHECK(rule_error(sampled) ==
          "test.toml:5: rule.select.racerId: \"${racer()}\" needs racers, such as { default = 7 }");
}

TEST_CASE("what belongs to sampled rules is refused elsewhere", "[app][config][rule]")
{
    for (const std::string line : {"device = \"${topic(2)}\"", "online = \"status\"", "fresh = \"3s\"",
                                   "counter = \"x\"", "racers = { a = 1 }"}) {
        CHECK(rule_error(line + "\n") == "test.toml:4: rule." + line.substr(0, line.find(' ')) +
                                             ": is for sampled rules: the rule must have sample, such as \"1s\"");
    }
    CHECK(rule_error("sample = \"1s\"\n").find("test.toml:1: rule.select: must name the fields") == 0);
}

TEST_CASE("a rule's name is its own", "[app][config][rule]")
{
    const auto named = [](const std::string& name) {
        return file_error("[[rule]]\nname = \"" + name + "\"\ntopic = \"x\"\n");
    };
    CHECK(named("A-z_09") == "no error");
    for (const auto& name : std::vector<std::string>{"", "default", "two words", "a/b", "..", std::string(65, 'x')}) {
        CAPTURE(name);
        CHECK(named(name).find("test.toml:2: rule.name: \"" + name +
                               "\": must be 1 to 64 letters, digits, '_' or '-', and not \"default\"") == 0);
    }
    CHECK(file_error(kHead + kHead) == "test.toml:5: rule.name: \"bikes\" is taken: each rule needs its own name");
}

TEST_CASE("a rule without a name or a topic, or written otherwise, is refused", "[app][config][rule]")
{
    CHECK(file_error("\n[[rule]]\nname = \"x\"\n") == "test.toml:2: [[rule]]: must have a name and a topic");
    CHECK(file_error("[[rule]]\ntopic = \"x\"\n") == "test.toml:1: [[rule]]: must have a name and a topic");
    CHECK(file_error("[[rule]]\nname = \"x\"\ntopic = \"a#\"\n")
              .find("test.toml:3: rule.topic: \"a#\": must be an MQTT") == 0);
    CHECK(file_error("[rule]\nname = \"x\"\n") == "test.toml:1: [rule]: must be written [[rule]]");
    CHECK(file_error("rule = 1\n") == "test.toml:1: rule: must be [[rule]] tables, each with name and topic");
    CHECK(file_error("[rules]\n").find("test.toml:1: [rules]: unknown section, did you mean \"rule\"?") == 0);
}

TEST_CASE("there may be sixty-four rules", "[app][config][rule]")
{
    std::string many;
    for (int n = 0; n < 64; ++n) {
        many += "[[rule]]\nname = \"r" + std::to_string(n) + "\"\ntopic = \"x\"\n";
    }
    CHECK(config_of(load_text(many)).rules.size() == 64);
    CHECK(file_error(many + kHead).find("test.toml:194: rule.name: there may be at most 64 rules") == 0);
}

TEST_CASE("the default rule can be switched off, and told where its failures go", "[app][config][rule]")
{
    CHECK(config_of(load_text("[mqtt]\ntopic = \"\"\n")).mqtt.topic.empty());
    CHECK(config_of(load({}, {{"ALLEYCAT_MQTT_ERROR_ACTION", "none"}})).mqtt.error_action == "none");
    CHECK(variable_error("ALLEYCAT_MQTT_ERROR_ACTION", "mqtt:") ==
          "ALLEYCAT_MQTT_ERROR_ACTION: \"mqtt:\": must be \"directory\", \"mqtt:<topic>\" or \"none\"");
    CHECK(file_error("[mqtt]\ntopic = \"gym/#\"\nerror_action = \"mqtt:gym/errors\"\n") ==
          "test.toml:3: mqtt.error_action: \"gym/errors\" would come back to the rule itself");
}

TEST_CASE("a change of the rules waits for a restart", "[app][config][rule]")
{
    auto running = config_of(load_text(kEveryKey));
    const auto wanted = config_of(load_text(kHead));
    CHECK(reload(running, wanted).ignored == std::vector<std::string>{"rule"});
    CHECK(running.rules.size() == 2);
    CHECK(reload(running, running).ignored.empty());
}
