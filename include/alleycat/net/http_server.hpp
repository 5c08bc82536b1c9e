#pragma once

#include <alleycat/net/http.hpp>
#include <alleycat/net/websocket.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::net {

using Handler = std::function<Response(const Request&)>;
/// Answers a request, now or later, once; on the network thread. The request is gone when the handler returns. Does
/// nothing where the client is gone too.
using Reply = std::function<void(Response)>;
using LaterHandler = std::function<void(const Request&, Reply)>;
/// Makes the answer to a request that the server itself refuses. `path`: decoded where it could be, else as it was
/// sent; `detail`: what is wrong, without a line end. The server adds Allow and Retry-After.
using ErrorBody = std::function<Response(std::string_view path, unsigned status, std::string detail)>;
/// Makes what handles a WebSocket, or a response that refuses it.
using SocketHandler = std::function<std::variant<std::unique_ptr<WebSocket::Handler>, Response>(const Request&)>;

/// One listener for HTTP/1.1 and WebSocket.
///
/// Thread: everything, handlers too, on the one thread that runs the io_context.
/// Bounds: connections, header and body size, the time a request may take to arrive and a connection may idle.
class HttpServer {
public:
    struct Options {
        std::string host{"127.0.0.1"};
        std::uint16_t port{8080};  ///< 0: any free one
        std::chrono::milliseconds idle_timeout{60'000};
        std::chrono::milliseconds request_timeout{10'000};
        std::size_t header_bytes{8 * 1024};
        std::size_t body_bytes{1024 * 1024};          ///< of a request to a route that says nothing else
        std::size_t bodies_bytes{256 * 1024 * 1024};  ///< of all requests' bodies together; further ones get a 503
        std::size_t connections{12'000};              ///< further ones are closed at once
        WebSocket::Options websocket;
    };

    HttpServer(boost::asio::io_context& context, Options options);
    ~HttpServer();

    /// A GET (and HEAD) route. `pattern`: a path in which {} stands for one or more characters other than '/'.
    void get(std::string pattern, Handler handler);
    /// The same, answered now or later.
    void get_later(std::string pattern, LaterHandler handler);
    /// A POST route, for bodies of at most `body_bytes`.
    void post(std::string pattern, std::size_t body_bytes, LaterHandler handler);
    /// A DELETE route.
    void remove(std::string pattern, LaterHandler handler);
    void websocket(std::string path, SocketHandler handler);

    /// How the server says what it refuses: 404, 405, 413, 503, and 400 for a bad target. By default as plain text, as
    /// it does for what is no HTTP request.
    void set_error_body(ErrorBody make) { error_body_ = std::move(make); }

    /// Every route as "GET /pattern", in the order in which they were made.
    [[nodiscard]] std::vector<std::string> routes() const;

    /// Where handlers run: what other threads have to say is posted here.
    [[nodiscard]] boost::asio::io_context::executor_type executor() { return context_.get_executor(); }

    /// From here on, for new connections and requests.
    void set_limits(std::size_t connections, std::size_t header_bytes, std::size_t message_bytes);

    /// Binds and listens. Throws std::runtime_error with one line that names the address and what is wrong.
    void listen();
    [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Takes no further connections, and says goodbye on those there are.
    void shut_down();
    /// Ends every connection now.
    void abort();

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

private:
    friend class HttpSession;
    struct Route {
        std::string_view method;  // GET, which answers HEAD too, POST or DELETE
        std::string pattern;
        std::variant<Handler, LaterHandler, SocketHandler> handler;
        std::size_t body_bytes{0};  // 0: the server's

        [[nodiscard]] bool takes(std::string_view asked) const
        {
            return asked == method || (asked == "HEAD" && method == "GET");
        }
    };

    void accept();
    void watch();
    /// The route of the request's path, for its method if there is one, else for another; fills in the path's
    /// parameters.
    [[nodiscard]] const Route* find(Request& request) const;
    [[nodiscard]] std::string allowed_methods(std::string_view path) const;
    [[nodiscard]] std::size_t body_limit(std::string_view method, std::string_view path) const;
    [[nodiscard]] Response error(std::string_view path, unsigned status, std::string detail) const;

    boost::asio::io_context& context_;
    Options options_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer timer_;
    Connections connections_;
    ReadBuffer read_buffer_;
    std::vector<Route> routes_;
    ErrorBody error_body_;
    std::size_t body_bytes_{0};  // of the requests that are being received or answered
    bool stopping_{false};
};

/// Whether `path` fits `pattern`; appends what each {} stands for.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& parameters);

}  // namespace alleycat::net
