#pragma once

#include "config.hpp"

#include <chrono>
#include <optional>

namespace alleycat::app {

inline constexpr std::chrono::milliseconds kHealthTime{2'000};

/// Asks a running daemon, at the address where it listens, for /healthz: `code` 0 where it answers 200 within `time`,
/// else 1, and one line of text for people. A listener on all addresses is asked on loopback. With `tls` it is asked
/// encrypted, without a look at who signed the certificate: the daemon asks itself.
///
/// Thread: any; blocks for at most `time`, but for a look-up of the host's name.
[[nodiscard]] ExitNow check_health(const Endpoint& listen, bool tls, std::chrono::milliseconds time = kHealthTime);

/// Does what `alleycatd --health` is for, where the command line asks for it: the exit code, 2 for a configuration that
/// cannot be read. Nothing where it asks for something else.
[[nodiscard]] std::optional<int> run_health_check(int argc, const char* const* argv, const Environment& environment);

}  // namespace alleycat::app
