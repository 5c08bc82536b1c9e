#include "rule_target.hpp"

#include "rule_files.hpp"
#include "rule_folder.hpp"

#include <alleycat/ingest/rule_options.hpp>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <fstream>

using namespace alleycat;
using namespace alleycat::ingest;

namespace {

std::string refusal(const std::string& target, const std::string& filter = "bikes/+/+")
{
    try {
        static_cast<void>(RuleTarget::parse(target, filter));
        return "none";
    } catch (const std::invalid_argument& wrong) {
        return wrong.what();
    }
}

std::string rendered(const std::string& target, const std::string& topic, const std::string& filter = "bikes/+/+")
{
    const auto place =
        RuleTarget::parse(target, filter).render(TopicScope(topic, race_moment(1'000, 300, 300)), filter);
    return place ? *place : std::string(name(static_cast<Errc>(place.error().value())));
}

std::string fault(const RuleOptions& rule)
{
    const auto found = find_fault(rule);
    return found ? found->key + ": " + found->text : "none";
}

}  // namespace

TEST_CASE("a target is the stream, a topic or a file", "[ingest][rule]")
{
    for (const auto* good : {"stream", "mqtt:gym/all", "mqtt:gym/${topic(2)}", "file:bikes.ndjson",
                             "file:bikes/${topic(2)}/${timestamp()}.ndjson"}) {
        CAPTURE(good);
        CHECK(refusal(good) == "none");
    }
    CHECK(refusal("") == "must be \"stream\", \"mqtt:<topic>\" or \"file:<path>\"");
    CHECK(refusal("Stream") == refusal(""));
    CHECK(refusal("mqtt:") == "\"\" is no MQTT topic: 1 to 65535 bytes without + and #");
    CHECK(refusal("mqtt:a/#") == "\"a/#\" is no MQTT topic: 1 to 65535 bytes without + and #");
    CHECK(refusal("mqtt:a/${rpm}").find("may hold no other placeholders than ${topic(n)}") == 0);
    CHECK(refusal("file:${second()}").find("may hold no other placeholders") == 0);
}

TEST_CASE("nothing is republished to where it came from", "[ingest][rule]")
{
    CHECK(refusal("mqtt:bikes/7/1") == "\"bikes/7/1\" would come back to the rule itself");
    CHECK(refusal("mqtt:bikes/7/1/all") == "none");
    CHECK(rendered("mqtt:all/${topic(2)}", "bikes/7/1") == "all/7");
    CHECK(rendered("mqtt:${topic(1)}/all/${topic(2)}", "bikes/7/1") == "OutOfRange");
    CHECK(rendered("mqtt:${topic(4)}", "bikes/7/1") == "MissingField");
    CHECK(rendered("mqtt:${topic(2)}", "bikes//1") == "OutOfRange");
}

TEST_CASE("a rule's file stays below the data directory, and off the daemon's own", "[ingest][rule]")
{
    for (const auto* bad : {"", "/etc/passwd", "..", "../x", "a/../../x", "a/./b", "a//b", "a/", ".hidden", "log",
                            "log/x", "history/class-1.gz", "delivery/x", "checkpoints/ranking", "rule-errors/x",
                            "alleycat.db", "alleycat.db-wal", "alleycatd.lock"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_rule_file(bad));
        CHECK(refusal("file:" + std::string(bad)) != "none");
    }
    CHECK_FALSE(is_rule_file(std::string(201, 'x')));
    CHECK_FALSE(is_rule_file(std::string("a\0b", 3)));
    CHECK(is_rule_file("logs/bikes.ndjson"));
    CHECK(rendered("file:bikes/${topic(2)}", "bikes/7/1") == "bikes/7");
    CHECK(rendered("file:bikes/${topic(2)}", "bikes/../1") == "OutOfRange");
    CHECK(rendered("file:bikes/${topic(2)}/x", "bikes//1") == "OutOfRange");
    CHECK(rendered("file:${topic(1)}/x", "log/7/1") == "OutOfRange");
}

TEST_CASE("a rule's faults are named with their key", "[ingest][rule]")
{
    RuleOptions rule;
    CHECK(fault(rule) == "none");
    rule.select["cadence"] = "${rpm";
    CHECK(fault(rule) == "select.cadence: \"${\" is not closed");
    rule.select["cadence"] = "${racer()}";
    CHECK(fault(rule).find("select.cadence: \"${racer()}\" is known in a sampled rule only") == 0);
    rule.sample.emplace();
    CHECK(fault(rule) == "select.cadence: \"${racer()}\" needs racers, such as { default = 7 }");
    rule.sample->racers["a"] = 1;
    CHECK(fault(rule) == "none");
    rule.select["name"] = "${topic(3)}";
    CHECK(fault(rule).find("select.name: a sampled record knows the levels") == 0);
    rule.select["name"] = "${topic(2)}";
    rule.keep = true;
    CHECK(fault(rule).find("keep: ") == 0);
    rule.keep = false;
    rule.sample->device = "${rpm}";
    CHECK(fault(rule) == "device: may hold no other placeholders than ${topic(n)}");
    rule.sample->device = "bike";
    CHECK(fault(rule) == "device: must hold a level of the topic, such as ${topic(2)}");
    rule.sample->device = "${topic(1)}";
    rule.select.clear();
    CHECK(fault(rule).find("select: must name the fields") == 0);
}

TEST_CASE("a rule has one to ten different targets and a place for failures", "[ingest][rule]")
{
    RuleOptions rule;
    rule.targets.clear();
    CHECK(fault(rule) == "targets: must be 1 to 10 targets");
    for (int n = 0; n < 10; ++n) {
        rule.targets.push_back("mqtt:t" + std::to_string(n));
    }
    CHECK(fault(rule) == "none");
    rule.targets.emplace_back("stream");
    CHECK(fault(rule) == "targets: must be 1 to 10 targets");
    rule.targets = {"stream", "mqtt:a", "stream"};
    CHECK(fault(rule) == "targets: \"stream\" stands there twice");
    rule.targets = {"mqtt:alleycat-publish"};
    CHECK(fault(rule) == "targets: \"alleycat-publish\" would come back to the rule itself");
    rule.targets = {"stream"};
    for (const auto* action : {"directory", "none", "mqtt:errors"}) {
        rule.error_action = action;
        CHECK(fault(rule) == "none");
    }
    rule.error_action = "mqtt:alleycat-publish";
    CHECK(fault(rule) == "error_action: \"alleycat-publish\" would come back to the rule itself");
    rule.error_action = "mqtt:${topic(1)}/+";
    CHECK(fault(rule).find("error_action: ") == 0);
    rule.error_action = "folder";
    CHECK(fault(rule) == "error_action: must be \"directory\", \"mqtt:<topic>\" or \"none\"");
    rule.error_action = "none";
    rule.keep = true;
    CHECK(fault(rule) == "keep: must be false without select: all fields stay");
}

TEST_CASE("what is appended to a rule's files stands there in order, each on lines of its own", "[ingest][rule]")
{
    const RuleFolder folder;
    RuleFiles files(folder.path());
    REQUIRE(files.append("a/b.ndjson", "one"));
    REQUIRE(files.append("a/b.ndjson", "two\n"));
    REQUIRE(files.append("c.ndjson", "three\nfour"));
    CHECK(files.dirty());
    CHECK(files.sync().empty());
    CHECK_FALSE(files.dirty());
    REQUIRE(files.append("a/b.ndjson", "five"));
    CHECK(files.sync().empty());
    CHECK(folder.read("a/b.ndjson") == "one\ntwo\nfive\n");
    CHECK(folder.read("c.ndjson") == "three\nfour\n");
}

TEST_CASE("a rule's file that is full becomes the older one", "[ingest][rule]")
{
    const RuleFolder folder;
    RuleFiles files(folder.path(), 8);
    for (const auto* text : {"1234567", "a", "1234567", "b"}) {
        REQUIRE(files.append("x", text));
        CHECK(files.sync().empty());
        if (text[1] == '\0') {
            CHECK(folder.read("x") == text + std::string("\n"));
            REQUIRE(files.append("x", "12345"));  // full again
            CHECK(files.sync().empty());
            CHECK(folder.read("x.1") == text + std::string("\n12345\n"));
        }
        CHECK_FALSE(folder.has("x"));
    }
}

TEST_CASE("a rule's file that cannot be written is an error, and no link leads elsewhere", "[ingest][rule]")
{
    const RuleFolder folder;
    folder.write("file", "");
    RuleFiles files(folder.path());
    CHECK_FALSE(files.append("file/x", "text"));
    std::filesystem::create_symlink("/dev/null", folder.path() / "link");
    CHECK_FALSE(files.append("link", "text"));
    CHECK_FALSE(files.dirty());
    for (std::size_t n = 0; n < RuleFiles::kMostFiles; ++n) {
        REQUIRE(files.append("n" + std::to_string(n), "x"));
        if (files.full()) {
            CHECK(files.sync().empty());
        }
    }
    CHECK_FALSE(files.append("one too many", "x"));
    CHECK(files.append("n0", "x"));
}
