#include "ride_builder.hpp"

#include "archive_fixture.hpp"

#include <random>

namespace alleycat::archive {

namespace {

Ride from_log(const std::vector<std::string>& records)
{
    RideBuilder ride(kQuery, record_limits());
    for (const auto& record : records) {
        ride.take_logged(record, kStart + 5);
    }
    return ride.finish();
}

Ride from_object(const std::vector<std::string>& lines)
{
    std::string text;
    for (const auto& line : lines) {
        text += line + "\n";
    }
    const auto size = text.size();
    text.append(telemetry::RecordReader::kPadding, '\0');
    RideBuilder ride(kQuery, record_limits());
    ride.take_delivered(std::string_view(text).substr(0, size));
    return ride.finish();
}

}  // namespace

TEST_CASE("a ride has the seconds of its racer in its race and class, in order", "[archive][ride]")
{
    const std::vector<std::string> records{
        RecordText{.second = 3, .cadence = 90.5, .name = "Hubert II", .event = "final"},
        RecordText{.second = 1, .more = R"(,"watts":201.5)"},
        RecordText{.racer = 77},
        RecordText{.racer = 8, .more = R"(,"rival":{"racerId":7})"},
        RecordText{.race = kRace + 1},
        RecordText{.class_id = 2},
        R"({"racerId":7,"second":2})",
        "junk \"racerId\":7",
    };
    const auto ride = from_log(records);
    CHECK(ride.racer_id == RacerId{7});
    CHECK(ride.class_id == ClassId{1});
    CHECK(ride.race_id == RaceId{kRace});
    CHECK(ride.name == "Hubert II");
    CHECK_FALSE(ride.partial);
    REQUIRE(ride.seconds.size() == 2);
    CHECK(ride.seconds[0] == RideSecond{1, kStart + 1'000, kStart + 5, 80, 50, 132.25, 201.5});
    CHECK(ride.seconds[1] == RideSecond{3, kStart + 3'000, kStart + 5, 90.5, 50, 144.325, std::nullopt});
    auto delivered = from_object(records);
    REQUIRE(delivered.seconds.size() == 2);
    CHECK(delivered.seconds[0].arrival_ms == std::nullopt);
    CHECK(delivered.seconds[0].watts == 201.5);
}

TEST_CASE("of a second that came more than once the higher output counts, the first of equal ones", "[archive][ride]")
{
    const auto ride = from_log({RecordText{.cadence = 80, .more = R"(,"watts":1)"},
                                RecordText{.cadence = 90, .more = R"(,"watts":2)"},
                                RecordText{.cadence = 90, .more = R"(,"watts":3)"}, RecordText{.cadence = 70}});
    REQUIRE(ride.seconds.size() == 1);
    CHECK(ride.seconds[0].cadence == 90);
    CHECK(ride.seconds[0].watts == 2);
}

TEST_CASE("an object says what output a record has, a bike does not", "[archive][ride]")
{
    const std::string record = RecordText{.more = R"(,"output":7.25)"};
    CHECK(from_object({record}).seconds.at(0).output == 7.25);
    CHECK(from_log({record}).seconds.at(0).output == 132.25);
    CHECK(from_object({RecordText{}}).seconds.at(0).output == 132.25);
}

TEST_CASE("watts count where they are a number", "[archive][ride]")
{
    const auto watts = [](const std::string& more) { return from_log({RecordText{.more = more}}).seconds.at(0).watts; };
    CHECK(watts(R"(,"watts":0)") == 0);
    CHECK(watts(R"(,"watts":-1.5e2)") == -150);
    CHECK(watts(R"(,"watts":1,"watts":2)") == 2);
    CHECK(watts(R"(,"w\u0061tts":3)") == 3);
    CHECK(watts(R"(,"watts":"250")") == std::nullopt);
    CHECK(watts(R"(,"watts":null)") == std::nullopt);
    CHECK(watts(R"(,"bike":{"watts":1})") == std::nullopt);
    CHECK(watts("") == std::nullopt);
}

TEST_CASE("a ride is complete with its last second and all before", "[archive][ride]")
{
    RideBuilder ride(kQuery, record_limits());
    ride.take_logged(std::string(RecordText{.second = 1}), kStart);
    CHECK_FALSE(ride.complete());
    ride.take_logged(std::string(RecordText{.second = 3, .event = "final"}), kStart);
    CHECK_FALSE(ride.complete());
    ride.take_logged(std::string(RecordText{.second = 2}), kStart);
    CHECK(ride.complete());
}

TEST_CASE("a search through lines finds each record of the racer, however it is written", "[archive][search]")
{
    const auto seed = GENERATE(1U, 2U, 3U);
    std::mt19937 random(seed);
    const RacerSearch search(RacerId{7});
    const std::string theirs[] = {RecordText{}, R"({"racer\u0049d":7})", R"({"racerId" : 7.0})",
                                  R"({"racerId":70e-1})"};
    const std::string others[] = {RecordText{.racer = 77}, RecordText{.racer = 8}, "", "7", R"({"racerId":)"};
    for (int round = 0; round < 200; ++round) {
        std::string lines;
        std::vector<std::string> expected;
        const bool escapes = random() % 2 == 0;
        for (auto count = random() % 12; count > 0; --count) {
            if (random() % 3 == 0) {
                const auto kind = random() % 4;
                expected.push_back(theirs[kind == 1 && !escapes ? 0 : kind]);
                lines += expected.back() + "\n";
            } else {
                lines += others[random() % 5] + "\n";
            }
        }
        if (random() % 2 == 0 && !lines.empty()) {
            lines.pop_back();
        }
        std::vector<std::string> found;
        search.for_each_line(lines, [&](std::string_view line) {
            found.emplace_back(line);
            return true;
        });
        REQUIRE(found == expected);
        REQUIRE((search.names(lines) || expected.empty()));
    }
}

}  // namespace alleycat::archive
