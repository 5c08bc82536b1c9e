#pragma once

#include "api_parameters.hpp"
#include "asked.hpp"

#include <alleycat/serve/api_routes.hpp>

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace alleycat::serve {

/// Makes the answer on the database's thread.
using DatabaseWork = std::function<net::Response(const results::ResultReader&)>;
/// What a handler makes of a request: the answer, or what is still to be done for it.
using ApiAnswer = std::variant<net::Response, DatabaseWork>;
using ApiHandler = std::function<ApiAnswer(const Api&, const net::Request&)>;
/// Answers once, on any thread; `api` outlives the server's routes.
using LaterApiHandler = std::function<void(const Api& api, const net::Request&, net::Reply)>;

/// The routes of the API, each reading of the same sources.
class ApiRouter {
public:
    ApiRouter(net::HttpServer& server, Api api);

    void get(std::string pattern, ApiHandler handler);
    void get_later(std::string pattern, LaterApiHandler handler);
    void post(std::string pattern, std::size_t body_bytes, LaterApiHandler handler);
    void remove(std::string pattern, LaterApiHandler handler);

private:
    [[nodiscard]] net::LaterHandler on_any_thread(LaterApiHandler handler) const;

    net::HttpServer& server_;
    std::shared_ptr<const Api> api_;
};

// Each part of the API adds its routes.
void add_class_routes(ApiRouter& router);
void add_race_routes(ApiRouter& router);
void add_racer_routes(ApiRouter& router);
void add_racer_search(ApiRouter& router);
void add_erase_route(ApiRouter& router);
void add_ride_routes(ApiRouter& router);
void add_history_part_routes(ApiRouter& router);
void add_sample_routes(ApiRouter& router);
void add_now_routes(ApiRouter& router);
void add_quarantine_routes(ApiRouter& router);
void add_document_routes(ApiRouter& router);

/// The answer where the database cannot be read.
[[nodiscard]] net::Response database_failed(const Asked& asked, const boost::system::error_code& error);
/// The answer where too many wait for `whom` already.
[[nodiscard]] net::Response too_many_wait(const Asked& asked, std::string_view whom);

}  // namespace alleycat::serve
