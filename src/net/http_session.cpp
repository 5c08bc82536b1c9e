#include "http_session.hpp"

#include "response_head.hpp"
#include "tls_context.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace alleycat::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kReceiveBytes = 64 * 1024;       // at once
constexpr std::size_t kFramingShare = 8;               // bytes about a chunk for each in it, at most
constexpr std::size_t kLingerBytes = 1024 * 1024;      // read of a client that was refused
constexpr auto kLingerTime = std::chrono::seconds(2);  // likewise
constexpr char kTlsHandshake = 0x16;                   // the first byte of whoever speaks TLS

std::size_t count_fields(const http::fields& fields)
{
    return static_cast<std::size_t>(std::distance(fields.begin(), fields.end()));
}

}  // namespace

void start_http_session(HttpServer& server, Channel channel, bool from_loopback)
{
    const auto session = std::make_shared<HttpSession>(server, std::move(channel), from_loopback);
    // run() handles every error by ending; what it throws (out of memory) ends the program, as it should.
    asio::co_spawn(session->executor(), session->run(), [session](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
}

HttpSession::HttpSession(HttpServer& server, Channel channel, bool from_loopback)
    : server_(server), channel_(std::move(channel)), from_loopback_(from_loopback)
{
    server_.connections_.add(*this);
    wait_until(server_.options_.request_timeout);
}

HttpSession::~HttpSession()
{
    release_body();
    server_.connections_.remove(*this);
}

void HttpSession::check_deadline(SteadyTime now)
{
    if (now <= deadline_) {
        return;
    }
    // The socket says that there is room again only when much of its buffer is free, which a slow client may not
    // manage.
    const auto untaken_bytes = phase_ == Phase::Answering ? channel_.untaken_bytes() : 0;
    if (untaken_bytes != 0 && untaken_bytes < untaken_bytes_) {
        untaken_bytes_ = untaken_bytes;
        deadline_ = now + server_.options_.idle_timeout;
    } else {
        server_.refused_.timeout += phase_ == Phase::Receiving ? 1 : 0;
        abort();
    }
}

void HttpSession::shut_down()
{
    stopping_ = true;
    if (phase_ == Phase::Idle) {
        abort();
    }
}

void HttpSession::abort()
{
    channel_.close();
    if (later_ != nullptr) {
        later_->came.cancel();
    }
}

asio::awaitable<void> HttpSession::run()
{
    bool go_on = server_.tls_ == nullptr || co_await secure();
    while (go_on && !stopping_) {
        if (!unread().empty()) {
            co_await yield();
        } else {
            phase_ = Phase::Idle;
            release_input();
            if (!channel_.pending()) {  // waits here, since each coroutine that waits for another takes memory
                co_await channel_.wait(Channel::Next::Readable, kAwait);
                waited_ = true;
            }
            go_on = co_await receive();
        }
        if (go_on) {
            phase_ = Phase::Receiving;
            wait_until(server_.options_.request_timeout);
            go_on = co_await serve();
            release_body();
        }
    }
    co_await end();
}

/// Agrees on TLS. Until the client's first byte the connection costs nothing but its socket.
asio::awaitable<bool> HttpSession::secure()
{
    char first = 0;
    auto step = channel_.try_peek(first);
    for (; step.next == Channel::Next::Readable; step = channel_.try_peek(first)) {
        if (!co_await ready(step.next)) {
            co_return false;
        }
    }
    if (step.next != Channel::Next::Go) {
        co_return false;
    }
    if (first != kTlsHandshake) {
        refused_ = true;
        co_return co_await write(Response::text(400, "this port speaks https\n"), {});
    }
    channel_.start_tls(server_.tls_->handle());
    for (step = channel_.try_handshake(); step.next != Channel::Next::Go; step = channel_.try_handshake()) {
        if (step.next == Channel::Next::Ended || !co_await ready(step.next)) {
            server_.refused_.tls += stopping_ ? 0 : 1;
            co_return false;
        }
    }
    wait_until(server_.options_.request_timeout);
    co_return true;
}

/// Receives a request and answers it; false where the connection ends with that.
asio::awaitable<bool> HttpSession::serve()
{
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(server_.options_.header_bytes));
    parser.body_limit(boost::none);  // until it is known whose it is
    bool received = co_await receive_header(parser);
    if (received && !parser.is_done()) {
        received = co_await receive_body(parser);
    }
    phase_ = Phase::Answering;
    wait_until(server_.options_.idle_timeout);
    if (received) {
        co_return co_await answer(parser);
    }
    if (refusal_) {
        refused_ = true;
        co_await write(*std::exchange(refusal_, std::nullopt), {});
    }
    co_return false;
}

asio::awaitable<bool> HttpSession::receive_header(Parser& parser)
{
    HeaderScan scan(server_.options_.header_bytes);
    auto state = scan.scan(unread());
    while (state == HeaderScan::State::More) {
        if (!co_await receive()) {
            co_return false;
        }
        state = scan.scan(unread());
    }
    if (state == HeaderScan::State::TooLarge) {
        refusal_ = Response::text(431, "the request header is too large\n");
        co_return false;
    }
    if (state == HeaderScan::State::Broken) {
        co_return refuse("a control character, or a line end that is not CR LF");
    }
    const auto header = unread().substr(0, scan.size());
    if (const auto fault = header_fault(header); !fault.empty()) {
        co_return refuse(std::string(fault));
    }
    error_code error;
    parser.put(asio::buffer(header), error);
    if (error) {
        co_return refuse(error.message());
    }
    read_ += header.size();
    co_return true;
}

asio::awaitable<bool> HttpSession::receive_body(Parser& parser)
{
    refusal_ = prepare_body(parser);
    if (refusal_) {
        co_return false;
    }
    if (view(parser.get()[http::field::expect]) == "100-continue" &&
        !co_await write_all({"HTTP/1.1 100 Continue\r\n\r\n", {}})) {
        co_return false;
    }
    wait_until(server_.options_.request_timeout);
    const auto fields = count_fields(parser.get());
    framing_bytes_ = 0;
    while (!take_body(parser)) {
        if (refusal_ || !co_await receive()) {
            co_return false;
        }
    }
    if (count_fields(parser.get()) != fields) {  // the parser has put them to the header, where no proxy looked
        co_return refuse("trailer fields");
    }
    auto& body = parser.get().body();
    body.reserve(body.size() + Request::kBodyPadding);  // where its size was not known before
    co_return true;
}

/// Prepares the parser for the body, or says why it is not taken.
std::optional<Response> HttpSession::prepare_body(Parser& parser)
{
    const auto& message = parser.get();
    const auto path = path_of(view(message.target()));
    const auto coding = view(message[http::field::content_encoding]);
    if (!coding.empty() && !same_word(coding, "identity")) {
        return std::move(
            server_.error(path, 415, "a request body must not be compressed").with("Accept-Encoding", "identity"));
    }
    const auto limit = server_.body_limit(view(message.method_string()), path);
    parser.body_limit(limit);
    const auto length = parser.content_length();
    if (length && *length > limit) {
        return server_.error(path, 413, "the request body is too large");
    }
    if (length) {
        parser.get().body().reserve(*length + Request::kBodyPadding);
    }
    return std::nullopt;
}

/// Gives the parser what has come of the body; true where that was the last. Sets refusal_ where it is not taken.
bool HttpSession::take_body(Parser& parser)
{
    const auto& body = parser.get().body();
    error_code error;
    while (!parser.is_done() && !unread().empty() && !error) {
        const auto before = body.size();
        const auto taken = parser.put(asio::buffer(unread()), error);
        read_ += taken;
        framing_bytes_ += taken - (body.size() - before);
        const auto unfinished = error == http::error::need_more ? unread().size() : 0;
        if (error == http::error::body_limit) {
            refusal_ = server_.error(path_of(view(parser.get().target())), 413, "the request body is too large");
        } else if (error && error != http::error::need_more) {
            refuse(error.message());
        } else if (framing_bytes_ + unfinished > server_.options_.header_bytes + kFramingShare * body.size()) {
            refuse("the chunks tell more about themselves than they hold");
        } else if (!charge_body(body.size())) {
            refusal_ =
                server_.error(path_of(view(parser.get().target())), 503, "too many large requests at once; try again");
            refusal_->with("Retry-After", "1");
        }
        if (refusal_) {
            return false;
        }
    }
    return parser.is_done();
}

/// Counts what has come of the body, not what the client says that will: a promise costs it nothing.
bool HttpSession::charge_body(std::size_t bytes)
{
    server_.body_bytes_ += bytes - body_bytes_;
    body_bytes_ = bytes;
    return server_.body_bytes_ <= server_.options_.bodies_bytes;
}

bool HttpSession::refuse(std::string why)
{
    refusal_ = Response::text(400, "not an HTTP/1.1 request: " + std::move(why) + "\n");
    return false;
}

/// Appends what has come to what is unread, and waits where that is nothing; false at the connection's end.
asio::awaitable<bool> HttpSession::receive()
{
    input_.erase(0, std::exchange(read_, 0));
    const auto room = server_.read_buffer_.room().first(kReceiveBytes);
    auto got = channel_.try_read(room);
    while (got.bytes == 0) {
        if (got.next == Channel::Next::Ended || !co_await ready(got.next)) {
            co_return false;
        }
        got = channel_.try_read(room);
    }
    input_.append(room.data(), got.bytes);
    if (!std::exchange(waited_, false)) {
        co_await yield();
    }
    co_return true;
}

asio::awaitable<bool> HttpSession::ready(Channel::Next next)
{
    untaken_bytes_ = channel_.untaken_bytes();
    const auto [error] = co_await channel_.wait(next, kAwait);
    waited_ = true;
    co_return !error;
}

/// Lets other connections have their turn.
asio::awaitable<void> HttpSession::yield()
{
    co_await asio::post(channel_.executor(), asio::use_awaitable);
}

/// Ends the connection. What a client that was refused still sends is read for a moment: closing a socket with input
/// left would take our answer back.
asio::awaitable<void> HttpSession::end()
{
    if (!channel_.is_open()) {
        co_return;  // it was aborted, or is a WebSocket now
    }
    channel_.end_sending();
    phase_ = Phase::Idle;
    wait_until(kLingerTime);
    for (auto left = refused_ && !stopping_ ? kLingerBytes : 0; left > 0; left -= std::min(left, input_.size())) {
        read_ = input_.size();
        if (!co_await receive()) {
            break;
        }
    }
    channel_.close();
}

}  // namespace alleycat::net
