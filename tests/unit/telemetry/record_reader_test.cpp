#include <alleycat/telemetry/record_reader.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace alleycat;
using namespace alleycat::telemetry;

namespace {

RecordLimits limits()
{
    RecordLimits result;
    result.classes = {ClassId{1}, ClassId{2}};
    return result;
}

/// One line for each item: "racer@second" of a record, "Code: message [uuid]" of a rejection.
std::vector<std::string> read(const std::string& payload, RecordReader& reader)
{
    std::string padded = payload + std::string(RecordReader::kPadding, '#');
    reader.start(std::string_view(padded).substr(0, payload.size()));
    std::vector<std::string> items;
    for (;;) {
        switch (reader.next()) {
            case RecordReader::Item::Record:
                items.push_back(std::to_string(raw(reader.record().racer_id)) + "@" +
                                std::to_string(reader.record().second));
                break;
            case RecordReader::Item::Rejection: {
                const auto& rejection = reader.rejection();
                items.push_back(std::string(name(rejection.code)) + ": " + rejection.message +
                                (rejection.uuid.empty() ? "" : " [" + rejection.uuid + "]"));
                break;
            }
            case RecordReader::Item::End:
                return items;
        }
    }
}

std::vector<std::string> read(const std::string& payload)
{
    RecordReader reader(limits());
    return read(payload, reader);
}

std::string record(int racer, int second)
{
    return R"({"uuid":"u)" + std::to_string(racer) + R"(","event":"update","deviceTimestamp":1620240672076,"second":)" +
           std::to_string(second) + R"(,"raceId":5400802,"name":"Hubert","racerId":)" + std::to_string(racer) +
           R"(,"classId":1,"cadence":80.5,"resistance":40})";
}

std::string with(const std::string& field, const std::string& value)
{
    auto text = record(7, 57);
    const auto key = "\"" + field + "\":";
    const auto from = text.find(key) + key.size();
    const auto to = text.find_first_of(",}", from);
    return text.replace(from, to - from, value);
}

std::string without(const std::string& field)
{
    auto text = record(7, 57);
    const auto from = text.find("\"" + field + "\":");
    const auto to = text.find_first_of(",}", from);
    return text[to] == ',' ? text.erase(from, to - from + 1) : text.erase(from - 1, to - from + 1);
}

using Items = std::vector<std::string>;

}  // namespace

TEST_CASE("every field of a record is read", "[telemetry]")
{
    RecordReader reader(limits());
    const std::string text =
        R"({"resistance":40.25,"name":"Zo\u00eb \"Z\"","event":"final","classId":2,"cadence":8e1,"racerId":12,)"
        R"("deviceTimestamp":1620240672076,"second":300.0,"raceId":-5,"uuid":"a-b","extra":{"a":[1,2,{"b":null}]}})";
    REQUIRE(read(text, reader) == Items{"12@300"});
    const std::string padded = text + std::string(RecordReader::kPadding, '\0');
    reader.start(std::string_view(padded).substr(0, text.size()));
    REQUIRE(reader.next() == RecordReader::Item::Record);
    const auto& got = reader.record();
    CHECK(got.event == Event::Final);
    CHECK(got.device_timestamp_ms == 1620240672076);
    CHECK(got.second == 300);
    CHECK(got.race_id == RaceId{-5});
    CHECK(got.racer_id == RacerId{12});
    CHECK(got.class_id == ClassId{2});
    CHECK(got.cadence == 80);
    CHECK(got.resistance == 40.25);
    CHECK(got.name == "Zo\xC3\xAB \"Z\"");
    CHECK(got.uuid == "a-b");
    CHECK(reader.record_text() == text);
}

TEST_CASE("the output formula is the reference's", "[telemetry]")
{
    CHECK(output(0, 0) == 22.75);
    CHECK(output(85, 31) == 115.2);
    CHECK(output(250, 100) == 470.25);
}

TEST_CASE("a payload is a record, an array, lines, or a mixture", "[telemetry]")
{
    const auto a = record(1, 1);
    const auto b = record(2, 2);
    CHECK(read("").empty());
    CHECK(read(" \r\n\t\n").empty());
    CHECK(read("[]").empty());
    CHECK(read("[ ]\n[]").empty());
    CHECK(read(a) == Items{"1@1"});
    CHECK(read(a + "\n") == Items{"1@1"});
    CHECK(read(a + "\r\n\r\n" + b) == Items{"1@1", "2@2"});
    CHECK(read("[" + a + "]") == Items{"1@1"});
    CHECK(read(" [ " + a + " ,\n " + b + " ] \n") == Items{"1@1", "2@2"});
    CHECK(read("[" + a + "]\n" + b + "\n[" + b + "," + a + "]") == Items{"1@1", "2@2", "2@2", "1@1"});
}

TEST_CASE("a record may be printed over several lines", "[telemetry]")
{
    std::string spread = record(1, 1);
    for (std::size_t at = 0; (at = spread.find_first_of(",{", at)) != std::string::npos; at += 3) {
        spread.insert(at + 1, "\n  ");
    }
    CHECK(read(spread) == Items{"1@1"});
    CHECK(read(spread + "\n" + spread + "\n" + record(2, 2)) == Items{"1@1", "1@1", "2@2"});
    CHECK(read("[" + spread + ",\n" + spread + "]") == Items{"1@1", "1@1"});
}

TEST_CASE("a wrong field is refused with its name and what is allowed", "[telemetry]")
{
    CHECK(read(without("cadence")) ==
          Items{"MissingField: cadence: is missing; it must be a number from 0 to 250 [u7]"});
    CHECK(read(without("uuid")) == Items{"7@57"});
    for (const std::string field :
         {"event", "deviceTimestamp", "second", "raceId", "name", "racerId", "classId", "cadence", "resistance"}) {
        CAPTURE(field);
        CHECK(read(without(field)).at(0).rfind("MissingField: " + field + ": ", 0) == 0);
        CHECK(read(with(field, "[1]")).at(0).rfind("InvalidType: " + field + ": ", 0) == 0);
        CHECK(read(with(field, "null")).at(0).rfind("InvalidType: " + field + ": ", 0) == 0);
    }
    CHECK(read(with("uuid", "null")) == Items{"7@57"});
    CHECK(read(with("uuid", "7")) == Items{"InvalidType: uuid: must be a string of at most 256 bytes"});
    CHECK(read(with("cadence", "\"80\"")) == Items{"InvalidType: cadence: must be a number from 0 to 250 [u7]"});
    CHECK(read(with("second", "57.5")) == Items{"InvalidType: second: must be a whole number from 1 to 300 [u7]"});
    CHECK(read(with("event", "\"stop\"")) == Items{"OutOfRange: event: must be \"update\" or \"final\" [u7]"});
    CHECK(read(with("classId", "3")) == Items{"OutOfRange: classId: must be one of the classes 1, 2 [u7]"});
    CHECK(read(with("racerId", "-1")) ==
          Items{"OutOfRange: racerId: must be a whole number from 0 to 9007199254740991 [u7]"});
}

TEST_CASE("ranges are inclusive", "[telemetry]")
{
    for (const auto& [field, good, bad] : std::vector<std::tuple<std::string, Items, Items>>{
             {"second", {"1", "300", "3e2"}, {"0", "301", "-1", "1e300", "99999999999999999999"}},
             {"cadence", {"0", "250", "250.0"}, {"-0.001", "250.001", "1e308"}},
             {"resistance", {"0", "100"}, {"-1", "100.1"}},
             {"racerId", {"0", "9007199254740991"}, {"9007199254740992", "18446744073709551615"}},
             {"name", {"\"\"", '"' + std::string(64, 'x') + '"'}, {'"' + std::string(65, 'x') + '"'}}}) {
        for (const auto& value : good) {
            CAPTURE(field, value);
            CHECK(read(with(field, value)).at(0).find('@') != std::string::npos);
        }
        for (const auto& value : bad) {
            CAPTURE(field, value);
            CHECK(read(with(field, value)).at(0).rfind("OutOfRange: " + field, 0) == 0);
        }
    }
}

TEST_CASE("a name is measured in characters, not bytes", "[telemetry]")
{
    std::string name;
    for (int i = 0; i < 64; ++i) {
        name += "\xE2\x82\xAC";
    }
    CHECK(read(with("name", '"' + name + '"')) == Items{"7@57"});
    CHECK(read(with("name", '"' + name + "x\"")).at(0).rfind("OutOfRange: name", 0) == 0);
}

TEST_CASE("the last of a repeated field counts", "[telemetry]")
{
    auto text = record(7, 57);
    CHECK(read(text.substr(0, text.size() - 1) + R"(,"second":58})") == Items{"7@58"});
    CHECK(read(R"({"second":"x",)" + text.substr(1)) == Items{"7@57"});
    CHECK(read(text.substr(0, text.size() - 1) + R"(,"second":"x"})").at(0).rfind("InvalidType: second", 0) == 0);
}

TEST_CASE("a key may be written with escapes", "[telemetry]")
{
    auto text = record(7, 57);
    text.replace(text.find("\"second\""), 8, R"("\u0073econd")");
    CHECK(read(text) == Items{"7@57"});
}

TEST_CASE("what is not JSON is refused, in every position of a record", "[telemetry]")
{
    const auto good = record(7, 57);
    for (std::size_t cut = 1; cut < good.size(); ++cut) {
        CAPTURE(cut);
        const auto items = read(good.substr(0, cut) + "\n" + record(8, 1));
        REQUIRE(items.size() == 2);
        CHECK(items[0].rfind("InvalidJson: ", 0) == 0);
        CHECK(items[1] == "8@1");
    }
    for (const std::string junk : {"x", "{]", "{\"a\"}", "nul", "\"open", "{\"uuid\":\"\xff\"}", "{\"a\":tru}",
                                   "{\"a\":[1,]}", "{\"a\":01}", "{\"a\":1.}", "{'a':1}", "{\"a\":\"\\x\"}", "{,}"}) {
        CAPTURE(junk);
        CHECK(read(junk).at(0).rfind("InvalidJson: ", 0) == 0);
        CHECK(read(good + "\n" + junk + "\n" + good).size() == 3);
    }
    CHECK(read(good + " x").at(0).rfind("InvalidJson: ", 0) == 0);
    CHECK(read(good + good).at(0).rfind("InvalidJson: ", 0) == 0);
    CHECK(read("5\n\"x\"\nnull\n") == Items(3, "InvalidType: record: must be a JSON object"));
    CHECK(read("[5,\"x\",null,[]]").size() == 4);
}

TEST_CASE("what begins like null, true or false and is not is no JSON, wherever it stands", "[telemetry]")
{
    for (const std::string word : {"nul1", "nulll", "n", "tru", "truee", "fals", "f"}) {
        CAPTURE(word);
        for (const std::string field : {"uuid", "second", "name", "cadence"}) {
            CHECK(read(with(field, word)).at(0).rfind("InvalidJson: ", 0) == 0);
        }
        CHECK(read(word).at(0).rfind("InvalidJson: ", 0) == 0);
        CHECK(read("[" + word + "," + record(1, 1) + "]").back() == "1@1");
        CHECK(read("{\"a\":[" + word + "]}").at(0).rfind("InvalidJson: ", 0) == 0);
    }
}

TEST_CASE("commas without elements between them are no records", "[telemetry]")
{
    CHECK(read("[,]").empty());
    CHECK(read("[" + record(1, 1) + ",, ," + record(2, 2) + "]") == Items{"1@1", "2@2"});
}

TEST_CASE("a broken element of an array costs its neighbours nothing", "[telemetry]")
{
    const auto a = record(1, 1);
    const auto b = record(2, 2);
    for (const std::string broken : {R"({"event":,})", R"({"event":"update")", R"({"name":"Hub,"second":1})", "}", "{",
                                     "x y", R"({"uuid":"\ud800"})", "{\"uuid\":\"\xff\"}", R"({"a":tru})", "\"open"}) {
        CAPTURE(broken);
        for (const auto& payload :
             {"[" + a + "," + broken + "," + b + "]", "[" + a + ",\n" + broken + " ,\n " + b + "]",
              "[]\n[" + a + "," + broken + "," + b + "]"}) {
            const auto items = read(payload);
            CAPTURE(items, payload);
            REQUIRE(items.size() == 3);
            CHECK(items[0] == "1@1");
            CHECK(items[1].rfind("InvalidJson: ", 0) == 0);
            CHECK(items[2] == "2@2");
        }
    }
}

TEST_CASE("a wrong element of an array is one rejection", "[telemetry]")
{
    const auto a = record(1, 1);
    CHECK(read("[" + a + "," + with("cadence", "999") + "," + a + "]") ==
          Items{"1@1", "OutOfRange: cadence: must be a number from 0 to 250 [u7]", "1@1"});
    CHECK(read("[" + a + ",7," + a + "]") == Items{"1@1", "InvalidType: record: must be a JSON object", "1@1"});
}

TEST_CASE("an array that is never closed still gives its records", "[telemetry]")
{
    const auto a = record(1, 1);
    CHECK(read("[" + a + "," + a) == Items{"1@1", "1@1"});
    CHECK(read("[" + a + ",") == Items{"1@1"});
}

TEST_CASE("a record above its size is refused unread", "[telemetry]")
{
    const std::string big = R"({"uuid":"u","x":")" + std::string(16 * 1024, 'x') + "\"}";
    const std::string refused = "TooLarge: record: must be at most 16384 bytes";
    CHECK(read(big + "\n" + record(1, 1)) == Items{refused, "1@1"});
    CHECK(read("[" + record(1, 1) + "," + big + "," + record(2, 2) + "]") == Items{"1@1", refused, "2@2"});
    const auto spaced = "[" + record(1, 1) + std::string(20000, ' ') + "," + record(2, 2) + "]";
    CHECK(read(spaced) == Items{"1@1", "2@2"});
}

TEST_CASE("deep nesting is refused", "[telemetry]")
{
    auto nested = [](std::size_t depth) {
        auto text = record(7, 57);
        return text.substr(0, text.size() - 1) + ",\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    CHECK(read(nested(10)) == Items{"7@57"});
    CHECK(read(nested(100)).at(0).rfind("InvalidJson: ", 0) == 0);
    CHECK(read(nested(5000)).at(0).rfind("InvalidJson: ", 0) == 0);
    CHECK(read("[" + nested(5000) + "," + record(1, 1) + "]").back() == "1@1");
}

TEST_CASE("junk is read in linear time", "[telemetry]")
{
    // Each of these would take minutes if a scan were repeated for each of its lines or elements.
    const std::size_t size = 1 << 20;
    for (const std::string unit : {"{\n", "[", "[]\n", "{\"a\":[", "[{,", "\"\n", "[\"\n", ",{"}) {
        CAPTURE(unit);
        std::string payload;
        while (payload.size() < size) {
            payload += unit;
        }
        CHECK(read(payload).size() <= size);
    }
}

TEST_CASE("what is left of a payload is a payload", "[telemetry]")
{
    RecordReader reader(limits());
    for (const auto& payload : {record(1, 1) + "\n" + record(2, 2) + "\nx\n" + record(3, 3),
                                "[" + record(1, 1) + "," + record(2, 2) + ",x," + record(3, 3) + "]\n" + record(4, 4),
                                "[" + record(1, 1) + "]\n[" + record(2, 2) + ",{]"}) {
        CAPTURE(payload);
        const auto whole = read(payload);
        for (std::size_t skipped = 0; skipped < whole.size(); ++skipped) {
            const auto padded = payload + std::string(RecordReader::kPadding, ' ');
            reader.start(std::string_view(padded).substr(0, payload.size()));
            for (std::size_t at = 0; at <= skipped; ++at) {
                static_cast<void>(reader.next());
            }
            CHECK(read(reader.rest()) == Items(whole.begin() + static_cast<std::ptrdiff_t>(skipped), whole.end()));
        }
    }
}

TEST_CASE("a text that must be one record is that record, or one rejection", "[telemetry]")
{
    RecordReader reader(limits());
    const auto read_one = [&reader](const std::string& text) {
        const std::string padded = text + std::string(RecordReader::kPadding, '#');
        const auto item = reader.read_one(std::string_view(padded).substr(0, text.size()));
        return item == RecordReader::Item::Record ? std::to_string(raw(reader.record().racer_id))
                                                  : std::string(name(reader.rejection().code));
    };
    CHECK(read_one(record(7, 1)) == "7");
    CHECK(read_one(" \r\n\t" + record(8, 1) + " \n\n") == "8");
    for (const auto& text :
         {std::string(), std::string(" \n"), "[" + record(7, 1) + "]", record(7, 1) + record(7, 2),
          record(7, 1) + "\n" + record(7, 2), record(7, 1) + "x", "x" + record(7, 1), std::string("{}{}"),
          record(7, 1) + "\n" + without("second"), std::string("[]"), std::string("7"), std::string("[[")}) {
        CAPTURE(text);
        CHECK(read_one(text) != "7");
    }
    CHECK(read_one("") == "InvalidJson");
    CHECK(read_one(without("second")) == "MissingField");
    CHECK(read_one(record(9, 1)) == "9");  // none of that stays
}

TEST_CASE("a number in a field that nobody asked for may be of any size, but must be a number", "[telemetry]")
{
    const auto extended = [](const std::string& value) {
        auto text = record(7, 57);
        text.pop_back();
        return text + ",\"more\":" + value + "}";
    };
    for (const std::string value : {"12345678901234567890123", "18446744073709551616", "-99999999999999999999", "1e400",
                                    "[1E+400, 0.5 ,-0]", "{\"a\":1e-999}", "0", "-0.0e0"}) {
        CAPTURE(value);
        CHECK(read(extended(value)) == Items{"7@57"});
    }
    for (const std::string value : {"01", "-", "1.", ".5", "1e", "1e+", "--1", "1x", "0x10", "1 2", "+1", "[1e]"}) {
        CAPTURE(value);
        const auto items = read(extended(value));
        REQUIRE(items.size() == 1);
        CHECK(items[0].starts_with("InvalidJson"));
    }
}
