#pragma once

#include "client_frames.hpp"

#include <alleycat/core/unique_fd.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace alleycat::net {

/// An answer of an HTTP server, taken apart. Header names are in lower case.
struct Answer {
    unsigned status{0};
    std::string status_line;
    std::map<std::string, std::string> headers;
    std::string body;

    [[nodiscard]] std::string header(const std::string& name) const
    {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

/// What carries bytes over a blocking socket.
class Wire {
public:
    explicit Wire(int socket) : socket_(socket) {}
    virtual ~Wire() = default;

    /// As send(2) and recv(2).
    [[nodiscard]] virtual ssize_t send(std::string_view bytes)
    {
        return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    [[nodiscard]] virtual ssize_t receive(char* room, std::size_t size) { return ::recv(socket_, room, size, 0); }
    virtual void end_sending() { ::shutdown(socket_, SHUT_WR); }

protected:
    [[nodiscard]] int socket() const { return socket_; }

private:
    const int socket_;
};

/// Makes the wire of a connected socket.
using WireMaker = std::function<std::unique_ptr<Wire>(int)>;

inline std::unique_ptr<Wire> plain_wire(int socket)
{
    return std::make_unique<Wire>(socket);
}

/// A blocking socket, connected to a program on this machine. Throws where the other side says nothing for a long time
/// or ends the connection within what is read.
class RawSocket {
public:
    explicit RawSocket(UniqueFd fd, const WireMaker& make_wire = plain_wire) : fd_(std::move(fd))
    {
        const timeval patience{20, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const int on = 1;
        ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        wire_ = make_wire(fd_.get());
    }

    void send(std::string_view bytes) const
    {
        while (!bytes.empty()) {
            const auto sent = wire_->send(bytes);
            if (sent <= 0) {
                throw std::runtime_error(std::string("send: ") + std::strerror(errno));
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// Says that nothing more will be sent.
    void end_sending() const { wire_->end_sending(); }

    [[nodiscard]] std::string read(std::size_t size)
    {
        while (buffer_.size() - at_ < size) {
            if (!receive()) {
                throw std::runtime_error("the connection ended with " + std::to_string(buffer_.size() - at_) + " of " +
                                         std::to_string(size) + " bytes");
            }
        }
        at_ += size;
        return buffer_.substr(at_ - size, size);
    }

    /// Everything up to and with `mark`.
    [[nodiscard]] std::string read_until(std::string_view mark)
    {
        std::size_t found = 0;
        while ((found = buffer_.find(mark, at_)) == std::string::npos) {
            if (!receive()) {
                throw std::runtime_error("the connection ended with: " + buffer_.substr(at_));
            }
        }
        return read(found - at_ + mark.size());
    }

    /// Everything up to the end of the connection.
    [[nodiscard]] std::string read_to_end()
    {
        while (receive()) {
        }
        return buffer_.substr(std::exchange(at_, buffer_.size()));
    }

    /// Whether bytes have come that nobody has read yet; does not wait.
    [[nodiscard]] bool has_bytes() const
    {
        char byte = 0;
        return at_ < buffer_.size() || ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    }

private:
    /// False at the end of the connection.
    bool receive()
    {
        char chunk[64 * 1024];
        const auto received = wire_->receive(chunk, sizeof chunk);
        if (received < 0 && errno != ECONNRESET) {
            throw std::runtime_error("the other side says nothing");
        }
        buffer_.erase(0, std::exchange(at_, 0));
        buffer_.append(chunk, received > 0 ? static_cast<std::size_t>(received) : 0);
        return received > 0;
    }

    UniqueFd fd_;
    std::unique_ptr<Wire> wire_;
    std::string buffer_;  // received
    std::size_t at_{0};   // of it, read
};

/// A client of an HTTP server. Throws where that breaks the protocol.
class RawClient : public RawSocket {
public:
    /// `receive_buffer`: of the socket, for a client that is slow on purpose; 0: the system's.
    explicit RawClient(std::uint16_t port, int receive_buffer = 0, const WireMaker& make_wire = plain_wire)
        : RawSocket(connected(port, receive_buffer), make_wire)
    {
    }

    /// The next answer. `bodiless`: to a HEAD request.
    [[nodiscard]] Answer answer(bool bodiless = false)
    {
        Answer made;
        auto head = read_until("\r\n\r\n");
        made.status_line = head.substr(0, head.find("\r\n"));
        if (made.status_line.rfind("HTTP/1.1 ", 0) != 0) {
            throw std::runtime_error("not a status line: " + made.status_line);
        }
        made.status = static_cast<unsigned>(std::stoul(made.status_line.substr(9, 3)));
        for (auto at = made.status_line.size() + 2; at + 2 < head.size();) {
            const auto end = head.find("\r\n", at);
            const auto colon = head.find(": ", at);
            if (colon == std::string::npos || colon > end) {
                throw std::runtime_error("not a header: " + head.substr(at, end - at));
            }
            auto name = head.substr(at, colon - at);
            for (auto& letter : name) {
                letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
            }
            if (!made.headers.emplace(name, head.substr(colon + 2, end - colon - 2)).second) {
                throw std::runtime_error("twice the header " + name);
            }
            at = end + 2;
        }
        if (!bodiless && made.headers.contains("content-length")) {
            made.body = read(std::stoul(made.header("content-length")));
        }
        return made;
    }

    /// Sends a request without a body and reads the answer. `headers`: lines, each with its line end.
    [[nodiscard]] Answer get(std::string_view target, std::string_view headers = {}, std::string_view method = "GET")
    {
        send(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) +
             "\r\n");
        return answer(method == "HEAD");
    }

private:
    static UniqueFd connected(std::uint16_t port, int receive_buffer)
    {
        UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (receive_buffer != 0) {
            ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
        }
        return fd;
    }
};

/// The WebSocket handshake of the RFC's example.
inline std::string upgrade_request(std::string_view target)
{
    return "GET " + std::string(target) +
           " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

/// A frame as a server sends it.
struct ServerFrame {
    Opcode opcode{};
    bool last{false};
    std::string payload;

    /// Of a close frame.
    [[nodiscard]] unsigned code() const
    {
        return payload.size() < 2 ? 0U
                                  : static_cast<unsigned>(static_cast<unsigned char>(payload[0]) << 8 |
                                                          static_cast<unsigned char>(payload[1]));
    }
};

class WebSocketClient : public RawClient {
public:
    /// Connects and upgrades. `together`: sent in one write with the handshake.
    WebSocketClient(std::uint16_t port, std::string_view target, std::string_view together = {}, int receive_buffer = 0,
                    const WireMaker& make_wire = plain_wire)
        : RawClient(port, receive_buffer, make_wire)
    {
        send(upgrade_request(target).append(together));
        const auto got = answer();
        if (got.status != 101) {
            throw std::runtime_error("no upgrade: " + got.status_line + " " + got.body);
        }
    }

    void send_text(std::string_view text) const { send(client_frame(Opcode::Text, text)); }

    [[nodiscard]] ServerFrame receive_frame()
    {
        const auto head = read(2);
        ServerFrame frame;
        frame.last = (static_cast<unsigned char>(head[0]) & 0x80) != 0;
        frame.opcode = static_cast<Opcode>(head[0] & 0x0F);
        if ((head[0] & 0x70) != 0 || (static_cast<unsigned char>(head[1]) & 0x80) != 0) {
            throw std::runtime_error("a frame of a server has no reserved bits and no mask");
        }
        std::size_t size = static_cast<unsigned char>(head[1]);
        if (size >= 126) {
            std::size_t wide = 0;
            for (const char byte : read(size == 126 ? 2 : 8)) {
                wide = wide << 8 | static_cast<unsigned char>(byte);
            }
            size = wide;
        }
        frame.payload = read(size);
        return frame;
    }

    /// The next text message, its fragments joined; pings are answered on the way.
    [[nodiscard]] std::string receive_text()
    {
        std::string text;
        for (bool first = true;;) {
            const auto frame = receive_frame();
            if (frame.opcode == Opcode::Ping) {
                send(client_frame(Opcode::Pong, frame.payload));
                continue;
            }
            if (frame.opcode != (first ? Opcode::Text : Opcode::Continuation)) {
                throw std::runtime_error("no text, but opcode " + std::to_string(static_cast<int>(frame.opcode)) + " " +
                                         frame.payload);
            }
            text += frame.payload;
            first = false;
            if (frame.last) {
                return text;
            }
        }
    }
};

}  // namespace alleycat::net
