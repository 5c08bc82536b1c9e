#include "http_session.hpp"

#include "handshake.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <sys/sendfile.h>

#include <cerrno>

namespace alleycat::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kStreamChunk = 64 * 1024;
constexpr std::size_t kMaxSendfile = 1024 * 1024;  // in one call, so that others have their turn

std::string_view view(boost::beast::string_view text)
{
    return {text.data(), text.size()};
}

std::uint64_t body_size(const Response& response)
{
    struct Size {
        std::uint64_t operator()(const std::string& body) const { return body.size(); }
        std::uint64_t operator()(const SharedBody& body) const { return body->size(); }
        std::uint64_t operator()(const FileBody& body) const { return body.size; }
        std::uint64_t operator()(const StreamBody& body) const { return body.size; }
    };
    return std::visit(Size{}, response.body);
}

/// The Date header's value; made once a second.
const std::string& date_now()
{
    static thread_local std::chrono::sys_seconds made{};
    static thread_local std::string text;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (now != made) {
        made = now;
        text = http_date(now);
    }
    return text;
}

std::string_view path_of(std::string_view target)
{
    return target.substr(0, target.find('?'));
}

bool is_on_loopback(const asio::ip::tcp::socket& socket)
{
    error_code unknown;
    const auto address = socket.remote_endpoint(unknown).address();
    if (unknown) {
        return false;
    }
    return address.is_v6() && address.to_v6().is_v4_mapped()
               ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback()
               : address.is_loopback();
}

std::string header_of(const Response& response, bool keep_alive, bool http10)
{
    std::string text;
    text.reserve(384);
    text.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason(response.status));
    text.append("\r\nDate: ").append(date_now()).append("\r\n");
    for (const auto& [name, value] : response.headers) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (response.status != 304 && response.status != 204 && response.status != 101) {
        text.append("Content-Length: ").append(std::to_string(body_size(response))).append("\r\n");
    }
    if (!keep_alive) {
        text.append("Connection: close\r\n");
    } else if (http10) {
        text.append("Connection: keep-alive\r\n");
    }
    return text.append("\r\n");
}

}  // namespace

class HttpSession : public Connection, public std::enable_shared_from_this<HttpSession> {
public:
    HttpSession(HttpServer& server, asio::ip::tcp::socket socket)
        : server_(server), socket_(std::move(socket)), from_loopback_(is_on_loopback(socket_))
    {
        server_.connections_.add(*this);
        wait_until(server_.options_.request_timeout);
    }
    ~HttpSession() override
    {
        release_body();
        server_.connections_.remove(*this);
    }

    asio::awaitable<void> run();

    void check_deadline(SteadyTime now) override
    {
        if (now > deadline_) {
            abort();
        }
    }
    void shut_down() override
    {
        stopping_ = true;
        if (idle_) {
            abort();
        }
    }
    void abort() override
    {
        error_code ignored;
        socket_.close(ignored);
        later_came_.cancel();
    }

private:
    using Parser = http::request_parser<http::string_body>;

    /// What was read of a request: all of it, or an answer to what there is.
    struct Received {
        error_code error;
        std::optional<Response> refusal;
    };
    asio::awaitable<Received> read(Parser& parser);
    [[nodiscard]] std::optional<Response> prepare_body(Parser& parser);
    [[nodiscard]] bool charge_body(std::size_t bytes);
    asio::awaitable<bool> answer(const Parser& parser);
    asio::awaitable<bool> answer_later(const Request& request, const LaterHandler& handler, bool keep_alive,
                                       bool http10);
    [[nodiscard]] Response too_large(const Parser& parser) const;
    [[nodiscard]] Response too_many(const Parser& parser) const;
    asio::awaitable<bool> write(const Response& response, bool head, bool keep_alive, bool http10 = false);
    asio::awaitable<bool> write_file(std::string header, const FileBody& body);
    asio::awaitable<bool> write_stream(std::string header, const StreamBody& body);
    asio::awaitable<bool> upgrade(const Request& request, const SocketHandler& handler);
    [[nodiscard]] Response respond(Request& request, const HttpServer::Route* route);
    void release_body() { server_.body_bytes_ -= std::exchange(body_bytes_, 0); }
    void wait_until(std::chrono::milliseconds timeout) { deadline_ = std::chrono::steady_clock::now() + timeout; }

    HttpServer& server_;
    asio::ip::tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
    const bool from_loopback_;
    SteadyTime deadline_{};
    std::size_t body_bytes_{0};      // what this request's body may take of the server's room for bodies
    std::optional<Response> later_;  // an answer that came later
    asio::steady_timer later_came_{socket_.get_executor()};
    bool idle_{true};  // nothing of a request has come
    bool stopping_{false};
};

void start_http_session(HttpServer& server, asio::ip::tcp::socket socket)
{
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);
    const auto executor = socket.get_executor();
    const auto session = std::make_shared<HttpSession>(server, std::move(socket));
    // run() handles every error by ending; what it throws (out of memory) ends the program, as it should.
    asio::co_spawn(executor, session->run(), [session](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
}

asio::awaitable<void> HttpSession::run()
{
    for (bool go_on = true; go_on && !stopping_;) {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(server_.options_.header_bytes));
        parser.body_limit(boost::none);  // until it is known whose it is
        const auto [error, refusal] = co_await read(parser);
        if (refusal) {
            go_on = co_await write(*refusal, false, false);
        } else if (!error) {
            wait_until(server_.options_.idle_timeout);
            go_on = co_await answer(parser);
        } else if (error == http::error::header_limit) {
            go_on = co_await write(Response::text(431, "the request header is too large\n"), false, false);
        } else if (error == http::error::body_limit) {
            go_on = co_await write(too_large(parser), false, false);
        } else if (error.category() == http::make_error_code(http::error::bad_method).category() &&
                   error != http::error::end_of_stream && error != http::error::partial_message) {
            go_on =
                co_await write(Response::text(400, "not an HTTP/1.1 request: " + error.message() + "\n"), false, false);
        } else {
            go_on = false;
        }
        release_body();
    }
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

asio::awaitable<HttpSession::Received> HttpSession::read(Parser& parser)
{
    // Idle until the first byte, then the whole request has to come in time.
    if (buffer_.size() == 0) {
        idle_ = true;
        const auto [error, received] = co_await socket_.async_read_some(buffer_.prepare(2048), kAwait);
        idle_ = false;
        if (error) {
            co_return Received{error, {}};
        }
        buffer_.commit(received);
    }
    wait_until(server_.options_.request_timeout);
    const auto [header_error, header_bytes] = co_await http::async_read_header(socket_, buffer_, parser, kAwait);
    if (header_error || parser.is_done()) {
        co_return Received{header_error, {}};
    }
    if (auto refusal = prepare_body(parser)) {
        co_return Received{{}, std::move(refusal)};
    }
    if (view(parser.get()[http::field::expect]) == "100-continue") {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto [error, sent] = co_await asio::async_write(socket_, asio::buffer(kContinue), kAwait);
        if (error) {
            co_return Received{error, {}};
        }
    }
    wait_until(server_.options_.request_timeout);
    while (!parser.is_done()) {
        const auto [error, received] = co_await http::async_read_some(socket_, buffer_, parser, kAwait);
        if (error) {
            co_return Received{error, {}};
        }
        if (!charge_body(parser.get().body().size())) {
            co_return Received{{}, too_many(parser)};
        }
    }
    auto& body = parser.get().body();
    body.reserve(body.size() + Request::kBodyPadding);  // where its size was not known before
    co_return Received{};
}

/// Prepares the parser for the body, or says why there is no room for it.
std::optional<Response> HttpSession::prepare_body(Parser& parser)
{
    const auto target = view(parser.get().target());
    const auto limit = server_.body_limit(view(parser.get().method_string()), path_of(target));
    parser.body_limit(limit);
    const auto length = parser.content_length();
    if (length && *length > limit) {
        return too_large(parser);
    }
    if (length) {
        parser.get().body().reserve(*length + Request::kBodyPadding);
    }
    return std::nullopt;
}

Response HttpSession::too_large(const Parser& parser) const
{
    return server_.error(path_of(view(parser.get().target())), 413, "the request body is too large");
}

Response HttpSession::too_many(const Parser& parser) const
{
    return std::move(
        server_.error(path_of(view(parser.get().target())), 503, "too many large requests at once; try again")
            .with("Retry-After", "1"));
}

/// Counts what has come of the body, not what the client says that will: a promise costs it nothing.
bool HttpSession::charge_body(std::size_t bytes)
{
    server_.body_bytes_ += bytes - body_bytes_;
    body_bytes_ = bytes;
    return server_.body_bytes_ <= server_.options_.bodies_bytes;
}

asio::awaitable<bool> HttpSession::answer(const Parser& parser)
{
    const auto& message = parser.get();
    const bool http10 = message.version() < 11;
    const bool keep_alive = message.keep_alive() && !stopping_;
    const bool head = message.method() == http::verb::head;
    Request request;
    request.method = view(message.method_string());
    request.target = view(message.target());
    request.from_loopback = from_loopback_;
    request.body = message.body();
    request.header = [&message](std::string_view name) { return view(message[{name.data(), name.size()}]); };
    const auto target = request.target;
    const auto question = std::min(target.find('?'), target.size());
    auto path = percent_decoded(target.substr(0, question), false);
    auto query = parse_query(target.substr(std::min(question + 1, target.size())));
    if (!path || !query || path->empty() || path->front() != '/') {
        co_return co_await write(
            server_.error(path_of(target), 400, "the request target is not a valid path and query"), head, keep_alive);
    }
    request.path = std::move(*path);
    request.query = std::move(*query);
    const auto* route = server_.find(request);
    if (route != nullptr && route->takes(request.method)) {
        const auto* socket = std::get_if<SocketHandler>(&route->handler);
        if (socket != nullptr && boost::beast::websocket::is_upgrade(message)) {
            co_return co_await upgrade(request, *socket);
        }
        if (const auto* later = std::get_if<LaterHandler>(&route->handler)) {
            co_return co_await answer_later(request, *later, keep_alive, http10);
        }
    }
    co_return co_await write(respond(request, route), head, keep_alive, http10);
}

asio::awaitable<bool> HttpSession::answer_later(const Request& request, const LaterHandler& handler, bool keep_alive,
                                                bool http10)
{
    const bool head = request.method == "HEAD";
    later_.reset();
    later_came_.expires_at(asio::steady_timer::time_point::max());
    deadline_ = SteadyTime::max();  // the client has done its part
    handler(request, [self = weak_from_this()](Response response) {
        if (const auto session = self.lock()) {
            session->later_ = std::move(response);
            session->later_came_.cancel();
        }
    });
    if (!later_) {
        co_await later_came_.async_wait(kAwait);
    }
    if (!later_) {
        co_return false;  // aborted
    }
    wait_until(server_.options_.idle_timeout);
    co_return co_await write(*std::exchange(later_, std::nullopt), head, keep_alive && !stopping_, http10);
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
                             .with("Access-Control-Allow-Headers", "Range, If-None-Match, If-Modified-Since, If-Range")
                             .with("Access-Control-Max-Age", "600"));
    }
    if (!route->takes(request.method)) {
        const auto allowed = server_.allowed_methods(request.path);
        return std::move(
            server_.error(request.path, 405, "only " + allowed + " are understood here").with("Allow", allowed));
    }
    const auto* handler = std::get_if<Handler>(&route->handler);
    if (handler == nullptr) {
        return std::move(Response::text(426, "this is a WebSocket: connect with ws://\n")
                             .with("Upgrade", "websocket")
                             .with("Connection", "Upgrade"));
    }
    return (*handler)(request);
}

asio::awaitable<bool> HttpSession::write(const Response& response, bool head, bool keep_alive, bool http10)
{
    auto header = header_of(response, keep_alive, http10);
    error_code error;
    if (head || response.status == 304 || response.status == 204) {
        std::tie(error, std::ignore) = co_await asio::async_write(socket_, asio::buffer(header), kAwait);
    } else if (const auto* file = std::get_if<FileBody>(&response.body)) {
        co_return co_await write_file(std::move(header), *file) && keep_alive;
    } else if (const auto* stream = std::get_if<StreamBody>(&response.body)) {
        co_return co_await write_stream(std::move(header), *stream) && keep_alive;
    } else {
        const auto* own = std::get_if<std::string>(&response.body);
        const auto& body = own != nullptr ? *own : *std::get<SharedBody>(response.body);
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(header), asio::buffer(body)};
        std::tie(error, std::ignore) = co_await asio::async_write(socket_, buffers, kAwait);
    }
    co_return !error && keep_alive;
}

asio::awaitable<bool> HttpSession::write_file(std::string header, const FileBody& body)
{
    // The header waits for the first of the file, so that both leave in one packet.
    auto sent = ::send(socket_.native_handle(), header.data(), header.size(), MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(header.size())) {
        header.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
        const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(header), kAwait);
        if (error) {
            co_return false;
        }
    }
    auto offset = static_cast<off_t>(body.offset);
    const auto end = static_cast<off_t>(body.offset + body.size);
    while (offset < end) {
        const auto count = std::min(static_cast<std::size_t>(end - offset), kMaxSendfile);
        sent = ::sendfile(socket_.native_handle(), body.fd, &offset, count);
        if (sent == 0 || (sent < 0 && errno != EAGAIN && errno != EINTR)) {
            co_return false;  // cut short: the client sees it by the length
        }
        if (offset < end) {
            wait_until(server_.options_.idle_timeout);
            const auto [error] = co_await socket_.async_wait(asio::socket_base::wait_write, kAwait);
            if (error) {
                co_return false;
            }
        }
    }
    co_return true;
}

asio::awaitable<bool> HttpSession::write_stream(std::string header, const StreamBody& body)
{
    std::vector<char> chunk(kStreamChunk);
    std::uint64_t sent = 0;
    if (body.size == 0) {
        const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(header), kAwait);
        co_return !error;
    }
    while (sent < body.size) {
        const auto size = body.read(chunk);
        const std::array<asio::const_buffer, 2> buffers{asio::buffer(header), asio::buffer(chunk.data(), size)};
        wait_until(server_.options_.idle_timeout);
        const auto [error, count] = co_await asio::async_write(socket_, buffers, kAwait);
        if (error || size == 0) {
            co_return false;
        }
        header.clear();
        sent += size;
    }
    co_return true;
}

asio::awaitable<bool> HttpSession::upgrade(const Request& request, const SocketHandler& handler)
{
    const auto key = request.header("Sec-WebSocket-Key");
    if (request.header("Sec-WebSocket-Version") != "13") {
        co_return co_await write(
            std::move(Response::text(426, "WebSocket version 13 is needed\n").with("Sec-WebSocket-Version", "13")),
            false, false);
    }
    if (key.size() != 24) {
        co_return co_await write(Response::text(400, "Sec-WebSocket-Key: must be 16 bytes in base64\n"), false, false);
    }
    auto made = handler(request);
    if (const auto* refusal = std::get_if<Response>(&made)) {
        co_return co_await write(*refusal, false, true);
    }
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        websocket_accept(key) + "\r\n\r\n";
    const auto socket = std::make_shared<WebSocket>(std::move(socket_), server_.options_.websocket,
                                                    server_.connections_, server_.read_buffer_);
    socket->send(std::make_shared<const std::string>(answer));
    const auto received = buffer_.data();
    socket->start(std::move(std::get<0>(made)), {static_cast<const char*>(received.data()), received.size()});
    co_return false;
}

}  // namespace alleycat::net
