#pragma once

#include "config.hpp"

#include <functional>
#include <memory>
#include <variant>

namespace alleycat::app {

/// The daemon, wired together from its configuration.
///
/// Thread: all calls on the main thread, but for request_stop(): on any.
class Daemon {
public:
    /// Reads the configuration anew, or says why that cannot be done.
    using ReadConfig = std::function<std::variant<Config, ExitNow>()>;

    /// Reads what the data directory holds. `read_config` is called at SIGHUP. Throws std::exception with one line that
    /// says what is wrong.
    Daemon(const Config& config, ReadConfig read_config);
    ~Daemon();

    /// Opens the doors and serves until request_stop(); then ends in the order of the data: doors, stream, windows,
    /// history. Throws as the constructor does where a listener cannot be opened.
    void run();
    void request_stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace alleycat::app
