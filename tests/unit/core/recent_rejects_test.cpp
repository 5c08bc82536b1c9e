#include <alleycat/core/counters.hpp>
#include <alleycat/core/recent_rejects.hpp>

#include <catch2/catch.hpp>

#include <thread>

using namespace alleycat;

namespace {

/// "door code message ×count @at" of each.
std::vector<std::string> lines(const RecentRejects& rejects, std::size_t most = RecentRejects::kEntries)
{
    std::vector<std::string> made;
    for (const auto& entry : rejects.latest(most)) {
        made.push_back(entry.door + " " + entry.code + " " + entry.message + " ×" + std::to_string(entry.count) + " @" +
                       std::to_string(entry.at_ms));
    }
    return made;
}

}  // namespace

TEST_CASE("refusals are told newest first, and the same in a row only once", "[core][rejects]")
{
    RecentRejects rejects;
    CHECK(rejects.latest(100).empty());
    rejects.add("mqtt", "OutOfRange", "second", 1);
    rejects.add("mqtt", "OutOfRange", "second", 2);
    rejects.add("websocket", "OutOfRange", "second", 3);
    rejects.add("websocket", "InvalidType", "second", 4);
    rejects.add("websocket", "InvalidType", "cadence", 5);
    rejects.add("mqtt", "OutOfRange", "second", 6);
    CHECK(lines(rejects) ==
          std::vector<std::string>{"mqtt OutOfRange second ×1 @6", "websocket InvalidType cadence ×1 @5",
                                   "websocket InvalidType second ×1 @4", "websocket OutOfRange second ×1 @3",
                                   "mqtt OutOfRange second ×2 @2"});
    CHECK(lines(rejects, 2).size() == 2);
    CHECK(lines(rejects, 0).empty());
}

TEST_CASE("only the latest refusals are kept", "[core][rejects]")
{
    RecentRejects rejects;
    for (std::int64_t at = 1; at <= 250; ++at) {
        rejects.add("mqtt", "OutOfRange", "number " + std::to_string(at), at);
    }
    const auto kept = rejects.latest(1'000);
    REQUIRE(kept.size() == RecentRejects::kEntries);
    for (std::size_t back = 0; back < kept.size(); ++back) {
        CHECK(kept[back].at_ms == 250 - static_cast<std::int64_t>(back));
        CHECK(kept[back].message == "number " + std::to_string(kept[back].at_ms));
    }
}

TEST_CASE("long texts are cut between two characters, and still count as the same", "[core][rejects]")
{
    RecentRejects rejects;
    const std::string head(RecentRejects::kTextBytes - 1, 'a');
    for (const std::string tail : {"é and so on", "é and on"}) {
        rejects.add("mqtt", "OutOfRange", head + tail, 1);
    }
    const auto kept = rejects.latest(10);
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].message == head);
    CHECK(kept[0].count == 2);
    rejects.add("mqtt", "OutOfRange", head + "z and so on", 2);
    CHECK(rejects.latest(1)[0].message == head + "z");
    rejects.add("mqtt", "OutOfRange", std::string(1'000, '\x80'), 3);
    CHECK(rejects.latest(1)[0].message.empty());
}

TEST_CASE("a door that refuses counts each record, and tells of it who wants to know", "[core][rejects]")
{
    RecentRejects rejects;
    DoorCounters told("mqtt", rejects);
    DoorCounters silent;
    for (auto* counters : {&told, &silent}) {
        counters->reject(Errc::OutOfRange, "second");
        counters->reject(Errc::OutOfRange, "second");
        CHECK(counters->rejected[static_cast<std::size_t>(Errc::OutOfRange)] == 2);
    }
    told.tell("AccessDeniedException", "no such key");
    const auto kept = rejects.latest(10);
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].code == "AccessDeniedException");
    CHECK(kept[1].code == "OutOfRange");
    CHECK(kept[1].door == "mqtt");
    CHECK(kept[1].count == 2);
    CHECK(kept[1].at_ms > 1'600'000'000'000);
}

TEST_CASE("doors and readers on several threads never mix entries up", "[core][rejects]")
{
    RecentRejects rejects;
    std::vector<std::thread> doors;
    for (const std::string door : {"a", "b", "c"}) {
        doors.emplace_back([&rejects, door] {
            for (std::int64_t at = 0; at < 20'000; ++at) {
                rejects.add(door, door, door + std::to_string(at % 7), at);
            }
        });
    }
    for (int round = 0; round < 200; ++round) {
        for (const auto& entry : rejects.latest(100)) {
            REQUIRE(entry.door == entry.code);
            REQUIRE(entry.message.substr(0, 1) == entry.door);
            REQUIRE(entry.count > 0);
        }
    }
    for (auto& door : doors) {
        door.join();
    }
}
