#include "put_answer.hpp"
#include "request_signature.hpp"
#include "sender.hpp"
#include "stream_calls.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <stdexcept>

namespace alleycat::sim {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr unsigned kHttp11 = 11;
constexpr std::uint64_t kMostAnswerBytes = 4 * 1024 * 1024;
constexpr std::string_view kOperation = "Kinesis_20131202.PutRecords";
constexpr std::string_view kContentType = "application/x-amz-json-1.1";
constexpr SignatureScope kScope{"us-east-1", "kinesis"};

/// Such as 20150830T123600Z.
std::string date_now()
{
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc)};
}

std::string host_header(const StreamTarget& target)
{
    const bool ipv6 = target.host.find(':') != std::string::npos;
    return (ipv6 ? '[' + target.host + ']' : target.host) + ':' + target.port;
}

/// One connection. A read always waits while it is open, so that it sees a server that closes it between two calls, as
/// HTTP allows; then it rests until there is something to send. One that breaks during a call is a lost one.
class StreamConnection {
public:
    StreamConnection(asio::io_context& io, const StreamTarget& target, const tcp::resolver::results_type& endpoints,
                     std::uint64_t number, Tally& tally)
        : io_(io),
          target_(target),
          endpoints_(endpoints),
          tally_(tally),
          timer_(io),
          socket_(io),
          calls_(target.stream, target.batch, number)
    {
    }

    void connect();
    void pump();
    void stop();

    /// Or at rest.
    [[nodiscard]] bool usable() const { return state_ != State::Connecting; }
    [[nodiscard]] StreamCalls& calls() { return calls_; }
    [[nodiscard]] const StreamCalls& calls() const { return calls_; }

private:
    enum class State {
        Connecting,  ///< or waiting to do so again
        Open,
        Resting,  ///< closed, until there is something to send
    };

    void on_connected(error_code error);
    void write();
    void read();
    void on_read(error_code error);
    void on_answer();
    void pause(std::chrono::milliseconds time);
    void close();
    void rest();
    void lost(const std::string& reason);

    asio::io_context& io_;
    const StreamTarget& target_;
    const tcp::resolver::results_type& endpoints_;
    Tally& tally_;
    asio::steady_timer timer_;  // the pause before the next attempt to connect, or the next call
    tcp::socket socket_;
    State state_{State::Connecting};
    bool stopped_{false};
    bool writing_{false};
    bool pausing_{false};   // before the next call
    unsigned failures_{0};  // in a row
    unsigned attempt_{0};   // handlers of an earlier socket do nothing

    StreamCalls calls_;
    PutAnswerReader reader_;
    http::request<http::string_body> request_;
    boost::beast::flat_buffer buffer_;
    std::optional<http::response_parser<http::string_body>> response_;
};

void StreamConnection::connect()
{
    state_ = State::Connecting;
    socket_ = tcp::socket(io_);
    asio::async_connect(socket_, endpoints_, [this](error_code error, const tcp::endpoint&) {
        if (!stopped_) {
            on_connected(error);
        }
    });
}

void StreamConnection::on_connected(error_code error)
{
    if (!error) {
        socket_.set_option(tcp::no_delay(true), error);
    }
    if (error) {
        lost(error.message());
        return;
    }
    state_ = State::Open;
    read();
    pump();
}

void StreamConnection::pump()
{
    if (stopped_ || pausing_ || state_ == State::Connecting || !calls_.ready()) {
        return;
    }
    if (state_ == State::Resting) {
        connect();
        return;
    }
    write();
}

void StreamConnection::write()
{
    request_ = {http::verb::post, "/", kHttp11};
    tally_.sent += calls_.begin_call(request_.body(), std::chrono::steady_clock::now());
    const std::string host = host_header(target_);
    request_.set(http::field::host, host);
    request_.set(http::field::content_type, kContentType);
    request_.set("x-amz-target", kOperation);
    if (!target_.access_key.id.empty()) {
        const std::string date = date_now();
        const std::array<SignedHeader, 4> headers{
            {{"content-type", kContentType}, {"host", host}, {"x-amz-date", date}, {"x-amz-target", kOperation}}};
        request_.set("x-amz-date", date);
        request_.set(http::field::authorization,
                     authorization(target_.access_key, kScope, date, headers, request_.body()));
    } else if (!target_.token.empty()) {
        request_.set(http::field::authorization, "Bearer " + target_.token);
    }
    request_.prepare_payload();
    writing_ = true;
    http::async_write(socket_, request_, [this, attempt = attempt_](error_code error, std::size_t) {
        if (stopped_ || attempt != attempt_) {
            return;
        }
        writing_ = false;
        if (error) {
            lost(error.message());
        }
    });
}

void StreamConnection::read()
{
    response_.emplace();
    response_->body_limit(kMostAnswerBytes);
    http::async_read(socket_, buffer_, *response_, [this, attempt = attempt_](error_code error, std::size_t) {
        if (!stopped_ && attempt == attempt_) {
            on_read(error);
        }
    });
}

void StreamConnection::on_read(error_code error)
{
    if (error && !calls_.under_way()) {
        rest();
    } else if (error) {
        lost(error == http::error::end_of_stream ? "the server closed the connection" : error.message());
    } else {
        on_answer();
    }
}

void StreamConnection::on_answer()
{
    const auto& response = response_->get();
    const PutAnswer answer = reader_.read(response.result_int(), response.body());
    const Instant now = std::chrono::steady_clock::now();
    const auto outcome = calls_.on_answer(answer, now, tally_.latency);
    if (!outcome) {
        lost(answer.message.empty() ? "the server answered for another number of records" : answer.message);
        return;
    }
    failures_ = 0;
    tally_.acked += outcome->accepted;
    tally_.rejected += outcome->rejected;
    tally_.failed += outcome->failed;
    if (outcome->accepted + outcome->rejected > 0) {
        tally_.last_answer = now;
    }
    if (outcome->failed > 0) {
        tally_.last_error = answer.message;
    }
    if (outcome->rejected > 0 && tally_.first_rejects.size() < Tally::kMostRejects) {
        tally_.first_rejects.push_back(std::to_string(outcome->rejected) + " records rejected: " + answer.message);
    }
    // A server may answer before it has all of the request; what it does with the rest is unknown.
    if (writing_ || !response_->keep_alive()) {
        rest();
    } else {
        read();
    }
    if (outcome->failed > 0) {
        pause(outcome->pause);
    } else {
        pump();
    }
}

void StreamConnection::pause(std::chrono::milliseconds time)
{
    pausing_ = true;
    timer_.expires_after(time);
    timer_.async_wait([this](error_code error) {
        if (!error && !stopped_) {
            pausing_ = false;
            pump();
        }
    });
}

void StreamConnection::close()
{
    ++attempt_;
    writing_ = false;
    buffer_.clear();
    error_code ignored;
    socket_.close(ignored);
}

void StreamConnection::rest()
{
    close();
    state_ = State::Resting;
}

void StreamConnection::lost(const std::string& reason)
{
    close();
    calls_.repeat_call();
    tally_.last_error = reason;
    pausing_ = false;  // the timer waits for something else now
    tally_.reconnects += state_ == State::Open ? 1 : 0;
    state_ = State::Connecting;
    timer_.expires_after(reconnect_pause(++failures_));
    timer_.async_wait([this](error_code error) {
        if (!error && !stopped_) {
            connect();
        }
    });
}

void StreamConnection::stop()
{
    stopped_ = true;
    timer_.cancel();
    close();
}

class StreamSender final : public Sender {
public:
    StreamSender(asio::io_context& io, const StreamTarget& target, std::uint32_t connections) : io_(io), target_(target)
    {
        for (std::uint32_t at = 0; at < connections; ++at) {
            connections_.push_back(std::make_unique<StreamConnection>(io_, target_, endpoints_, at, tally_));
        }
    }

    void start() override
    {
        error_code error;
        endpoints_ = tcp::resolver(io_).resolve(target_.host, target_.port, error);
        if (error) {
            throw std::runtime_error("cannot resolve " + target_.host + ": " + error.message());
        }
        for (const auto& connection : connections_) {
            connection->connect();
        }
    }

    bool connected() const override
    {
        return std::all_of(connections_.begin(), connections_.end(), [](const auto& each) { return each->usable(); });
    }

    void reserve(std::uint32_t connection, std::size_t bytes, std::size_t messages) override
    {
        connections_[connection]->calls().reserve(bytes, messages);
    }

    bool can_take(std::uint32_t connection) const override
    {
        return connections_[connection]->calls().bytes() < kMostWaitingBytes;
    }

    void enqueue(std::uint32_t connection, RacerId racer, std::string_view payload, std::uint32_t) override
    {
        connections_[connection]->calls().append(payload, racer);
    }

    void flush() override
    {
        for (const auto& connection : connections_) {
            connection->pump();
        }
    }

    bool idle() const override
    {
        return std::all_of(connections_.begin(), connections_.end(),
                           [](const auto& each) { return each->calls().empty(); });
    }

    void discard_unsent() override
    {
        for (const auto& connection : connections_) {
            connection->calls().discard_unsent();
        }
    }

    void stop() override
    {
        for (const auto& connection : connections_) {
            connection->stop();
        }
    }

    const Tally& tally() const override { return tally_; }

private:
    asio::io_context& io_;
    const StreamTarget target_;
    tcp::resolver::results_type endpoints_;
    Tally tally_;
    std::vector<std::unique_ptr<StreamConnection>> connections_;
};

}  // namespace

std::unique_ptr<Sender> make_stream_sender(asio::io_context& io, const StreamTarget& target, std::uint32_t connections)
{
    return std::make_unique<StreamSender>(io, target, connections);
}

}  // namespace alleycat::sim
