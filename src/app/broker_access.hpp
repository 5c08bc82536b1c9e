#pragma once

#include "config.hpp"

#include <alleycat/access/mosquitto_files.hpp>

namespace alleycat::app {

// How the broker knows who is who where auth.mode is "token": the daemon keeps Mosquitto's files for it.

/// As whom the daemon signs in at the broker.
struct BrokerLogin {
    std::string username;  ///< empty: anonymous
    std::string password;
    std::string client_id;  ///< names the daemon's session
};

/// The configured one. Where the daemon keeps the broker's files and has no user of its own, it is "alleycatd" with a
/// password that is made once, and kept in <storage.directory>/broker-password.
/// A broker lets whoever signs in under any name take over the session of any client id. So with tokens ours ends with
/// what follows from the password, and nobody else can tell.
/// Throws std::runtime_error with one line where a password file cannot be read or written.
[[nodiscard]] BrokerLogin broker_login(const Config& config);

/// Whether the daemon keeps the broker's files.
[[nodiscard]] bool keeps_broker_files(const Config& config);

/// What these files are to say of everything but the tokens. `directory`: where they go.
[[nodiscard]] access::MosquittoFiles broker_files(const Config& config, std::filesystem::path directory);

/// Has the broker whose process id stands in the file read its files again, by SIGHUP. What fails is logged.
void tell_broker(const std::filesystem::path& pid_file);

/// `alleycatd mosquitto-acl`: writes them once, into `directory` or else auth.mosquitto_directory, and says how the
/// broker is to use them. Returns the exit code. Throws std::runtime_error with one line where there are no tokens to
/// read.
[[nodiscard]] int write_broker_files(const Config& config, std::filesystem::path directory);

}  // namespace alleycat::app
