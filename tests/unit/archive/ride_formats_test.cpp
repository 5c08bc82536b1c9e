#include "archive_fixture.hpp"

#include <alleycat/archive/ride_formats.hpp>

#include <limits>

namespace alleycat::archive {

namespace {

constexpr std::int64_t kTime = 1'620'240'672'076;  // 2021-05-05 18:51:12.076 UTC

Ride ride_of(std::vector<RideSecond> seconds, std::string name = "Hubert")
{
    return {RacerId{7}, ClassId{1}, RaceId{5'400'800}, std::move(name), std::move(seconds), false};
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a ride as CSV has a line a second, ended as the RFC wants it", "[archive][formats]")
{
    const auto ride = ride_of({{1, kTime, kTime + 9, 80, 50.5, 132.825, std::nullopt},
                               {3, kTime + 2'000, std::nullopt, 80.25, 0, 74.9, 201.5}});
    CHECK(ride_csv(ride) ==
          "second,time,cadence,resistance,output,watts\r\n"
          "1,2021-05-05T18:51:12.076Z,80,50.5,132.825,\r\n"
          "3,2021-05-05T18:51:14.076Z,80.25,0,74.9,201.5\r\n");
    CHECK(ride_csv(ride_of({})) == "second,time,cadence,resistance,output,watts\r\n");
}

TEST_CASE("a bike's clock may say anything, and what is printed is a time", "[archive][formats]")
{
    const auto line = [](std::int64_t time) {
        const auto text = ride_csv(ride_of({{1, time, std::nullopt, 0, 0, 22.75, std::nullopt}}));
        return text.substr(text.find("\r\n1,") + 4, 24);
    };
    CHECK(line(0) == "1970-01-01T00:00:00.000Z");
    CHECK(line(-1) == "1969-12-31T23:59:59.999Z");
    CHECK(line(951'782'399'999) == "2000-02-28T23:59:59.999Z");
    CHECK(line(951'782'400'000) == "2000-02-29T00:00:00.000Z");
    CHECK(line(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(line(std::numeric_limits<std::int64_t>::min()) == "0001-01-01T00:00:00.000Z");
}

TEST_CASE("a ride as TCX is one activity of one lap, in the order of the schema", "[archive][formats]")
{
    const auto ride = ride_of({{2, kTime, kTime + 9, 80.5, 50.5, 132.825, std::nullopt},
                               {4, kTime + 2'000, std::nullopt, 300, 0, 74.9, 201.5}});
    CHECK(ride_tcx(ride) ==
          R"(<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" )"
          R"(xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2" xmlns:alleycat="urn:alleycat:ride:1">
<Activities><Activity Sport="Biking"><Id>2021-05-05T18:51:12.076Z</Id>
<Lap StartTime="2021-05-05T18:51:12.076Z"><TotalTimeSeconds>3</TotalTimeSeconds><DistanceMeters>0</DistanceMeters>)"
          R"(<Calories>0</Calories><Intensity>Active</Intensity><TriggerMethod>Manual</TriggerMethod>
<Track>
<Trackpoint><Time>2021-05-05T18:51:12.076Z</Time><Cadence>81</Cadence><Extensions>)"
          R"(<alleycat:Second Number="2"><alleycat:Output>132.825</alleycat:Output>)"
          R"(<alleycat:Resistance>50.5</alleycat:Resistance></alleycat:Second></Extensions></Trackpoint>
<Trackpoint><Time>2021-05-05T18:51:14.076Z</Time><Cadence>254</Cadence><Extensions>)"
          R"(<ns3:TPX><ns3:Watts>202</ns3:Watts></ns3:TPX>)"
          R"(<alleycat:Second Number="4"><alleycat:Output>74.9</alleycat:Output>)"
          R"(<alleycat:Resistance>0</alleycat:Resistance></alleycat:Second></Extensions></Trackpoint>
</Track></Lap>
<Notes>Hubert (racer 7), class 1, race 5400800</Notes>
</Activity></Activities></TrainingCenterDatabase>
)");
}

TEST_CASE("whatever a racer is called, the TCX is XML", "[archive][formats]")
{
    const auto notes = [](const std::string& name) {
        const auto text = ride_tcx(ride_of({{1, kTime, std::nullopt, 80, 50, 132.25, std::nullopt}}, name));
        const auto begin = text.find("<Notes>") + 7;
        return text.substr(begin, text.find(" (racer 7)") - begin);
    };
    CHECK(notes("<b>&\"]]>") == "&lt;b&gt;&amp;\"]]&gt;");
    CHECK(notes("J\xC3\xBCrgen \xF0\x9F\x9A\xB4") == "J\xC3\xBCrgen \xF0\x9F\x9A\xB4");
    CHECK(notes(std::string("a\0b\x1F\t\n\r", 7)) ==
          "a\xEF\xBF\xBD"
          "b\xEF\xBF\xBD\t\n&#13;");
    CHECK(notes("\xEF\xBF\xBE|\xEF\xBF\xBF|\xEF\xBF\xBC") == "\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBC");
}

TEST_CASE("watts that do not fit the schema are bent to what does", "[archive][formats]")
{
    const auto watts = [](double value) {
        return ride_tcx(ride_of({{1, kTime, std::nullopt, 80, 50, 132.25, value}}));
    };
    CHECK(contains(watts(-5), "<ns3:Watts>0<"));
    CHECK(contains(watts(1e9), "<ns3:Watts>65535<"));
    CHECK(contains(watts(249.5), "<ns3:Watts>250<"));
}

}  // namespace alleycat::archive
