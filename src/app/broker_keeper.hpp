#pragma once

#include "broker_access.hpp"

#include <alleycat/core/task_thread.hpp>

#include <mutex>
#include <optional>
#include <vector>

namespace alleycat::app {

/// Keeps the broker's files in step with the tokens, on a thread of its own: the network thread must not wait for a
/// disk. What could not be written is logged, once, and tried again each second until it is; a token that was revoked
/// must not stay good at the broker.
///
/// Thread: update() on any.
class BrokerKeeper {
public:
    /// Throws as broker_login() does: what the files say of the daemon itself is read once, here.
    explicit BrokerKeeper(const Config& config);

    /// Writes the files before it returns, if they can be written.
    void start(std::vector<access::StoredToken> tokens);
    /// Writes them again, soon.
    void update(std::vector<access::StoredToken> tokens);
    void stop() { thread_.stop(); }

private:
    /// Writes what is wanted, if anything is.
    void write();

    const access::MosquittoFiles files_;
    const std::filesystem::path pid_file_;
    std::mutex mutex_;
    std::optional<std::vector<access::StoredToken>> wanted_;  // guarded by mutex_
    bool failing_{false};                                     // of write() only, which has one caller at a time
    TaskThread thread_;
};

}  // namespace alleycat::app
