#pragma once

#include "config.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat::app {

/// Tells the service manager how the daemon is: sd_notify(3)'s datagrams to $NOTIFY_SOCKET (systemd, Type=notify).
/// Without that variable nothing is told.
///
/// Thread: one at a time.
/// Errors: none; a service manager that does not listen is no reason to stop.
class ServiceNotifier {
public:
    explicit ServiceNotifier(const Environment& environment);

    /// The daemon listens.
    void ready() const { tell("READY=1"); }
    /// The configuration is being read again; ready() ends that.
    void reloading() const;
    void stopping() const { tell("STOPPING=1"); }
    /// Whoever waits in watchdog_interval() for this in vain kills the daemon.
    void alive() const { tell("WATCHDOG=1"); }

    /// How often to say alive(): half of what the service manager allows. Empty: it does not watch this process.
    [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval() const { return interval_; }

private:
    void tell(std::string_view state) const;

    std::string socket_;  ///< a path, or '@' and an abstract name; empty: nobody listens
    std::optional<std::chrono::microseconds> interval_;
};

}  // namespace alleycat::app
