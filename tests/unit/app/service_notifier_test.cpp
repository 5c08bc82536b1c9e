#include "service_notifier.hpp"

#include "temporary_directory.hpp"

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

using alleycat::TemporaryDirectory;
using alleycat::app::Environment;
using alleycat::app::ServiceNotifier;

namespace {

using namespace std::chrono_literals;

/// What a service manager listens on: a datagram socket at a path, or under an abstract name behind '@'.
class NotifySocket {
public:
    explicit NotifySocket(std::string name) : name_(std::move(name)), descriptor_(::socket(AF_UNIX, SOCK_DGRAM, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(name_, address.sun_path);
        if (name_.front() == '@') {
            address.sun_path[0] = '\0';
        }
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
        if (descriptor_ < 0 || ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
            throw std::runtime_error("no socket at " + name_);
        }
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;
    ~NotifySocket() { ::close(descriptor_); }

    [[nodiscard]] const std::string& name() const { return name_; }

    /// The next datagram that was sent, or "nothing".
    [[nodiscard]] std::string heard() const
    {
        std::array<char, 256> buffer{};
        const auto size = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

private:
    std::string name_;
    int descriptor_;
};

/// Of a service manager that watches a process with this limit.
Environment watched(const std::string& limit, const std::string& process)
{
    return {{"NOTIFY_SOCKET", "/run/nobody"}, {"WATCHDOG_USEC", limit}, {"WATCHDOG_PID", process}};
}

}  // namespace

TEST_CASE("a service manager hears the states of the daemon in their order", "[app][service]")
{
    const TemporaryDirectory directory;
    const NotifySocket listener((directory.path() / "notify").string());
    const ServiceNotifier service(Environment{{"OTHER", "x"}, {"NOTIFY_SOCKET", listener.name()}});
    service.ready();
    service.alive();
    service.reloading();
    service.ready();
    service.stopping();
    CHECK(listener.heard() == "READY=1");
    CHECK(listener.heard() == "WATCHDOG=1");
    const auto reloading = listener.heard();
    constexpr std::string_view kBegin = "RELOADING=1\nMONOTONIC_USEC=";
    REQUIRE_THAT(reloading, Catch::StartsWith(std::string(kBegin)));
    CHECK(std::stoll(reloading.substr(kBegin.size())) > 0);
    CHECK(listener.heard() == "READY=1");
    CHECK(listener.heard() == "STOPPING=1");
    CHECK(listener.heard() == "nothing");
}

TEST_CASE("a service manager is heard under an abstract name, too", "[app][service]")
{
    const NotifySocket listener("@alleycat-test-" + std::to_string(::getpid()));
    ServiceNotifier(Environment{{"NOTIFY_SOCKET", listener.name()}}).ready();
    CHECK(listener.heard() == "READY=1");
}

TEST_CASE("without a service manager, or with one that is gone, telling does nothing", "[app][service]")
{
    const TemporaryDirectory directory;
    for (const auto& environment : {Environment{}, Environment{{"NOTIFY_SOCKET", ""}},
                                    Environment{{"NOTIFY_SOCKET", (directory.path() / "nobody").string()}},
                                    Environment{{"NOTIFY_SOCKET", "/" + std::string(200, 'x')}}}) {
        const ServiceNotifier service(environment);
        CHECK_NOTHROW(service.ready());
        CHECK_NOTHROW(service.reloading());
        CHECK(service.watchdog_interval() == std::nullopt);
    }
}

TEST_CASE("the watchdog is fed twice in the time that the service manager allows", "[app][service]")
{
    const auto self = std::to_string(::getpid());
    CHECK(ServiceNotifier(watched("30000000", self)).watchdog_interval() == 15s);
    CHECK(ServiceNotifier(Environment{{"NOTIFY_SOCKET", "/x"}, {"WATCHDOG_USEC", "2000"}}).watchdog_interval() == 1ms);
}

TEST_CASE("nobody feeds a watchdog that watches another process, or does not say how long", "[app][service]")
{
    const auto self = std::to_string(::getpid());
    CHECK(ServiceNotifier(watched("30000000", "1")).watchdog_interval() == std::nullopt);
    for (const auto* limit : {"", "0", "1", "-5", "30s", "99999999999999999999"}) {
        CAPTURE(limit);
        CHECK(ServiceNotifier(watched(limit, self)).watchdog_interval() == std::nullopt);
    }
    CHECK(ServiceNotifier(Environment{{"WATCHDOG_USEC", "30000000"}}).watchdog_interval() == std::nullopt);
}
