#include "api_fixture.hpp"

#include <alleycat/archive/ride_formats.hpp>

using namespace alleycat;
using namespace alleycat::serve;

namespace {

archive::Ride ride(bool partial = false)
{
    archive::RideSecond second;
    second.second = 1;
    second.device_timestamp_ms = 1'700'000'000'000;
    second.cadence = 80;
    second.resistance = 40;
    second.output = 120.75;
    return {RacerId{7}, ClassId{1}, RaceId{4}, "Hubert", {second}, partial};
}

const std::string kRide = "/api/v1/races/4/racers/7/ride.";

}  // namespace

TEST_CASE("a ride is served as the archive writes it", "[serve][api][ride]")
{
    ApiServer server;
    server.store({stored_race(4, 1'000, {result(7, 110)})});
    server.stored_ride = ride();
    const auto csv = server.get(kRide + "csv?classId=1");
    CHECK(csv.status == 200);
    CHECK(csv.header("content-type") == "text/csv; charset=utf-8");
    CHECK(csv.header("content-disposition") == "attachment; filename=\"race-4-class-1-racer-7.csv\"");
    CHECK_FALSE(csv.headers.contains("x-ride-partial"));
    CHECK(csv.body == archive::ride_csv(ride()));
    const auto tcx = server.get(kRide + "tcx?classId=1");
    CHECK(tcx.header("content-type") == "application/vnd.garmin.tcx+xml");
    CHECK(tcx.header("content-disposition") == "attachment; filename=\"race-4-class-1-racer-7.tcx\"");
    CHECK(tcx.body == archive::ride_tcx(ride()));
    server.net.on_thread([&] { server.stored_ride = ride(true); });
    CHECK(server.get(kRide + "csv?classId=1").header("x-ride-partial") == "true");
}

TEST_CASE("the archive is told when the race was, by memory or by the database", "[serve][api][ride]")
{
    ApiServer server;
    server.stored_ride = ride();
    server.store({stored_race(4, 1'000, {result(7, 110)})});
    CHECK(server.get(kRide + "csv?classId=1").status == 200);
    REQUIRE(server.asked_ride);
    CHECK(server.asked_ride->racer_id == RacerId{7});
    CHECK(server.asked_ride->class_id == ClassId{1});
    CHECK(server.asked_ride->race_id == RaceId{4});
    CHECK(server.asked_ride->start_ms == 1'000);
    CHECK(server.asked_ride->end_ms == 301'000);
    server.publish({make_race({.rows = {row(0, 7, 110)}, .id = 4, .start_ms = 900, .last_ms = 950})});
    CHECK(server.get(kRide + "csv?classId=1").status == 200);
    CHECK(server.asked_ride->start_ms == 900);
    CHECK(server.asked_ride->end_ms == 950);
}

TEST_CASE("a ride that is not there, or cannot be read now, is a problem", "[serve][api][ride]")
{
    ApiServer server;
    server.stored_ride = archive::Ride{};
    server.store({stored_race(4, 1'000, {result(7, 110)})});
    server.check_problem(kRide + "csv?classId=1", 404, "racerId");
    server.check_problem(kRide + "tcx?classId=2", 404, "raceId");
    server.check_problem(kRide + "csv", 400, "classId");
    server.check_problem("/api/v1/races/x/racers/7/ride.csv?classId=1", 400, "raceId");
    server.check_problem("/api/v1/races/4/racers/x/ride.csv?classId=1", 400, "racerId");
    server.check_problem("/api/v1/races/4/racers/7/ride.fit?classId=1", 404, "");
    server.net.on_thread([&] { server.stored_ride.reset(); });
    CHECK(server.get(kRide + "csv?classId=1").header("retry-after") == "1");
    server.check_problem(kRide + "csv?classId=1", 503, "");
    server.net.on_thread([&] { server.stored_ride = make_error_code(boost::system::errc::operation_canceled); });
    server.check_problem(kRide + "csv?classId=1", 503, "");
}
