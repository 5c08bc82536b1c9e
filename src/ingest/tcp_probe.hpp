#pragma once

#include <alleycat/core/error.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace alleycat::ingest {

/// Whether something accepts connections at `host`:`port`, found out within `timeout`, or at once where `interrupt` (a
/// descriptor) becomes readable. libmosquitto's own connect() blocks for minutes on a host that does not answer, and
/// would keep the daemon from stopping meanwhile.
[[nodiscard]] boost::system::error_code probe_tcp(const std::string& host, std::uint16_t port,
                                                  std::chrono::milliseconds timeout, int interrupt);

}  // namespace alleycat::ingest
