#pragma once

#include "raw_client.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace alleycat::net {

/// An HTTP server on a free port of the loopback whose answers the test writes, byte for byte. A thread a connection.
class ScriptedServer {
public:
    struct Seen {
        std::string head;
        std::string body;
    };
    /// Nothing to send and no close: the client waits in vain, until it gives up.
    struct Reaction {
        std::string bytes;
        bool close{false};
    };
    /// Called for one request after the other, on threads of the server's.
    using Script = std::function<Reaction(const Seen&)>;

    explicit ScriptedServer(Script script)
        : script_(std::move(script)), listener_(listening()), port_(port_of(listener_))
    {
        acceptor_ = std::thread([this] { accept(); });
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer()
    {
        ::shutdown(listener_.get(), SHUT_RDWR);
        acceptor_.join();
        for (auto& [socket, thread] : connections_) {
            ::shutdown(socket.get(), SHUT_RDWR);
            thread.join();
        }
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url(std::string_view target = "/transform") const
    {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(target);
    }
    [[nodiscard]] std::size_t connections() const { return accepted_; }
    /// The requests so far.
    [[nodiscard]] std::vector<Seen> seen() const
    {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

    [[nodiscard]] static std::string answer(std::string_view body, std::string_view status = "200 OK",
                                            std::string_view headers = {})
    {
        return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string(headers) + "\r\n" + std::string(body);
    }
    /// A port at which nobody listens, nor can until the program ends.
    [[nodiscard]] static std::uint16_t closed_port()
    {
        static const UniqueFd kept = bound();
        return port_of(kept);
    }

private:
    static UniqueFd bound()
    {
        UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error(std::string("bind: ") + std::strerror(errno));
        }
        return fd;
    }
    static UniqueFd listening()
    {
        auto fd = bound();
        if (::listen(fd.get(), 64) != 0) {
            throw std::runtime_error(std::string("listen: ") + std::strerror(errno));
        }
        return fd;
    }
    static std::uint16_t port_of(const UniqueFd& fd)
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }

    void accept()
    {
        for (;;) {
            UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!fd) {
                return;
            }
            ++accepted_;
            UniqueFd mine(::dup(fd.get()));  // shuts the connection down, also where its thread has closed its own
            auto shared = std::make_shared<UniqueFd>(std::move(fd));
            connections_.emplace_back(std::move(mine), std::thread([this, shared] { serve(std::move(*shared)); }));
        }
    }

    void serve(UniqueFd fd)
    {
        const int socket = fd.get();
        try {
            RawSocket client(std::move(fd));
            for (;;) {
                Seen seen;
                seen.head = client.read_until("\r\n\r\n");
                const auto at = seen.head.find("Content-Length: ");
                seen.body = client.read(at == std::string::npos ? 0 : std::stoul(seen.head.substr(at + 16)));
                const auto reaction = react(seen);
                client.send(reaction.bytes);
                if (reaction.close) {
                    ::shutdown(socket, SHUT_RDWR);
                    return;
                }
            }
        } catch (const std::runtime_error&) {  // the client has gone
        }
    }

    Reaction react(const Seen& seen)
    {
        const std::lock_guard lock(mutex_);
        seen_.push_back(seen);
        return script_(seen);
    }

    mutable std::mutex mutex_;
    std::vector<Seen> seen_;  // guarded by mutex_
    const Script script_;     // called under mutex_
    const UniqueFd listener_;
    const std::uint16_t port_;
    std::atomic<std::size_t> accepted_{0};
    std::list<std::pair<UniqueFd, std::thread>> connections_;  // the acceptor's, until it has ended
    std::thread acceptor_;
};

}  // namespace alleycat::net
