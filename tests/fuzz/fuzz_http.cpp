// A connection of the real server, whatever a client sends: it answers in HTTP or not at all, the same wherever the
// network cuts what came, ends when the client ends, and answers nothing behind a request that could be read in two
// ways. The first two bytes say where it is cut.

#include "http_session.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace alleycat::net;
namespace asio = boost::asio;

void require(bool good, const char* claim)
{
    if (!good) {
        std::fprintf(stderr, "not so: %s\n", claim);
        std::abort();
    }
}

/// Sends each text back.
class Echo final : public WebSocket::Handler {
public:
    void on_open(WebSocket& socket) override { socket_ = &socket; }
    bool on_text(std::string_view text) override
    {
        socket_->send_text(text);
        return true;
    }

private:
    WebSocket* socket_{nullptr};
};

class Server {
public:
    Server() : server_(context_, options())
    {
        server_.get("/", [](const Request& request) { return Response::text(200, std::string(request.target)); });
        server_.get("/things/{}", [](const Request& request) {
            require(request.parameters.at(0).find_first_of(std::string_view("/\0", 2)) == std::string::npos,
                    "a part of a path holds neither a slash nor a NUL");
            return std::move(Response::text(200, request.parameters[0]).with("Access-Control-Allow-Origin", "*"));
        });
        server_.post("/later", 1'000, [this](const Request& request, Reply reply) {
            require(request.body.size() <= 1'000, "a body is not larger than its route allows");
            asio::post(context_, [reply = std::move(reply), body = std::string(request.body)] {
                reply(Response::text(200, body));
            });
        });
        server_.websocket("/socket", [](const Request&) { return std::make_unique<Echo>(); });
    }

    /// All that a client gets who sends `bytes` in parts whose sizes `next_part` tells, and then ends.
    template <class NextPart>
    std::string answer(std::string_view bytes, NextPart next_part)
    {
        std::array<int, 2> ends{};
        require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0, "there are sockets");
        start_http_session(server_, Channel(asio::ip::tcp::socket(context_, asio::ip::tcp::v4(), ends[0])), false);
        std::string got;
        while (!bytes.empty()) {
            const auto part = bytes.substr(0, next_part());
            bytes.remove_prefix(part.size());
            if (::send(ends[1], part.data(), part.size(), MSG_NOSIGNAL) < 0) {
                break;  // the server has ended
            }
            run(ends[1], got);
        }
        ::shutdown(ends[1], SHUT_WR);
        run(ends[1], got);
        ::close(ends[1]);
        require(server_.connections() == 0, "a connection ends when its client ends");
        return got;
    }

private:
    static HttpServer::Options options()
    {
        HttpServer::Options made;
        made.header_bytes = 1'000;
        made.cors_origins = {"http://club.example"};
        made.websocket.max_message_bytes = 1'000;
        return made;
    }

    void run(int client, std::string& got)
    {
        while (context_.poll() > 0) {
        }
        std::array<char, 4'096> chunk{};
        for (ssize_t size = 1; size > 0;) {
            size = ::recv(client, chunk.data(), chunk.size(), 0);
            got.append(chunk.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
        }
    }

    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    HttpServer server_;
};

std::string without_dates(std::string text)
{
    constexpr std::string_view kDate = "\r\nDate: ";
    for (auto at = text.find(kDate); at != std::string::npos; at = text.find(kDate, at)) {
        text.erase(at, text.find("\r\n", at + 2) - at);
    }
    return text;
}

/// Whether the first header tells twice, or in two ways, how long its body is.
bool has_ambiguous_length(std::string_view bytes)
{
    std::string header(bytes.substr(0, bytes.find("\r\n\r\n")));
    std::transform(header.begin(), header.end(), header.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    int told = 0;
    for (const std::string_view name : {"\r\ncontent-length:", "\r\ntransfer-encoding:"}) {
        for (auto at = header.find(name); at != std::string::npos; at = header.find(name, at + 1)) {
            ++told;
        }
    }
    return header.size() < bytes.size() && told > 1;
}

/// Whether `text` is one answer that refuses a request, and nothing else.
bool is_one_refusal(std::string_view text)
{
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto length = text.find(kLength);
    const auto body = text.find("\r\n\r\n");
    return text.starts_with("HTTP/1.1 4") && length < body &&
           text.size() - body - 4 == std::strtoul(text.data() + length + kLength.size(), nullptr, 10);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Server server;
    if (size < 2) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto whole = without_dates(server.answer(bytes, [&] { return bytes.size(); }));
    require(whole.empty() || whole.starts_with("HTTP/1.1 "), "what is answered is HTTP");
    require(!has_ambiguous_length(bytes) || is_one_refusal(whole),
            "a request of ambiguous length is refused, and the last");
    std::uint32_t state = static_cast<std::uint32_t>(data[0]) << 8 | data[1];
    const auto part = [&state] {
        state = state * 1'664'525 + 1'013'904'223;
        return 1 + (state >> 20) % 200;
    };
    require(whole == without_dates(server.answer(bytes, part)), "cut anywhere makes the same answers");
    return 0;
}
