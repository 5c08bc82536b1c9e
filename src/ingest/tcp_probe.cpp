#include "tcp_probe.hpp"

#include <alleycat/core/unique_fd.hpp>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace alleycat::ingest {

namespace {

using boost::system::error_code;

error_code system_error(int value)
{
    return {value, boost::system::system_category()};
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
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return system_error(EHOSTUNREACH);
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    error_code error = system_error(EHOSTUNREACH);
    for (const auto* address = found; address != nullptr && error; address = address->ai_next) {
        error = probe_address(*address, timeout, interrupt);
    }
    return error;
}

}  // namespace alleycat::ingest
