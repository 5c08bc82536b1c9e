#include "api.hpp"
#include "json_members.hpp"

#include <limits>
#include <memory>

namespace alleycat::serve {

namespace {

using quarantine::Filter;
using quarantine::HeldId;
using quarantine::HeldRecord;
using quarantine::Page;
using quarantine::Store;

constexpr std::size_t kMaxEntries = 1'000;
constexpr std::size_t kUsualEntries = 100;
constexpr std::size_t kBodyBytes = 1'024;  // which nobody reads
constexpr auto kFilters = "classId, raceId or racerId must say which records are meant";

struct ListQuestion {
    Asked asked;
    Filter filter;
    std::optional<HeldId> before;
    std::size_t limit{kUsualEntries};
};

Filter filter_of(Parameters& parameters)
{
    Filter filter;
    if (const auto id = parameters.whole("classId", 1, std::numeric_limits<std::uint32_t>::max())) {
        filter.class_id = ClassId{static_cast<std::uint32_t>(*id)};
    }
    filter.race_id = parameters.race("raceId");
    filter.racer_id = parameters.racer("racerId");
    return filter;
}

Filter required_filter(Parameters& parameters)
{
    auto filter = filter_of(parameters);
    if (filter.empty()) {
        parameters.refuse("classId", kFilters);
    }
    return filter;
}

/// What is not a page for everybody's cache.
net::Response made(std::string json)
{
    net::Response response;
    response.with("Content-Type", "application/json").with("Cache-Control", "no-store");
    response.body = std::move(json);
    return response;
}

net::Response not_held(const Asked& asked)
{
    return asked.problem({404, "id", "no such record is held"});
}

net::Response store_failed(const Asked& asked, const boost::system::error_code& error)
{
    return asked.problem(500, "the quarantine's database fails: " + error.message());
}

void append_entry(std::string& out, const HeldRecord& held)
{
    add_text(out.append("{"), "id", to_text(held.id));
    add_number(out, "arrivalTimestamp", held.arrival_ms);
    add_name(out, "reasons").append("[");
    for (const auto each : kSuspicions) {
        if (held.reasons.has(each)) {
            append_string(out.append(out.back() == '[' ? "" : ","), name(each));
        }
    }
    add_name(out.append("]"), "record").append(held.data).append("}");
}

std::string next_of(const ListQuestion& question, const HeldId& last)
{
    std::string path = "/api/v1/quarantine?limit=" + std::to_string(question.limit);
    if (question.filter.class_id) {
        path += "&classId=" + std::to_string(raw(*question.filter.class_id));
    }
    if (question.filter.race_id) {
        path += "&raceId=" + std::to_string(raw(*question.filter.race_id));
    }
    if (question.filter.racer_id) {
        path += "&racerId=" + std::to_string(raw(*question.filter.racer_id));
    }
    return path + "&before=" + to_text(last);
}

std::string list_text(const ListQuestion& question, const Page& page)
{
    std::string text = "{";
    add_list(text, "entries", page.records, append_entry);
    add_number(text, "total", page.total);
    if (page.more) {
        add_text(text, "next", next_of(question, page.records.back().id));
    } else {
        add_name(text, "next").append("null");
    }
    return text.append("}");
}

/// Answers with what `work` makes, on the quarantine's thread.
void ask(const Api& api, const Asked& asked, const net::Reply& reply, std::function<net::Response(Store&)> work)
{
    if (!api.quarantine->try_ask([work = std::move(work), reply](Store& store) { reply(work(store)); })) {
        reply(too_many_wait(asked, "the quarantine"));
    }
}

void list(const Api& api, const net::Request& request, const net::Reply& reply)
{
    Parameters parameters(request);
    auto filter = filter_of(parameters);
    const auto limit = parameters.whole("limit", 1, kMaxEntries).value_or(kUsualEntries);
    const auto text = parameters.text("before");
    const auto before = text ? quarantine::parse_id(*text) : std::nullopt;
    if (text && !before) {
        parameters.refuse("before", "must be the id of an entry, such as 0-4711");
    }
    const ListQuestion question{Asked(request), filter, before, limit};
    if (parameters.wrong()) {
        reply(question.asked.problem(*parameters.wrong()));
        return;
    }
    ask(api, question.asked, reply, [question](Store& store) {
        const auto page = store.list(question.filter, question.before, question.limit);
        return page ? question.asked.json(list_text(question, *page)) : store_failed(question.asked, page.error());
    });
}

net::Response release_answer(const Asked& asked, const ReleaseOrder& order, const ReleaseOutcome& outcome)
{
    if (outcome.failure) {
        return asked.problem(503, "not all could be released: " + outcome.failure.message());
    }
    if (std::holds_alternative<HeldId>(order) && outcome.invalid != 0) {
        return asked.problem(409, "it is no valid record any more: " + outcome.why);
    }
    if (std::holds_alternative<HeldId>(order) && outcome.released == 0) {
        return not_held(asked);
    }
    std::string text = "{";
    add_number(text, "released", outcome.released);
    add_number(text, "left", outcome.left);
    return made(text.append("}"));
}

void release(const Api& api, const Asked& asked, const ReleaseOrder& order, const net::Reply& reply)
{
    if (!api.release(order, [asked, order, reply](const ReleaseOutcome& outcome) {
            reply(release_answer(asked, order, outcome));
        })) {
        reply(too_many_wait(asked, "the quarantine"));
    }
}

void release_one(const Api& api, const net::Request& request, const net::Reply& reply)
{
    const Asked asked(request);
    if (const auto id = quarantine::parse_id(request.parameters[0])) {
        release(api, asked, *id, reply);
    } else {
        reply(not_held(asked));
    }
}

void release_all(const Api& api, const net::Request& request, const net::Reply& reply)
{
    const Asked asked(request);
    Parameters parameters(request);
    const auto filter = required_filter(parameters);
    if (parameters.wrong()) {
        reply(asked.problem(*parameters.wrong()));
    } else {
        release(api, asked, filter, reply);
    }
}

std::string dropped_text(std::uint64_t dropped)
{
    std::string text = "{";
    add_number(text, "dropped", dropped);
    return text.append("}");
}

void drop_one(const Api& api, const net::Request& request, const net::Reply& reply)
{
    const Asked asked(request);
    const auto id = quarantine::parse_id(request.parameters[0]);
    if (!id) {
        reply(not_held(asked));
        return;
    }
    ask(api, asked, reply, [asked, id](Store& store) {
        const auto dropped = store.drop(*id);
        if (!dropped) {
            return store_failed(asked, dropped.error());
        }
        return *dropped == 0 ? not_held(asked) : made(dropped_text(*dropped));
    });
}

void drop_all(const Api& api, const net::Request& request, const net::Reply& reply)
{
    const Asked asked(request);
    Parameters parameters(request);
    const auto filter = required_filter(parameters);
    if (parameters.wrong()) {
        reply(asked.problem(*parameters.wrong()));
        return;
    }
    ask(api, asked, reply, [asked, filter](Store& store) {
        const auto dropped = store.drop(filter);
        return dropped ? made(dropped_text(*dropped)) : store_failed(asked, dropped.error());
    });
}

}  // namespace

/// Who may ask is decided before a request comes here.
void add_quarantine_routes(ApiRouter& router)
{
    router.get_later("/api/v1/quarantine", list);
    router.post("/api/v1/quarantine/release", kBodyBytes, release_all);
    router.post("/api/v1/quarantine/{}/release", kBodyBytes, release_one);
    router.remove("/api/v1/quarantine", drop_all);
    router.remove("/api/v1/quarantine/{}", drop_one);
}

}  // namespace alleycat::serve
