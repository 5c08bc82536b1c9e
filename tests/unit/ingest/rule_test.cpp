#include "rule.hpp"

#include "bike_rule.hpp"
#include "rule_elements.hpp"

#include <alleycat/core/json_number.hpp>
#include <alleycat/telemetry/record_reader.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::ingest;

namespace {

Rule::Made made_by(const RuleOptions& options, std::string payload, const std::string& topic = "bikes/7/1",
                   std::int64_t now_ms = kRaceStart + 56'500, RaceTimes race = {})
{
    const auto size = payload.size();
    payload.append(telemetry::RecordReader::kPadding, '\0');
    return Rule(options, race).apply(topic, std::string_view(payload).substr(0, size), now_ms);
}

/// The records, and behind them what failed.
std::string outcome(const Rule::Made& made)
{
    auto text = made.payload;
    for (const auto& [record, failure] : made.failed) {
        text += std::to_string(record) + " " + std::string(name(failure.code)) + " " + failure.message + "\n";
    }
    return text;
}

RuleOptions selecting(std::map<std::string, std::string> select, bool keep = false)
{
    RuleOptions options;
    options.select = std::move(select);
    options.keep = keep;
    return options;
}

}  // namespace

TEST_CASE("a bike's few fields and its topic become a whole record", "[ingest][rule]")
{
    const auto made = made_by(bikes(), R"({"rpm":80,"level":40})");
    CHECK(outcome(made) ==
          R"({"cadence":80,"classId":1,"deviceTimestamp":1620240656500,"event":"update","name":"Bike 7",)"
          R"("raceId":5400802,"racerId":7,"resistance":40,"second":57})"
          "\n");
    CHECK(made.numbers == std::vector<std::uint32_t>{0});

    std::string padded = made.payload + std::string(telemetry::RecordReader::kPadding, '\0');
    telemetry::RecordLimits limits;
    limits.classes = {ClassId{1}};
    telemetry::RecordReader reader(limits);
    reader.start(std::string_view(padded).substr(0, made.payload.size()));
    REQUIRE(reader.next() == telemetry::RecordReader::Item::Record);
    CHECK(reader.record().racer_id == RacerId{7});
    CHECK(reader.record().second == 57);
    CHECK(reader.next() == telemetry::RecordReader::Item::End);
}

TEST_CASE("each record of an array or of lines is made alone, and a bad one costs none of its neighbours",
          "[ingest][rule]")
{
    const auto rpm = selecting({{"cadence", "${rpm}"}});
    CHECK(outcome(made_by(rpm, R"([{"rpm":1},{"rpm":2}])")) == "{\"cadence\":1}\n{\"cadence\":2}\n");
    CHECK(outcome(made_by(rpm, "{\"rpm\":1}\r\n\n{\"rpm\":2}\n")) == "{\"cadence\":1}\n{\"cadence\":2}\n");
    const auto mixed = made_by(rpm, R"([{"rpm":1},5,{"level":2},{"rpm":"fast"},{"rpm":4}])");
    CHECK(outcome(mixed) ==
          "{\"cadence\":1}\n{\"cadence\":4}\n1 InvalidType record: must be a JSON object\n"
          "2 MissingField rpm: is missing\n3 InvalidType cadence: must be a number\n");
    CHECK(mixed.numbers == std::vector<std::uint32_t>{0, 4});
    const auto broken = made_by(rpm, "{\"rpm\":1\n{\"rpm\":2}\nnonsense\n{\"rpm\":4}");
    CHECK(broken.payload == "{\"cadence\":2}\n{\"cadence\":4}\n");
    CHECK(broken.numbers == std::vector<std::uint32_t>{1, 3});
    REQUIRE(broken.failed.size() == 2);
    CHECK(broken.failed[0].failure.code == Errc::InvalidJson);
    CHECK(made_by(rpm, "").payload.empty());
    CHECK(made_by(rpm, "[]").failed.empty());
}

TEST_CASE("a selected field keeps its JSON, unless the record wants a number or a text", "[ingest][rule]")
{
    const auto select = [](const std::string& field, const std::string& payload) {
        return outcome(made_by(selecting({{field, "${x}"}}), payload));
    };
    CHECK(select("zone", R"({"x":{"a":[1,2.50,"b"]}})") == "{\"zone\":{\"a\":[1,2.5,\"b\"]}}\n");
    CHECK(select("zone", R"({"x":null})") == "{\"zone\":null}\n");
    CHECK(select("zone", R"({"x":"3"})") == "{\"zone\":\"3\"}\n");
    CHECK(select("cadence", R"({"x":"80.25"})") == "{\"cadence\":80.25}\n");
    CHECK(select("cadence", R"({"x":-1.5e3})") == "{\"cadence\":-1500.0}\n");
    CHECK(select("name", R"({"x":12})") == "{\"name\":\"12\"}\n");
    CHECK(select("name", R"({"x":"say \"hi\"\n"})") == "{\"name\":\"say \\\"hi\\\"\\n\"}\n");
    CHECK(select("uuid", R"({"x":true})") == "{\"uuid\":\"true\"}\n");
    for (const auto* wrong : {"\"\"", "true", "null", "\"0x10\"", "\"1.\"", "\".5\"", "\"+1\"", "\"01\"", "\"1e\"",
                              "\" 1\"", "\"nan\"", "[1]"}) {
        CAPTURE(wrong);
        CHECK(select("second", "{\"x\":" + std::string(wrong) + "}") == "0 InvalidType second: must be a number\n");
    }
    for (const auto* right : {"0", "-0", "10", "1.50", "1e5", "1E+5", "-2.5e-3"}) {
        CAPTURE(right);
        CHECK(is_json_number(right));
    }
}

TEST_CASE("a dot leads into a member, and of two members of a name the last counts", "[ingest][rule]")
{
    const auto select = [](const std::string& payload) {
        return outcome(made_by(selecting({{"cadence", "${bike.crank.rpm}"}}), payload));
    };
    CHECK(select(R"({"bike":{"crank":{"rpm":80}}})") == "{\"cadence\":80}\n");
    CHECK(select(R"({"bike":{"crank":{"rpm":80,"rpm":81}}})") == "{\"cadence\":81}\n");
    CHECK(select(R"({"bike":{"crank":5}})") == "0 MissingField bike.crank.rpm: is missing\n");
    CHECK(select(R"({"bike":{}})") == "0 MissingField bike.crank.rpm: is missing\n");
}

TEST_CASE("only selected fields go on, or with keep the others too", "[ingest][rule]")
{
    const std::string payload = R"({"rpm":80,"note":"a\"b","cadence":1,"gear":{"n":2}})";
    CHECK(outcome(made_by(selecting({{"cadence", "${rpm}"}}), payload)) == "{\"cadence\":80}\n");
    CHECK(outcome(made_by(selecting({{"cadence", "${rpm}"}}, true), payload)) ==
          R"({"cadence":80,"rpm":80,"note":"a\"b","gear":{"n":2}})"
          "\n");
}

TEST_CASE("a scale multiplies a number, selected or kept", "[ingest][rule]")
{
    auto options = selecting({{"resistance", "${level}"}});
    options.scale = {{"resistance", 3.125}};
    CHECK(outcome(made_by(options, R"({"level":17})")) == "{\"resistance\":53.125}\n");
    CHECK(outcome(made_by(options, R"({"level":"17.00"})")) == "{\"resistance\":53.125}\n");
    CHECK(outcome(made_by(options, R"({"level":true})")) == "0 InvalidType resistance: must be a number\n");
    CHECK(outcome(made_by(options, R"({"level":1e308})")) == "0 OutOfRange resistance: is too large\n");
    options.select.clear();  // then everything is kept
    CHECK_FALSE(Rule(options, {}).passes());
    CHECK(outcome(made_by(options, R"({"resistance":16,"cadence":"x"})")) == "{\"resistance\":50,\"cadence\":\"x\"}\n");
    CHECK(outcome(made_by(options, R"({"cadence":1})")) == "{\"cadence\":1}\n");
}

TEST_CASE("a rule that selects nothing lets payloads pass", "[ingest][rule]")
{
    CHECK(Rule(RuleOptions(), {}).passes());
    CHECK_FALSE(Rule(bikes(), {}).passes());
}

TEST_CASE("between two races no record of a second is made", "[ingest][rule]")
{
    const RaceTimes short_race{60, 300};
    const auto at = [&](std::int64_t ms) {
        return made_by(bikes(), R"({"rpm":80,"level":40})", "bikes/7/1", ms, short_race);
    };
    CHECK(at(kRaceStart + 59'999).payload.find(R"("event":"final")") != std::string::npos);
    CHECK(at(kRaceStart + 60'000).payload.empty());
    CHECK(at(kRaceStart + 60'000).failed.empty());
    CHECK(at(kRaceStart + 300'000).payload.find(R"("second":1})") != std::string::npos);
    CHECK(outcome(made_by(selecting({{"cadence", "${rpm}"}}), R"({"rpm":1})", "x", kRaceStart + 60'000, short_race)) ==
          "{\"cadence\":1}\n");
}

TEST_CASE("a payload is cut into its records, however broken", "[ingest][rule]")
{
    const auto cut = [](std::string_view payload) {
        std::string all;
        RuleElements elements(payload);
        while (elements.next()) {
            all.append(elements.text()).append("|");
        }
        return all;
    };
    CHECK(cut("") == "");
    CHECK(cut(" \r\n\t") == "");
    CHECK(cut("{\"a\":1}") == "{\"a\":1}|");
    CHECK(cut("{\"a\":\n{\"b\":\"}\"}\n}\n{\"c\":1}") == "{\"a\":\n{\"b\":\"}\"}\n}|{\"c\":1}|");
    CHECK(cut("{\"a\":1}x\n2") == "{\"a\":1}x|2|");
    CHECK(cut("[1, \"a,]\" ,{\"b\":[1,2]},]\n3") == "1|\"a,]\"|{\"b\":[1,2]}|3|");
    CHECK(cut("[]\n[ ]1") == "1|");
    CHECK(cut("[[1],2]") == "[1]|2|");
    CHECK(cut("[{\"a\":1},{\"b\",{\"c\":2}]") == "{\"a\":1}|{\"b\"|{\"c\":2}|");
    CHECK(cut("[{\"a\":1},{\"b\":\"x},{\"c\":2}]") == "{\"a\":1}|{\"b\":\"x}|{\"c\":2}|");
    CHECK(cut("{\"a\"\n{\"b\":1}") == "{\"a\"|{\"b\":1}|");
    CHECK(cut("[1") == "1|");
    CHECK(cut("[\"") == "\"|");
    CHECK(cut("}\n]\n,") == "}|]|,|");
    const std::string open(200'000, '{');
    std::string lines;
    for (int n = 0; n < 100'000; ++n) {
        lines += "{\n";
    }
    CHECK(cut(open) == open + "|");  // and in no time
    CHECK(cut(lines).size() == 200'000);
    CHECK(cut("[" + lines).size() <= 200'002);
}
