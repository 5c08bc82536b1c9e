#include "rule_template.hpp"

#include "bike_rule.hpp"
#include "rule_topic.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <stdexcept>

using namespace alleycat;
using namespace alleycat::ingest;

namespace {

class Fields final : public RuleScope {
public:
    using RuleScope::RuleScope;
    std::optional<RuleValue> field(std::string_view name) const override
    {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    }

    std::map<std::string, RuleValue, std::less<>> values{{"rpm", {"80.5", false}}, {"who", {"Zo\xC3\xAB", true}}};
};

RuleValue render(std::string_view text, std::int64_t now_ms = kRaceStart + 56'999)
{
    Fields fields("bikes/7//x", race_moment(now_ms, 300, 300));
    fields.racer = 12;
    RuleValue value;
    const auto failure = RuleTemplate(text).render(fields, value);
    return failure ? RuleValue{std::string(name(failure->code)) + " " + failure->message, false} : value;
}

}  // namespace

TEST_CASE("a placeholder stands for what it names", "[ingest][rule]")
{
    CHECK(render("${topic(1)}-${topic(2)}-${topic(3)}-${topic(4)}").text == "bikes-7--x");
    CHECK(render("${timestamp()}").text == std::to_string(kRaceStart + 56'999));
    CHECK(render("${clientid()}").text == "n/a");
    CHECK(render("${race()}").text == "5400802");
    CHECK(render("${second()}").text == "57");
    CHECK(render("${racer()}").text == "12");
    CHECK(render("${who} at ${rpm}").text == "Zo\xC3\xAB at 80.5");
    CHECK(render("").text.empty());
    CHECK(render("$ {} }$").text == "$ {} }$");
}

TEST_CASE("a field alone keeps its type, and anything else is a string", "[ingest][rule]")
{
    CHECK_FALSE(render("${rpm}").is_string);
    CHECK(render("${who}").is_string);
    CHECK(render("${rpm} ").is_string);
    CHECK(render("${second()}").is_string);
}

TEST_CASE("what is not there fails, naming it", "[ingest][rule]")
{
    CHECK(render("${level}").text == "MissingField level: is missing");
    CHECK(render("x${level}").text == "MissingField level: is missing");
    CHECK(render("${topic(5)}").text == "MissingField topic(5): the topic has no such level");
}

TEST_CASE("the last second of a race is final", "[ingest][rule]")
{
    CHECK(render("${event()}", kRaceStart).text == "update");
    CHECK(render("${second()}", kRaceStart).text == "1");
    CHECK(render("${event()}", kRaceStart + 298'999).text == "update");
    CHECK(render("${event()}", kRaceStart + 299'000).text == "final");
    CHECK(render("${second()}", kRaceStart + 299'999).text == "300");
    CHECK(render("${race()}", kRaceStart + 300'000).text == "5400803");
    CHECK(race_moment(kRaceStart + 59'000, 300, 60).runs());
    CHECK_FALSE(race_moment(kRaceStart + 60'000, 300, 60).runs());
}

TEST_CASE("a template that cannot be says why", "[ingest][rule]")
{
    CHECK_THROWS_WITH(RuleTemplate("${rpm"), Catch::Contains("is not closed"));
    for (const std::string name : {"", "topic()", "topic(0)", "topic(x)", "timestamp(1)", "now()", ")"}) {
        CAPTURE(name);
        CHECK_THROWS_WITH(RuleTemplate("${" + name + "}"),
                          Catch::Contains("\"${" + name + "}\" is neither a field nor one of ${topic(n)}"));
    }
    CHECK_THROWS_AS(RuleTemplate(std::string(1'025, 'x')), std::invalid_argument);
    CHECK_NOTHROW(RuleTemplate(std::string(1'024, 'x')));
}

TEST_CASE("a topic matches a filter as MQTT says", "[ingest][rule]")
{
    struct Row {
        std::string filter;
        std::string topic;
        bool matched;
    };
    for (const auto& [filter, topic, matched] : std::vector<Row>{{"a/b", "a/b", true},
                                                                 {"a/b", "a/b/c", false},
                                                                 {"a/b/c", "a/b", false},
                                                                 {"a/+", "a/b", true},
                                                                 {"a/+", "a/", true},
                                                                 {"a/+", "a", false},
                                                                 {"+/+", "/b", true},
                                                                 {"+", "/b", false},
                                                                 {"a/#", "a/b/c", true},
                                                                 {"a/#", "a", true},
                                                                 {"a/#", "ab", false},
                                                                 {"#", "a/b", true},
                                                                 {"#", "$SYS/x", false},
                                                                 {"+/x", "$SYS/x", false},
                                                                 {"$SYS/#", "$SYS/x", true},
                                                                 {"a/+/c", "a/b/d", false}}) {
        CAPTURE(filter, topic);
        CHECK(matches(filter, topic) == matched);
    }
}

TEST_CASE("what stands below a level is the rest of the topic", "[ingest][rule]")
{
    CHECK(below("QZ/default/workout/watts", 2) == "workout/watts");
    CHECK(below("QZ/default", 2).empty());
    CHECK(below("QZ", 2).empty());
    CHECK(below("QZ/default/", 2).empty());
    CHECK_FALSE(is_publishable(""));
    CHECK_FALSE(is_publishable("a/+"));
    CHECK_FALSE(is_publishable(std::string("a\0b", 3)));
    CHECK_FALSE(is_publishable(std::string(65'536, 'x')));
    CHECK(is_publishable(std::string(65'535, 'x')));
}
