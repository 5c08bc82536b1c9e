#pragma once

#include "../net/raw_client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace alleycat::ingest {

/// One MQTT packet as it came.
struct Packet {
    int type{0};   // CONNECT 1, PUBLISH 3, PUBACK 4, SUBSCRIBE 8, PINGREQ 12, DISCONNECT 14
    int flags{0};  // the low four bits of the first byte
    std::string body;

    [[nodiscard]] unsigned word(std::size_t at) const
    {
        return static_cast<unsigned>(static_cast<unsigned char>(body.at(at)) << 8 |
                                     static_cast<unsigned char>(body.at(at + 1)));
    }
    /// The text whose length stands at `at`.
    [[nodiscard]] std::string text(std::size_t at) const { return body.substr(at + 2, word(at)); }
};

/// A connection of the client under test, seen from the broker, which the test plays.
class BrokerConnection : public net::RawSocket {
public:
    explicit BrokerConnection(UniqueFd&& fd) : BrokerConnection(fd.get(), fd) {}

    /// The end of this connection will be a reset.
    void break_at_the_end() const
    {
        const linger none{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }

    [[nodiscard]] Packet receive()
    {
        Packet packet;
        const auto first = static_cast<unsigned char>(read(1)[0]);
        packet.type = first >> 4;
        packet.flags = first & 15;
        std::size_t size = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(read(1)[0]);
            size |= static_cast<std::size_t>(byte & 0x7F) << shift;
            if ((byte & 0x80) == 0) {
                break;
            }
        }
        packet.body = read(size);
        return packet;
    }

    void send_packet(int type, int flags, std::string_view body) const { send(encoded(type, flags, body)); }

    static std::string encoded(int type, int flags, std::string_view body)
    {
        std::string packet(1, static_cast<char>(type << 4 | flags));
        auto size = body.size();
        do {
            packet.push_back(static_cast<char>((size & 0x7F) | (size > 0x7F ? 0x80 : 0)));
            size >>= 7;
        } while (size != 0);
        return packet.append(body);
    }

    /// A PUBLISH at QoS 1 of topic `alleycat-publish`.
    static std::string publish(unsigned id, std::string_view payload, bool again = false)
    {
        return encoded(3, again ? 0b1010 : 0b0010, text("alleycat-publish") + word(id) + std::string(payload));
    }

    static std::string word(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)}; }
    static std::string text(std::string_view bytes) { return word(static_cast<unsigned>(bytes.size())).append(bytes); }

private:
    BrokerConnection(int socket, UniqueFd& fd) : RawSocket(std::move(fd)), socket_(socket) {}

    int socket_;
};

/// Listens where the client under test is told to connect.
class ScriptedBroker {
public:
    ScriptedBroker() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const timeval patience{20, 0};
        ::setsockopt(listener_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 8) != 0 ||
            ::getsockname(listener_.get(), generic, &size) != 0) {
            throw std::runtime_error("cannot listen");
        }
        port_ = ntohs(address.sin_port);
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// The next connection on which something is said; a client may look first whether anybody listens at all.
    [[nodiscard]] BrokerConnection accept() const
    {
        for (;;) {
            UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!fd) {
                throw std::runtime_error("the client does not connect");
            }
            char byte = 0;
            if (::recv(fd.get(), &byte, 1, MSG_PEEK) > 0) {
                return BrokerConnection(std::move(fd));
            }
        }
    }

    /// Accepts a connection, takes its CONNECT and SUBSCRIBE and agrees to both.
    [[nodiscard]] BrokerConnection accept_subscriber() const
    {
        auto connection = accept();
        if (connection.receive().type != 1) {
            throw std::runtime_error("no CONNECT");
        }
        connection.send_packet(2, 0, std::string(2, '\0'));
        const auto subscribe = connection.receive();
        if (subscribe.type != 8) {
            throw std::runtime_error("no SUBSCRIBE");
        }
        connection.send_packet(9, 0, subscribe.body.substr(0, 2) + '\1');
        return connection;
    }

private:
    UniqueFd listener_;
    std::uint16_t port_{0};
};

}  // namespace alleycat::ingest
