#include "live_viewer.hpp"
#include "made_race.hpp"

#include <alleycat/serve/results_message.hpp>

using namespace alleycat;
using namespace alleycat::serve;

namespace {

std::string message(const ranking::RaceSnapshot& race, std::int64_t ms = 1620240672076)
{
    return results_message(race, std::chrono::system_clock::time_point(std::chrono::milliseconds(ms)));
}

}  // namespace

TEST_CASE("the results message is the reference's, text for text", "[serve][results]")
{
    const auto race = make_race({.rows = {row(1, 0, 115.2)}, .id = 5400802});
    CHECK(message(*race) ==
          R"({"msg":"results","classId":"1","raceId":"race-5400802","ts":"1620240672076","results":"{\"0\":115.2}"})");
}

TEST_CASE("results hold every racer's score, and may hold none", "[serve][results]")
{
    const auto empty = make_race({.id = -5, .class_id = 6});
    CHECK(message(*empty, 0) == R"({"msg":"results","classId":"6","raceId":"race--5","ts":"0","results":"{}"})");
    auto named = row(1, 7, 115.2);
    named.name = "a \"name\" is not told";
    const auto race =
        make_race({.rows = {named, row(2, 12, 98.55), row(3, 9007199254740991, 0.1 + 0.2)}, .id = -5, .class_id = 6});
    const auto text = message(*race);
    CHECK(text == R"({"msg":"results","classId":"6","raceId":"race--5","ts":"1620240672076",)"
                  R"("results":"{\"7\":115.2,\"12\":98.55,\"9007199254740991\":0.30000000000000004}"})");

    simdjson::dom::parser outer;
    const simdjson::dom::object parsed = outer.parse(text);
    const std::string inner_text{std::string_view(parsed["results"])};
    simdjson::dom::parser inner;
    const simdjson::dom::object results = inner.parse(inner_text);
    CHECK(results.size() == 3);
    CHECK(double(results["12"]) == 98.55);
}
