#pragma once

#include <alleycat/net/address_counts.hpp>
#include <alleycat/net/http.hpp>
#include <alleycat/net/tls_files.hpp>
#include <alleycat/net/websocket.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alleycat::net {

class TlsContext;

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

/// One listener for HTTP/1.1 and WebSocket, plain or with TLS.
///
/// Thread: everything, handlers too, on the one thread that runs the io_context.
/// Bounds: connections, in all and of one address, header and body size, the time a request may take to arrive, a
///         connection may idle and a client may take nothing of its answer.
class HttpServer {
public:
    struct Limits {
        std::size_t connections{12'000};  ///< further ones are closed at once
        std::size_t per_address{0};       ///< likewise, of one IPv4 address or IPv6 /64; 0: as many as there may be
        std::size_t header_bytes{8 * 1024};
        std::size_t message_bytes{1024 * 1024};  ///< of a WebSocket's message
    };
    /// How many connections were ended for what they did, ever.
    struct Refused {
        std::uint64_t total{0};        ///< closed at once: there were `connections`
        std::uint64_t per_address{0};  ///< likewise `per_address`
        std::uint64_t timeout{0};      ///< a request began, and did not come in time
        std::uint64_t tls{0};          ///< TLS was not agreed on, or not in time
    };

    struct Options {
        std::string host{"127.0.0.1"};
        std::uint16_t port{8080};  ///< 0: any free one
        std::chrono::milliseconds idle_timeout{60'000};
        std::chrono::milliseconds request_timeout{10'000};
        std::size_t header_bytes{8 * 1024};
        std::size_t body_bytes{1024 * 1024};          ///< of a request to a route that says nothing else
        std::size_t bodies_bytes{256 * 1024 * 1024};  ///< of all requests' bodies together; further ones get a 503
        std::size_t connections{12'000};              ///< further ones are closed at once
        std::size_t connections_per_address{0};       ///< likewise, of one IPv4 address or IPv6 /64; 0: no limit
        /// Addresses that are not counted so, such as a proxy's.
        std::vector<std::string> uncounted{"127.0.0.1", "::1"};
        std::optional<TlsFiles> tls;  ///< none: plain
        /// Origins whose pages may open a WebSocket, such as "https://club.example", beside those that this server's
        /// own name stands for; "*": any. A request without an Origin comes from no page, and may.
        std::vector<std::string> origins;
        /// Origins whose scripts may read what handlers give to all by `Access-Control-Allow-Origin: *`; "*": any.
        std::vector<std::string> cors_origins{"*"};
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

    /// Looks at each request that a route takes, before the route does: what it returns is the answer.
    using Gate = std::function<std::optional<Response>(const Request&)>;
    void set_gate(Gate gate) { gate_ = std::move(gate); }

    /// How the server says what it refuses: 404, 405, 413, 503, and 400 for a bad target. By default as plain text, as
    /// it does for what is no HTTP request.
    void set_error_body(ErrorBody make) { error_body_ = std::move(make); }

    /// Every route as "GET /pattern", in the order in which they were made.
    [[nodiscard]] std::vector<std::string> routes() const;

    /// Where handlers run: what other threads have to say is posted here.
    [[nodiscard]] boost::asio::io_context::executor_type executor() { return context_.get_executor(); }

    /// From here on, for new connections and requests.
    void set_limits(const Limits& limits);

    /// Reads the files anew, or for the first time: new connections use them, open ones stay as they are. Throws
    /// std::runtime_error with one line that names the file and what is wrong; then all stays as it was. A certificate
    /// that clients will refuse for its date is logged, and used.
    void set_tls(const TlsFiles& files);
    /// Until when the certificate is good; nothing where there is none.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> certificate_expires() const;

    /// Binds and listens. Throws std::runtime_error with one line that names what is wrong: the address, a file of TLS.
    void listen();
    [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Takes no further connections, and says goodbye on those there are.
    void shut_down();
    /// Ends every connection now.
    void abort();

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    [[nodiscard]] const Refused& refused() const { return refused_; }

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
    void accept_later(const boost::system::error_code& error);
    void admit(boost::asio::ip::tcp::socket socket);
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
    boost::asio::steady_timer watch_timer_;
    boost::asio::steady_timer accept_timer_;                  // while none can be accepted
    std::chrono::steady_clock::time_point next_complaint_{};  // of that
    AddressCounts addresses_;
    Connections connections_;
    ReadBuffer read_buffer_;
    std::unique_ptr<TlsContext> tls_;  // null: plain
    Refused refused_;
    std::vector<Route> routes_;
    ErrorBody error_body_;
    Gate gate_;
    std::size_t body_bytes_{0};  // of the requests that are being received or answered
    bool stopping_{false};
};

/// Whether `path` fits `pattern`; appends what each {} stands for.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& parameters);

}  // namespace alleycat::net
