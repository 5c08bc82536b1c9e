#pragma once

#include <alleycat/net/http.hpp>

namespace alleycat::access {

/// Whether whoever asks sits at this machine, and no page of another site asks in their browser: the connection comes
/// from loopback and through no proxy that says so, `Host` names loopback, and `Origin`, if any, is this server.
[[nodiscard]] bool is_local(const net::Request& request);

}  // namespace alleycat::access
