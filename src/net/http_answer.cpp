#include "handshake.hpp"
#include "http_session.hpp"
#include "origin.hpp"

#include <alleycat/core/base64.hpp>

namespace alleycat::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t kKeyBytes = 16;  // of a WebSocket's handshake

bool is_socket_key(std::string_view text)
{
    std::string bytes;
    return append_decoded_base64(bytes, text) && bytes.size() == kKeyBytes;
}

/// Whether an escape in the path stands for '/': it would make of one path another, behind the back of whoever looked
/// at it before.
bool hides_slash(std::string_view path)
{
    for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
        if (same_word(path.substr(at, 3), "%2f")) {
            return true;
        }
    }
    return false;
}

bool has_nul(std::string_view text)
{
    return text.find('\0') != std::string_view::npos;
}

/// Takes the target apart; false where it is none.
bool take_target(Request& request)
{
    const auto target = request.target;
    const auto question = std::min(target.find('?'), target.size());
    auto path = percent_decoded(target.substr(0, question), false);
    auto query = parse_query(target.substr(std::min(question + 1, target.size())));
    if (!path || !query || !path->starts_with('/')) {
        return false;
    }
    request.path = std::move(*path);
    request.query = std::move(*query);
    return true;
}

}  // namespace

asio::awaitable<bool> HttpSession::answer(const Parser& parser)
{
    const auto& message = parser.get();
    Manner manner;
    manner.head = message.method() == http::verb::head;
    manner.keep_alive = message.keep_alive() && !stopping_;
    manner.http10 = message.version() < 11;
    manner.origin = view(message[http::field::origin]);
    Request request;
    request.method = view(message.method_string());
    request.target = view(message.target());
    request.secure = channel_.secure();
    request.from_loopback = from_loopback_;
    request.body = message.body();
    request.header = [&message](std::string_view name) { return view(message[{name.data(), name.size()}]); };
    if (!take_target(request)) {
        co_return co_await write(
            server_.error(path_of(request.target), 400, "the request target is not a valid path and query"), manner);
    }
    const bool nowhere = hides_slash(path_of(request.target)) || has_nul(request.path);
    const auto* route = nowhere ? nullptr : server_.find(request);
    if (route != nullptr && route->takes(request.method)) {
        if (auto refusal = server_.gate_ ? server_.gate_(request) : std::nullopt) {
            co_return co_await write(std::move(*refusal), manner);
        }
        const auto* socket = std::get_if<SocketHandler>(&route->handler);
        if (socket != nullptr && !manner.http10 && request.method == "GET" &&
            lists_token(request.header("Upgrade"), "websocket") &&
            lists_token(request.header("Connection"), "upgrade")) {
            co_return co_await upgrade(request, *socket, manner);
        }
        if (const auto* later = std::get_if<LaterHandler>(&route->handler)) {
            co_return co_await answer_later(request, *later, manner);
        }
    }
    co_return co_await write(respond(request, route), manner);
}

asio::awaitable<bool> HttpSession::answer_later(const Request& request, const LaterHandler& handler, Manner manner)
{
    const auto later = std::make_shared<Later>(
        Later{{}, asio::steady_timer(channel_.executor(), asio::steady_timer::time_point::max())});
    deadline_ = SteadyTime::max();  // the client has done its part
    handler(request, [waiting = std::weak_ptr(later)](Response response) {
        if (const auto self = waiting.lock()) {
            self->response = std::move(response);
            self->came.cancel();
        }
    });
    if (!later->response) {
        later_ = later.get();
        co_await later->came.async_wait(kAwait);
        later_ = nullptr;
    }
    if (!later->response) {
        co_return false;  // aborted
    }
    wait_until(server_.options_.idle_timeout);
    manner.keep_alive = manner.keep_alive && !stopping_;
    co_return co_await write(std::move(*later->response), manner);
}

Response HttpSession::respond(Request& request, const HttpServer::Route* route)
{
    if (route == nullptr) {
        return server_.error(request.path, 404, "there is nothing at " + request.path);
    }
    if (request.method == "OPTIONS") {
        Response response;
        response.status = 204;
        return std::move(response.with("Allow", server_.allowed_methods(request.path))
                             .with("Access-Control-Allow-Origin", "*")
                             .with("Access-Control-Allow-Methods", "GET, HEAD")
                             .with("Access-Control-Allow-Headers",
                                   "Authorization, Content-Type, Range, If-None-Match, If-Modified-Since, If-Range")
                             .with("Access-Control-Max-Age", "600"));
    }
    if (!route->takes(request.method)) {
        const auto allowed = server_.allowed_methods(request.path);
        return std::move(
            server_.error(request.path, 405, "only " + allowed + " are understood here").with("Allow", allowed));
    }
    const auto* handler = std::get_if<Handler>(&route->handler);
    if (handler == nullptr) {
        const auto* scheme = request.secure ? "wss" : "ws";
        return std::move(Response::text(426, std::string("this is a WebSocket: connect with ") + scheme + "://\n")
                             .with("Upgrade", "websocket"));
    }
    return (*handler)(request);
}

/// Why this client's WebSocket is refused, whatever the handler would say.
std::optional<Response> HttpSession::refuse_upgrade(const Request& request) const
{
    if (request.header("Sec-WebSocket-Version") != "13") {
        return std::move(Response::text(426, "WebSocket version 13 is needed\n").with("Sec-WebSocket-Version", "13"));
    }
    if (!is_socket_key(request.header("Sec-WebSocket-Key"))) {
        return Response::text(400, "Sec-WebSocket-Key: must be 16 bytes in base64\n");
    }
    const auto origin = request.header("Origin");
    if (!origin.empty() && !is_own_origin(origin, request.header("Host")) &&
        !names_origin(server_.options_.origins, origin)) {
        return server_.error(request.path, 403, "pages of this origin may not connect here");
    }
    return std::nullopt;
}

asio::awaitable<bool> HttpSession::upgrade(const Request& request, const SocketHandler& handler, Manner manner)
{
    if (auto refusal = refuse_upgrade(request)) {
        manner.keep_alive = false;
        co_return co_await write(std::move(*refusal), manner);
    }
    auto made = handler(request);
    if (auto* refusal = std::get_if<Response>(&made)) {
        co_return co_await write(std::move(*refusal), manner);
    }
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        websocket_accept(request.header("Sec-WebSocket-Key")) + "\r\n\r\n";
    const auto socket = std::make_shared<WebSocket>(std::move(channel_), server_.options_.websocket,
                                                    server_.connections_, server_.read_buffer_);
    socket->send(std::make_shared<const std::string>(answer));
    socket->start(std::move(std::get<0>(made)), unread());
    co_return false;
}

}  // namespace alleycat::net
