#include "api.hpp"
#include "json_members.hpp"

namespace alleycat::serve {

namespace {

constexpr std::size_t kMaxRejects = RecentRejects::kEntries;

ApiAnswer clock_answer(const Api& api, const net::Request&)
{
    const auto moment = api.clock();
    const auto while_running = [&moment](std::int64_t value) {
        return moment.runs() ? std::optional(value) : std::nullopt;
    };
    std::string text = "{";
    add_number(text, "now", moment.now_ms);
    add_number(text, "raceId", while_running(moment.race));
    add_number(text, "second", while_running(moment.second));
    add_number(text, "start", while_running(moment.start_ms()));
    add_number(text, "next", moment.next_ms());
    add_number(text, "length", std::uint64_t{moment.length});
    add_number(text, "window", std::uint64_t{moment.window});
    add_number(text, "viewerTop", std::uint64_t{api.live.max_top()});
    net::Response response;
    response.with("Content-Type", "application/json")
        .with("Cache-Control", "no-store")
        .with("Access-Control-Allow-Origin", "*")
        .with("X-Content-Type-Options", "nosniff");
    response.body = text.append("}");
    return response;
}

ApiAnswer rejects_answer(const Api& api, const net::Request& request)
{
    const Asked asked(request);
    Parameters parameters(request);
    const auto limit = parameters.whole("limit", 1, kMaxRejects);
    if (parameters.wrong()) {
        return asked.problem(*parameters.wrong());
    }
    std::string text = "{";
    add_list(text, "rejects", api.rejects.latest(limit.value_or(kMaxRejects)),
             [](std::string& out, const RecentRejects::Entry& entry) {
                 add_number(out.append("{"), "at", entry.at_ms);
                 add_text(out, "door", entry.door);
                 add_text(out, "code", entry.code);
                 add_text(out, "message", entry.message);
                 add_number(out, "count", entry.count);
                 out.append("}");
             });
    return asked.json(text.append("}"));
}

/// So that a client knows whether to ask for a token, and what its own is good for.
ApiAnswer access_answer(const Api& api, const net::Request& request)
{
    const auto info = api.access(request);
    std::string text = "{";
    add_text(text, "mode", info.tokens ? "token" : "none");
    add_flag(text, "openViewing", info.open_viewing);
    if (info.identity) {
        add_text(text, "role", access::name(info.identity->role));
    } else {
        add_name(text, "role").append("null");
    }
    if (info.identity && info.identity->racer) {
        add_number(text, "racerId", raw(*info.identity->racer));
    }
    net::Response response;
    response.with("Content-Type", "application/json")
        .with("Cache-Control", "no-store")
        .with("Access-Control-Allow-Origin", "*");
    response.body = text.append("}");
    return response;
}

}  // namespace

void add_now_routes(ApiRouter& router)
{
    router.get("/api/v1/clock", clock_answer);
    router.get("/api/v1/rejects", rejects_answer);
    router.get("/api/v1/access", access_answer);
}

}  // namespace alleycat::serve
