#include "api.hpp"
#include "class_ids.hpp"

#include <alleycat/archive/ride_formats.hpp>

namespace alleycat::serve {

namespace {

enum class RideFormat : std::uint8_t { Csv, Tcx };

struct RideQuestion {
    Asked asked;
    RideFormat format;
    archive::RideQuery ride;
};

net::Response no_ride(const Asked& asked)
{
    return asked.problem({404, "racerId", "nothing is stored of this racer in this race"});
}

net::Response ride_file(const RideQuestion& question, const Result<archive::Ride>& ride)
{
    if (!ride) {
        return question.asked.problem(503, "the ride cannot be read: " + ride.error().message());
    }
    if (ride->seconds.empty()) {
        return no_ride(question.asked);
    }
    const auto name = "race-" + std::to_string(raw(ride->race_id)) + "-class-" + std::to_string(raw(ride->class_id)) +
                      "-racer-" + std::to_string(raw(ride->racer_id));
    auto response =
        question.format == RideFormat::Csv
            ? question.asked.file("text/csv; charset=utf-8", name + ".csv", archive::ride_csv(*ride))
            : question.asked.file("application/vnd.garmin.tcx+xml", name + ".tcx", archive::ride_tcx(*ride));
    if (ride->partial) {
        response.with("X-Ride-Partial", "true");
    }
    return response;
}

/// On any thread.
void ask_for_ride(const Api& api, const RideQuestion& question, const net::Reply& reply)
{
    const bool asked = api.ride(
        question.ride, [question, reply](const Result<archive::Ride>& ride) { reply(ride_file(question, ride)); });
    if (!asked) {
        reply(too_many_wait(question.asked, "the archive"));
    }
}

/// When the race was is asked of the database where it is not remembered; the archive knows it by that only.
void ask_when_and_ride(const Api& api, const RideQuestion& question, const net::Reply& reply)
{
    const bool asked = api.queries.try_ask([&api, question, reply](const results::ResultReader& reader) {
        const auto race = reader.race(question.ride.class_id, question.ride.race_id);
        if (!race) {
            reply(database_failed(question.asked, race.error()));
        } else if (!*race) {
            reply(question.asked.problem({404, "raceId", "there is no such race in this class"}));
        } else {
            auto dated = question;
            dated.ride.start_ms = (*race)->start_ms;
            dated.ride.end_ms = (*race)->end_ms;
            ask_for_ride(api, dated, reply);
        }
    });
    if (!asked) {
        reply(too_many_wait(question.asked, "the database"));
    }
}

void ride_answer(const Api& api, const net::Request& request, const net::Reply& reply, RideFormat format)
{
    Parameters parameters(request);
    archive::RideQuery ride;
    ride.race_id = parameters.race_in_path(0);
    ride.racer_id = parameters.racer_in_path(1);
    ride.class_id = parameters.class_id(class_ids(api));
    RideQuestion question{Asked(request), format, ride};
    if (parameters.wrong()) {
        reply(question.asked.problem(*parameters.wrong()));
    } else if (const auto race = api.live.race(ride.class_id, ride.race_id)) {
        question.ride.start_ms = race->start_ms;
        question.ride.end_ms = race->last_ms;
        ask_for_ride(api, question, reply);
    } else {
        ask_when_and_ride(api, question, reply);
    }
}

}  // namespace

void add_ride_routes(ApiRouter& router)
{
    for (const auto& [ending, format] : {std::pair("csv", RideFormat::Csv), std::pair("tcx", RideFormat::Tcx)}) {
        router.get_later(std::string("/api/v1/races/{}/racers/{}/ride.") + ending,
                         [format = format](const Api& api, const net::Request& request, const net::Reply& reply) {
                             ride_answer(api, request, reply, format);
                         });
    }
}

}  // namespace alleycat::serve
