#include "api.hpp"

namespace alleycat::serve {

namespace {

net::Response erasure_answer(const Asked& asked, const ErasureOutcome& outcome)
{
    if (const auto* failure = std::get_if<ErasureFailure>(&outcome)) {
        return asked.problem(500, failure->detail);
    }
    net::Response response;
    response.with("Content-Type", "application/json").with("Cache-Control", "no-store");
    response.body = std::get<ErasureReport>(outcome).json;
    return response;
}

void erase_racer(const Api& api, const net::Request& request, const net::Reply& reply)
{
    const Asked asked(request);
    Parameters parameters(request);
    const auto racer = parameters.racer_in_path(0);
    if (parameters.wrong()) {
        reply(asked.problem(*parameters.wrong()));
    } else {
        api.erase(racer, [asked, reply](const ErasureOutcome& outcome) { reply(erasure_answer(asked, outcome)); });
    }
}

}  // namespace

void add_erase_route(ApiRouter& router)
{
    router.remove("/api/v1/racers/{}", erase_racer);
}

}  // namespace alleycat::serve
