#pragma once

#include <string>
#include <string_view>

namespace alleycat::net {

/// The `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key` (RFC 6455, 4.2.2).
[[nodiscard]] std::string websocket_accept(std::string_view key);

}  // namespace alleycat::net
