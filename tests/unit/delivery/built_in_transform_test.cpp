#include "delivery_fixture.hpp"

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::delivery;

TEST_CASE("the built-in transform adds the output to what is valid, and fails the rest alone", "[delivery][transform]")
{
    BuiltInTransform transform;
    SeenOutcomes seen;
    const auto window = WindowMaker().add(1).add_invalid(2).add(3).take();
    CHECK(transform.apply(window, seen));
    CHECK(transform.name() == "built-in");
    CHECK(seen.words == Lines{"ok 1 132.25 " + record_start(1) + ",\"output\":132.25}", "failed 2 InvalidJson",
                              "ok 3 132.25 " + record_start(3) + ",\"output\":132.25}"});
    REQUIRE(seen.failures.size() == 1);
    CHECK(seen.failures[0].message == "record: is \"junk\"");
    CHECK(seen.failures[0].attempts == 1);
    CHECK(seen.failures[0].ended_ms > kArrival);
    CHECK_FALSE(seen.failures[0].never_answered);
}
