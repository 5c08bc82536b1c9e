#include <alleycat/stream/partition_key.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <stdexcept>
#include <string>

using namespace alleycat;
using namespace alleycat::stream;

namespace {

telemetry::Record sent_record(std::string_view uuid = "u-1")
{
    telemetry::Record made;
    made.racer_id = RacerId{9007199254740991};
    made.class_id = ClassId{6};
    made.race_id = RaceId{-5};
    made.second = 42;
    made.name = "Hubert";
    made.uuid = uuid;
    return made;
}

std::string render(std::string_view text, const telemetry::Record& of = sent_record(),
                   std::int64_t arrival_ms = 1620240672076)
{
    PartitionKeyTemplate key(text);
    return std::string(key.render(of, {arrival_ms, "gym/7//bike", "client-1"}));
}

std::size_t characters(std::string_view utf8)
{
    std::size_t count = 0;
    for (const char byte : utf8) {
        count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("each variable of a partition key stands for its part of the record", "[stream][partition_key]")
{
    CHECK(render("${racerId}") == "9007199254740991");
    CHECK(render("${classId}") == "6");
    CHECK(render("${raceId}") == "-5");
    CHECK(render("${second}") == "42");
    CHECK(render("${name}") == "Hubert");
    CHECK(render("${uuid}") == "u-1");
    CHECK(render("${clientid()}") == "client-1");
    CHECK(render("${timestamp()}") == "1620240672076");
    CHECK(render("${timestamp()}", sent_record(), -1) == "-1");
}

TEST_CASE("a level of the topic stands in a key, and one that there is not leaves nothing", "[stream][partition_key]")
{
    CHECK(render("${topic(1)}") == "gym");
    CHECK(render("${topic(2)}.${topic(4)}") == "7.bike");
    CHECK(render("<${topic(3)}${topic(5)}${topic(65535)}>") == "<>");
    CHECK(topic_level("", 1) == "");
    CHECK(topic_level("a/", 2) == "");
    CHECK_FALSE(topic_level("a", 2));
    CHECK_FALSE(topic_level("a", 0));
}

TEST_CASE("a key that would be empty is the racer's id", "[stream][partition_key]")
{
    CHECK(render("${topic(5)}") == "9007199254740991");
    PartitionKeyTemplate key("${topic(1)}${clientid()}");
    CHECK(key.render(sent_record(), {}) == "9007199254740991");  // by a door without topics
    auto nameless = sent_record();
    nameless.name = "";
    CHECK(render("${name}", nameless) == "9007199254740991");
}

TEST_CASE("text and variables mix as they stand", "[stream][partition_key]")
{
    CHECK(render("bike") == "bike");
    CHECK(render("class-${classId}/racer-${racerId}!") == "class-6/racer-9007199254740991!");
    CHECK(render("${classId}${classId}") == "66");
    CHECK(render("$") == "$");
    CHECK(render("$racerId {classId} }{ $$${classId}") == "$racerId {classId} }{ $$6");
    CHECK(render("Zo\xC3\xAB-${classId}") == "Zo\xC3\xAB-6");
}

TEST_CASE("a random key is another one each time, and one template's differ from another's", "[stream][partition_key]")
{
    PartitionKeyTemplate first("${random()}");
    PartitionKeyTemplate second("${random()}");
    std::set<std::string> keys;
    for (int n = 0; n < 500; ++n) {
        keys.emplace(first.render(sent_record(), {}));
        keys.emplace(second.render(sent_record(), {}));
    }
    CHECK(keys.size() == 1'000);
    for (const auto& key : keys) {
        CHECK(key.find_first_not_of("0123456789") == std::string::npos);
    }
}

TEST_CASE("a record without a uuid takes its racer's id for it", "[stream][partition_key]")
{
    CHECK(render("${uuid}", sent_record("")) == "9007199254740991");
    CHECK(render("x${uuid}y", sent_record("")) == "x9007199254740991y");
}

TEST_CASE("a template renders record after record", "[stream][partition_key]")
{
    PartitionKeyTemplate key("${uuid}");
    CHECK(key.render(sent_record("first"), {}) == "first");
    CHECK(key.render(sent_record("2"), {}) == "2");
    CHECK(key.render(sent_record(""), {}) == "9007199254740991");
}

TEST_CASE("a key ends after 256 characters, never within one", "[stream][partition_key]")
{
    const std::string ascii(256, 'u');
    CHECK(render("${uuid}", sent_record(ascii)) == ascii);
    CHECK(render("x${uuid}", sent_record(ascii)) == "x" + ascii.substr(1));

    std::string wide;
    for (int n = 0; n < 85; ++n) {
        wide += "\xE2\x82\xAC";  // three bytes, one character
    }
    const auto key = render("${uuid}${uuid}${uuid}${uuid}", sent_record(wide));
    CHECK(characters(key) == 256);
    CHECK(key.size() == 3 * 256);
    CHECK(key == wide + wide + wide + "\xE2\x82\xAC");
    CHECK(render("${uuid}${uuid}${uuid}", sent_record(wide)) == wide + wide + wide);
}

TEST_CASE("a wrong template says what is allowed", "[stream][partition_key]")
{
    CHECK_THROWS_AS(PartitionKeyTemplate(""), std::invalid_argument);
    CHECK_THROWS_WITH(PartitionKeyTemplate(""), "must be 1 to 128 bytes");
    CHECK_THROWS_WITH(PartitionKeyTemplate(std::string(129, 'x')), "must be 1 to 128 bytes");
    CHECK_NOTHROW(PartitionKeyTemplate(std::string(128, 'x')));
    CHECK_THROWS_WITH(PartitionKeyTemplate("${racerId"), Catch::Contains("is not closed"));
    CHECK_THROWS_WITH(PartitionKeyTemplate("a${"), Catch::Contains("is not closed"));
    for (const std::string name :
         {"", "raceid", "RacerId", "timestamp", "random", " racerId", "racerId ", "${racerId", "topic", "topic()",
          "topic(0)", "topic(-1)", "topic(1", "topic(x)", "topic(1)x", "topic(65536)"}) {
        CAPTURE(name);
        CHECK_THROWS_WITH(
            PartitionKeyTemplate("x${" + name + "}"),
            Catch::Contains("\"${" + name + "}\"") && Catch::Contains(std::string(PartitionKeyTemplate::kAllowed)));
    }
}
