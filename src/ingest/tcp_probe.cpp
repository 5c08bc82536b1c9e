#include "tcp_probe.hpp"

#include <alleycat/core/unique_fd.hpp>

#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <thread>

namespace alleycat::ingest {

namespace {

using boost::system::error_code;

error_code system_error(int value)
{
    return {value, boost::system::system_category()};
}

/// The addresses that a name stands for.
struct LookUp {
    UniqueFd wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};  // readable when it is done
    std::atomic<bool> done{false};                            // and the rest may be read
    bool found{false};
    addrinfo* addresses{nullptr};

    LookUp() = default;
    LookUp(const LookUp&) = delete;
    LookUp& operator=(const LookUp&) = delete;
    ~LookUp()
    {
        if (found) {
            ::freeaddrinfo(addresses);
        }
    }
    bool look_up(const std::string& host, std::uint16_t port, int flags)
    {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = flags;
        found = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &addresses) == 0;
        return found;
    }
};

/// Looking up a name waits for other machines, and nothing interrupts it. So a thread does it, and is left to itself
/// where nobody waits for it any more.
error_code look_up_name(const std::shared_ptr<LookUp>& look_up, const std::string& host, std::uint16_t port,
                        std::chrono::milliseconds timeout, int interrupt)
{
    std::thread([look_up, host, port] {
        look_up->look_up(host, port, 0);
        look_up->done.store(true);
        static_cast<void>(::eventfd_write(look_up->wake.get(), 1));
    }).detach();
    pollfd waits[] = {{look_up->wake.get(), POLLIN, 0}, {interrupt, POLLIN, 0}};
    static_cast<void>(::poll(waits, 2, static_cast<int>(timeout.count())));
    if (waits[1].revents != 0) {
        return system_error(EINTR);
    }
    if (!look_up->done.load()) {
        return system_error(ETIMEDOUT);
    }
    return look_up->found ? error_code() : system_error(EHOSTUNREACH);
}

error_code probe_address(const addrinfo& address, std::chrono::milliseconds timeout, int interrupt)
{
    const UniqueFd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) {
        return last_system_error();
    }
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) {
        return {};
    }
    if (errno != EINPROGRESS) {
        return last_system_error();
    }
    pollfd waits[] = {{socket.get(), POLLOUT, 0}, {interrupt, POLLIN, 0}};
    static_cast<void>(::poll(waits, 2, static_cast<int>(timeout.count())));
    if (waits[1].revents != 0) {
        return system_error(EINTR);
    }
    if (waits[0].revents == 0) {
        return system_error(ETIMEDOUT);
    }
    int result = 0;
    socklen_t size = sizeof result;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &result, &size);
    return system_error(result);
}

}  // namespace

error_code probe_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout, int interrupt)
{
    const auto look_up = std::make_shared<LookUp>();
    if (!look_up->look_up(host, port, AI_NUMERICHOST)) {
        if (const auto error = look_up_name(look_up, host, port, timeout, interrupt)) {
            return error;
        }
    }
    error_code error = system_error(EHOSTUNREACH);
    for (const auto* address = look_up->addresses; address != nullptr && error; address = address->ai_next) {
        error = probe_address(*address, timeout, interrupt);
    }
    return error;
}

}  // namespace alleycat::ingest
