#include "service_notifier.hpp"

#include <alleycat/core/whole_number.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace alleycat::app {

namespace {

std::optional<std::string> variable(const Environment& environment, std::string_view name)
{
    const auto found = std::ranges::find(environment, name, &Environment::value_type::first);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> whole_number(const Environment& environment, std::string_view name)
{
    const auto text = variable(environment, name);
    return text ? parse_whole<std::int64_t>(*text) : std::nullopt;
}

}  // namespace

ServiceNotifier::ServiceNotifier(const Environment& environment)
    : socket_(variable(environment, "NOTIFY_SOCKET").value_or(""))
{
    const auto limit = whole_number(environment, "WATCHDOG_USEC");
    const auto watched = whole_number(environment, "WATCHDOG_PID");
    if (!socket_.empty() && limit && *limit > 1 && (!watched || *watched == ::getpid())) {
        interval_ = std::chrono::microseconds(*limit / 2);
    }
}

void ServiceNotifier::reloading() const
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC
    const auto since_boot = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(since_boot));
}

void ServiceNotifier::tell(std::string_view state) const
{
    sockaddr_un address{};
    if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) {
        return;
    }
    address.sun_family = AF_UNIX;
    std::ranges::copy(socket_, address.sun_path);
    if (address.sun_path[0] == '@') {
        address.sun_path[0] = '\0';  // of the abstract namespace
    }
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return;
    }
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    static_cast<void>(::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                               reinterpret_cast<const sockaddr*>(&address), length));
    ::close(descriptor);
}

}  // namespace alleycat::app
