#include "api.hpp"
#include "problem.hpp"

#include <boost/asio/dispatch.hpp>

namespace alleycat::serve {

ApiRouter::ApiRouter(net::HttpServer& server, Api api)
    : server_(server), api_(std::make_shared<const Api>(std::move(api)))
{
}

void ApiRouter::get(std::string pattern, ApiHandler handler)
{
    get_later(std::move(pattern), [handler = std::move(handler)](const Api& api, const net::Request& request,
                                                                 const net::Reply& reply) {
        auto answer = handler(api, request);
        if (auto* response = std::get_if<net::Response>(&answer)) {
            reply(std::move(*response));
            return;
        }
        const bool asked = api.queries.try_ask([work = std::move(std::get<DatabaseWork>(answer)),
                                                reply](const results::ResultReader& reader) { reply(work(reader)); });
        if (!asked) {
            reply(too_many_wait(Asked(request), "the database"));
        }
    });
}

void ApiRouter::get_later(std::string pattern, LaterApiHandler handler)
{
    server_.get_later(std::move(pattern), on_any_thread(std::move(handler)));
}

void ApiRouter::post(std::string pattern, std::size_t body_bytes, LaterApiHandler handler)
{
    server_.post(std::move(pattern), body_bytes, on_any_thread(std::move(handler)));
}

void ApiRouter::remove(std::string pattern, LaterApiHandler handler)
{
    server_.remove(std::move(pattern), on_any_thread(std::move(handler)));
}

/// An answer given on the network thread goes straight to its connection.
net::LaterHandler ApiRouter::on_any_thread(LaterApiHandler handler) const
{
    return [api = api_, handler = std::move(handler), network = server_.executor()](const net::Request& request,
                                                                                    const net::Reply& reply) {
        handler(*api, request, [network, reply](net::Response response) {
            boost::asio::dispatch(network,
                                  [reply, response = std::move(response)]() mutable { reply(std::move(response)); });
        });
    };
}

net::Response database_failed(const Asked& asked, const boost::system::error_code& error)
{
    return asked.problem(500, "the database cannot be read: " + error.message());
}

net::Response too_many_wait(const Asked& asked, std::string_view whom)
{
    return std::move(
        asked.problem(503, "too many wait for " + std::string(whom) + "; try again").with("Retry-After", "1"));
}

net::Response error_answer(std::string_view path, unsigned status, std::string detail)
{
    return has_problems(path) ? problem(path, status, detail) : net::Response::text(status, detail.append("\n"));
}

void add_api_routes(net::HttpServer& server, Api api)
{
    const bool holds = api.quarantine != nullptr && api.release;
    ApiRouter router(server, std::move(api));
    add_class_routes(router);
    add_race_routes(router);
    add_racer_routes(router);
    add_racer_search(router);
    add_erase_route(router);
    add_ride_routes(router);
    add_history_part_routes(router);
    add_sample_routes(router);
    add_now_routes(router);
    if (holds) {
        add_quarantine_routes(router);
    }
    add_document_routes(router);
    server.set_error_body(error_answer);
}

}  // namespace alleycat::serve
