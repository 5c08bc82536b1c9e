#pragma once

#include "api_error.hpp"

#include <alleycat/ingest/stream_api.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace alleycat::ingest {

// AWS Signature Version 4 in the Authorization header, on the side that checks it.

/// Checks that one of `keys` signed the whole request for `service` (in any region), within five minutes of `now`, so
/// that a request that somebody recorded is worth nothing later. Returns why not.
[[nodiscard]] std::optional<ApiError> check_signature(const net::Request& request, std::span<const AccessKey> keys,
                                                      std::string_view service, std::chrono::sys_seconds now);

/// The region for which a request is signed, whether rightly or not; us-east-1 where it says none.
[[nodiscard]] std::string region_of(const net::Request& request);

}  // namespace alleycat::ingest
