#include "http_session.hpp"
#include "tls_context.hpp"

#include <alleycat/net/loopback.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace alleycat::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int kBacklog = 4096;
constexpr auto kWatchInterval = std::chrono::seconds(1);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);  // while none can be accepted
constexpr auto kComplaintInterval = std::chrono::minutes(1);

std::vector<asio::ip::address> parse_addresses(const std::vector<std::string>& texts)
{
    std::vector<asio::ip::address> addresses;
    for (const auto& text : texts) {
        boost::system::error_code error;
        addresses.push_back(asio::ip::make_address(text, error));
        if (error) {
            throw std::runtime_error("\"" + text + "\" is not an IP address");
        }
    }
    return addresses;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& parameters)
{
    const auto open = pattern.find("{}");
    if (open == std::string_view::npos) {
        return pattern == path;
    }
    if (path.substr(0, open) != pattern.substr(0, open)) {
        return false;
    }
    const auto rest = path.substr(open);
    for (auto size = std::min(rest.find('/'), rest.size()); size > 0; --size) {
        parameters.emplace_back(rest.substr(0, size));
        if (matches(pattern.substr(open + 2), rest.substr(size), parameters)) {
            return true;
        }
        parameters.pop_back();
    }
    return false;
}

HttpServer::HttpServer(asio::io_context& context, Options options)
    : context_(context), options_(std::move(options)), acceptor_(context), watch_timer_(context), accept_timer_(context)
{
}

HttpServer::~HttpServer() = default;

void HttpServer::get(std::string pattern, Handler handler)
{
    routes_.push_back({"GET", std::move(pattern), std::move(handler)});
}

void HttpServer::get_later(std::string pattern, LaterHandler handler)
{
    routes_.push_back({"GET", std::move(pattern), std::move(handler)});
}

void HttpServer::post(std::string pattern, std::size_t body_bytes, LaterHandler handler)
{
    routes_.push_back({"POST", std::move(pattern), std::move(handler), body_bytes});
}

void HttpServer::remove(std::string pattern, LaterHandler handler)
{
    routes_.push_back({"DELETE", std::move(pattern), std::move(handler)});
}

void HttpServer::websocket(std::string path, SocketHandler handler)
{
    routes_.push_back({"GET", std::move(path), std::move(handler)});
}

std::vector<std::string> HttpServer::routes() const
{
    std::vector<std::string> all;
    for (const auto& route : routes_) {
        all.push_back(std::string(route.method).append(" ").append(route.pattern));
    }
    return all;
}

void HttpServer::set_limits(const Limits& limits)
{
    options_.connections = limits.connections;
    options_.connections_per_address = limits.per_address;
    options_.header_bytes = limits.header_bytes;
    options_.websocket.max_message_bytes = limits.message_bytes;
}

void HttpServer::set_tls(const TlsFiles& files)
{
    auto context = std::make_unique<TlsContext>(files);
    if (const auto doubt = context->doubt(std::chrono::system_clock::now()); !doubt.empty()) {
        spdlog::warn("{}; clients will refuse it", doubt);
    }
    tls_ = std::move(context);
}

std::optional<std::chrono::sys_seconds> HttpServer::certificate_expires() const
{
    return tls_ ? std::optional(tls_->expires()) : std::nullopt;
}

void HttpServer::listen()
{
    // Neither sendfile(2) nor OpenSSL's writes know MSG_NOSIGNAL; a client that leaves is an error code here.
    std::signal(SIGPIPE, SIG_IGN);
    addresses_.set_uncounted(parse_addresses(options_.uncounted));
    if (options_.tls) {
        set_tls(*options_.tls);
    }
    const auto port = std::to_string(options_.port);
    try {
        tcp::resolver resolver(context_);
        const auto found = resolver.resolve(options_.host, port, tcp::resolver::passive);
        const tcp::endpoint endpoint = *found.begin();
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen(kBacklog);
    } catch (const boost::system::system_error& failure) {
        throw std::runtime_error("http.listen: cannot listen on " + options_.host + ":" + port + ": " +
                                 failure.code().message());
    }
    accept();
    watch();
}

tcp::endpoint HttpServer::local_endpoint() const
{
    return acceptor_.local_endpoint();
}

void HttpServer::accept()
{
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
        if (stopping_) {
            return;
        }
        if (!error) {
            admit(std::move(socket));
        }
        if (!error || error == asio::error::connection_aborted) {
            accept();
        } else {
            accept_later(error);
        }
    });
}

/// The process has no descriptor left, or the system no memory: what is tried at once would fail at once.
void HttpServer::accept_later(const boost::system::error_code& error)
{
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_complaint_) {
        next_complaint_ = now + kComplaintInterval;
        spdlog::warn("connections wait: none can be accepted: {}", error.message());
    }
    accept_timer_.expires_after(kAcceptPause);
    accept_timer_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) {
            accept();
        }
    });
}

void HttpServer::admit(tcp::socket socket)
{
    boost::system::error_code gone;
    const auto address = socket.remote_endpoint(gone).address();
    if (gone) {
        return;
    }
    if (connections_.size() >= options_.connections) {
        ++refused_.total;
        return;
    }
    auto place = addresses_.try_enter(address, options_.connections_per_address);
    if (!place) {
        ++refused_.per_address;
        return;
    }
    start_http_session(*this, Channel(std::move(socket), std::move(*place)), is_loopback(address));
}

void HttpServer::watch()
{
    watch_timer_.expires_after(kWatchInterval);
    watch_timer_.async_wait([this](boost::system::error_code cancelled) {
        if (cancelled) {
            return;
        }
        const auto now = std::chrono::steady_clock::now();
        connections_.for_each([now](Connection& connection) { connection.check_deadline(now); });
        watch();
    });
}

const HttpServer::Route* HttpServer::find(Request& request) const
{
    const Route* found = nullptr;
    for (const auto& route : routes_) {
        std::vector<std::string> parameters;
        const bool fits = route.takes(request.method);
        if ((found == nullptr || fits) && matches(route.pattern, request.path, parameters)) {
            found = &route;
            request.parameters = std::move(parameters);
            if (fits) {
                break;
            }
        }
    }
    return found;
}

std::string HttpServer::allowed_methods(std::string_view path) const
{
    const auto known = [&](std::string_view method) {
        return std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
            std::vector<std::string> ignored;
            return route.method == method && matches(route.pattern, path, ignored);
        });
    };
    return std::string(known("GET") ? "GET, HEAD, OPTIONS" : "OPTIONS") + (known("POST") ? ", POST" : "") +
           (known("DELETE") ? ", DELETE" : "");
}

std::size_t HttpServer::body_limit(std::string_view method, std::string_view path) const
{
    for (const auto& route : routes_) {
        std::vector<std::string> ignored;
        if (route.body_bytes != 0 && route.takes(method) && matches(route.pattern, path, ignored)) {
            return route.body_bytes;
        }
    }
    return options_.body_bytes;
}

Response HttpServer::error(std::string_view path, unsigned status, std::string detail) const
{
    return error_body_ ? error_body_(path, status, std::move(detail)) : Response::text(status, detail + "\n");
}

void HttpServer::shut_down()
{
    stopping_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    connections_.for_each([](Connection& connection) { connection.shut_down(); });
}

void HttpServer::abort()
{
    watch_timer_.cancel();
    accept_timer_.cancel();
    connections_.for_each([](Connection& connection) { connection.abort(); });
}

}  // namespace alleycat::net
