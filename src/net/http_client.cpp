#include <alleycat/net/http_client.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <vector>

namespace alleycat::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace errc = boost::system::errc;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::string_view kScheme = "http://";

[[noreturn]] void refuse(std::string_view url, std::string_view why)
{
    throw std::invalid_argument("\"" + std::string(url) + "\": " + std::string(why) +
                                "; allowed is http://host[:port][/path][?query]");
}

std::uint16_t parse_port(std::string_view url, std::string_view text)
{
    std::uint16_t port = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || port == 0) {
        refuse(url, "the port must be a number from 1 to 65535");
    }
    return port;
}

/// Splits "host", "host:port", "[address]" or "[address]:port".
void parse_authority(std::string_view url, std::string_view authority, HttpUrl& parsed)
{
    const bool bracketed = authority.starts_with('[');
    const auto host_end = bracketed ? authority.find(']') : authority.find(':');
    if (bracketed && host_end == std::string_view::npos) {
        refuse(url, "the bracket is not closed");
    }
    parsed.host = bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
    if (parsed.host.empty()) {
        refuse(url, "the host is missing");
    }
    const auto rest =
        host_end == std::string_view::npos ? std::string_view() : authority.substr(host_end + (bracketed ? 1 : 0));
    if (!rest.empty() && !rest.starts_with(':')) {
        refuse(url, "only a port may stand behind the host");
    }
    if (!rest.empty()) {
        parsed.port = parse_port(url, rest.substr(1));
    }
}

/// As HttpClient::post() says its errors.
error_code public_error(error_code error)
{
    if (error == http::error::body_limit) {
        return Errc::TooLarge;
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message || error == asio::error::eof) {
        return errc::make_error_code(errc::connection_reset);
    }
    const bool protocol = error.category() == http::make_error_code(http::error::bad_version).category();
    return protocol ? errc::make_error_code(errc::bad_message) : error;
}

}  // namespace

std::string HttpUrl::authority() const
{
    auto text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == 80 ? text : text + ":" + std::to_string(port);
}

HttpUrl parse_http_url(std::string_view url)
{
    const bool graphic =
        std::all_of(url.begin(), url.end(), [](char letter) { return letter > ' ' && letter < '\x7f'; });
    if (!graphic) {
        refuse(url, "it must be ASCII without spaces; others are written as %XX");
    }
    if (!url.starts_with(kScheme)) {
        refuse(url, "it must begin with http://");
    }
    const auto rest = url.substr(kScheme.size());
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    const auto target = rest.substr(authority.size());
    if (authority.empty()) {
        refuse(url, "the host is missing");
    }
    if (authority.find('@') != std::string_view::npos) {
        refuse(url, "it must not name a user");
    }
    if (target.find('#') != std::string_view::npos) {
        refuse(url, "it must not have a fragment");
    }
    HttpUrl parsed;
    parse_authority(url, authority, parsed);
    parsed.target = (target.starts_with('/') ? "" : "/") + std::string(target);
    return parsed;
}

class HttpClient::Impl {
public:
    Impl(HttpUrl url, Options options) : url_(std::move(url)), options_(options) {}

    Result<Answer> post(std::string_view content_type, std::string_view body)
    {
        deadline_ = Clock::now() + options_.timeout;
        const bool kept = socket_.is_open();
        auto answer = exchange(content_type, body);
        if (!answer && kept && stale_) {
            answer = exchange(content_type, body);
        }
        return answer;
    }

    void cancel()
    {
        cancelled_ = true;
        asio::post(context_, [] {});  // so that the call looks
    }

private:
    using Clock = std::chrono::steady_clock;
    using Endpoints = std::vector<tcp::endpoint>;

    [[nodiscard]] Result<Answer> exchange(std::string_view content_type, std::string_view body);
    [[nodiscard]] error_code connect();
    [[nodiscard]] Result<Endpoints> resolve();
    template <class Start>
    [[nodiscard]] error_code run(Start start);
    [[nodiscard]] error_code gave_up() const
    {
        return errc::make_error_code(cancelled_ ? errc::operation_canceled : errc::timed_out);
    }
    void close()
    {
        error_code ignored;
        socket_.close(ignored);
        buffer_.clear();
    }

    const HttpUrl url_;
    const Options options_;
    std::atomic<bool> cancelled_{false};
    asio::io_context context_{1};  // runs inside post() only
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    tcp::resolver resolver_{context_};
    tcp::socket socket_{context_};
    boost::beast::flat_buffer buffer_;
    Clock::time_point deadline_{};
    bool stale_{false};  // the latest exchange failed before anything came back, and not for time
};

/// Runs the operation that `start` begins, with the handler that it is given, until its end; gives it up at the
/// deadline and at cancel().
template <class Start>
error_code HttpClient::Impl::run(Start start)
{
    error_code result;
    bool done = false;
    start([&](error_code error, auto&&...) {
        result = error;
        done = true;
    });
    while (!done && !cancelled_ && context_.run_one_until(deadline_) > 0) {
    }
    if (done) {
        return result;
    }
    close();
    while (!done) {
        context_.run_one();
    }
    return gave_up();
}

Result<HttpClient::Impl::Endpoints> HttpClient::Impl::resolve()
{
    error_code is_name;
    const auto address = asio::ip::make_address(url_.host, is_name);
    if (!is_name) {
        return Endpoints{{address, url_.port}};
    }
    // A look-up cannot be interrupted. One that is given up ends some time later, and finds this.
    struct LookUp {
        bool done{false};
        error_code error;
        Endpoints found;
    };
    const auto look_up = std::make_shared<LookUp>();
    resolver_.async_resolve(url_.host, std::to_string(url_.port),
                            [look_up](error_code error, const tcp::resolver::results_type& results) {
                                look_up->done = true;
                                look_up->error = error;
                                look_up->found.assign(results.begin(), results.end());
                            });
    while (!look_up->done && !cancelled_ && context_.run_one_until(deadline_) > 0) {
    }
    if (!look_up->done) {
        resolver_.cancel();
        return gave_up();
    }
    return look_up->error ? Result<Endpoints>(look_up->error) : std::move(look_up->found);
}

error_code HttpClient::Impl::connect()
{
    const auto endpoints = resolve();
    if (!endpoints) {
        return endpoints.error();
    }
    const auto error = run([&](auto handler) { asio::async_connect(socket_, *endpoints, std::move(handler)); });
    if (!error) {
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
    }
    return error;
}

Result<HttpClient::Answer> HttpClient::Impl::exchange(std::string_view content_type, std::string_view body)
{
    stale_ = false;
    if (cancelled_) {
        return gave_up();
    }
    if (!socket_.is_open()) {
        if (const auto error = connect()) {
            close();
            return public_error(error);
        }
    }
    http::request<http::span_body<const char>> request(http::verb::post, url_.target, 11);
    request.set(http::field::host, url_.authority());
    request.set(http::field::user_agent, "alleycat");
    request.set(http::field::content_type, content_type);
    request.body() = {body.data(), body.size()};
    request.prepare_payload();
    http::response_parser<http::string_body> parser;
    parser.body_limit(options_.answer_bytes);
    auto error = run([&](auto handler) { http::async_write(socket_, request, std::move(handler)); });
    if (!error) {
        error = run([&](auto handler) { http::async_read(socket_, buffer_, parser, std::move(handler)); });
    }
    if (error) {
        stale_ = !parser.got_some() && error != errc::timed_out && error != errc::operation_canceled;
        close();
        return public_error(error);
    }
    if (!parser.keep_alive() || buffer_.size() != 0) {
        close();
    }
    auto answer = parser.release();
    return Answer{answer.result_int(), std::move(answer.body())};
}

HttpClient::HttpClient(HttpUrl url, Options options) : impl_(std::make_unique<Impl>(std::move(url), options)) {}
HttpClient::~HttpClient() = default;

Result<HttpClient::Answer> HttpClient::post(std::string_view content_type, std::string_view body)
{
    return impl_->post(content_type, body);
}

void HttpClient::cancel()
{
    impl_->cancel();
}

}  // namespace alleycat::net
