#include <alleycat/serve/status_routes.hpp>

namespace alleycat::serve {

using net::Response;

void add_status_routes(net::HttpServer& server, std::function<Status()> status)
{
    server.get("/healthz", [](const net::Request&) { return Response::text(200, "ok\n"); });
    server.get("/readyz", [status](const net::Request&) {
        const auto now = status();
        return now.not_ready.empty() ? Response::text(200, "ready\n") : Response::text(503, now.not_ready + "\n");
    });
    server.get("/metrics", [status](const net::Request&) {
        Response response;
        response.with("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        response.body = metrics_text(status()) + process_metrics_text();
        return response;
    });
}

}  // namespace alleycat::serve
