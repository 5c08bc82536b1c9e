#pragma once

#include "request_header.hpp"

#include <alleycat/net/channel.hpp>
#include <alleycat/net/http_server.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>

namespace alleycat::net {

/// Serves one connection, request after request, until it ends or becomes a WebSocket. Keeps itself alive.
void start_http_session(HttpServer& server, Channel channel, bool from_loopback);

/// One connection while it speaks HTTP.
///
/// Thread: the network thread.
/// Memory: while no request is under way only this object and the frame of run(); the parser and what was received
///         come and go with a request.
class HttpSession : public Connection, public std::enable_shared_from_this<HttpSession> {
public:
    HttpSession(HttpServer& server, Channel channel, bool from_loopback);
    ~HttpSession() override;

    [[nodiscard]] boost::asio::awaitable<void> run();
    [[nodiscard]] boost::asio::any_io_executor executor() { return channel_.executor(); }

    void check_deadline(SteadyTime now) override;
    void shut_down() override;
    void abort() override;

private:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    enum class Phase : std::uint8_t {
        Idle,       // nothing of a request has come, or nothing that comes matters
        Receiving,  // a request, or TLS's handshake
        Answering,
    };
    /// How an answer is sent, which its request decides.
    struct Manner {
        bool head{false};
        bool keep_alive{false};
        bool http10{false};
        std::string_view origin;
    };

    /// An answer that comes later; while it is waited for.
    struct Later {
        std::optional<Response> response;
        boost::asio::steady_timer came;
    };

    // http_session.cpp: requests come in.
    Awaitable<bool> secure();
    Awaitable<bool> serve();
    Awaitable<bool> receive_header(Parser& parser);
    Awaitable<bool> receive_body(Parser& parser);
    [[nodiscard]] bool take_body(Parser& parser);
    [[nodiscard]] std::optional<Response> prepare_body(Parser& parser);
    [[nodiscard]] bool charge_body(std::size_t bytes);
    bool refuse(std::string why);  // always false
    Awaitable<bool> receive();
    Awaitable<bool> ready(Channel::Next next);
    Awaitable<void> yield();
    Awaitable<void> end();
    [[nodiscard]] std::string_view unread() const { return std::string_view(input_).substr(read_); }

    // http_answer.cpp: handlers are called.
    Awaitable<bool> answer(const Parser& parser);
    Awaitable<bool> answer_later(const Request& request, const LaterHandler& handler, Manner manner);
    Awaitable<bool> upgrade(const Request& request, const SocketHandler& handler, Manner manner);
    [[nodiscard]] std::optional<Response> refuse_upgrade(const Request& request) const;
    [[nodiscard]] Response respond(Request& request, const HttpServer::Route* route);

    // http_write.cpp: answers go out.
    Awaitable<bool> write(Response response, Manner manner);
    Awaitable<bool> write_all(std::array<std::string_view, 2> parts, bool more_follows = false);
    Awaitable<bool> write_file(std::string head, const FileBody& body);
    Awaitable<bool> write_stream(std::string head, const StreamBody& body);

    void release_input()
    {
        std::string().swap(input_);
        read_ = 0;
    }
    void release_body() { server_.body_bytes_ -= std::exchange(body_bytes_, 0); }
    void wait_until(std::chrono::milliseconds timeout) { deadline_ = std::chrono::steady_clock::now() + timeout; }

    HttpServer& server_;
    Channel channel_;
    const bool from_loopback_;
    Phase phase_{Phase::Idle};
    bool waited_{false};   // others had their turn since the last read
    bool refused_{false};  // the client may still send what we did not want
    bool stopping_{false};
    SteadyTime deadline_{};
    std::size_t untaken_bytes_{0};  // of an answer, when the client was last seen to take some

    std::string input_;                // received
    std::size_t read_{0};              // of it, taken by requests
    std::optional<Response> refusal_;  // the answer to what is no request, or one that cannot be received
    std::size_t body_bytes_{0};        // what this request's body takes of the server's room for bodies
    std::size_t framing_bytes_{0};     // of a chunked body, received so far, that are not the body
    Later* later_{nullptr};            // the answer that is waited for
};

inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Beast's views as the standard's.
inline std::string_view view(boost::beast::string_view text)
{
    return {text.data(), text.size()};
}

inline std::string_view path_of(std::string_view target)
{
    return target.substr(0, target.find('?'));
}

}  // namespace alleycat::net
