#pragma once

#include "api_members.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace alleycat::ingest {

/// The stream as it is described.
struct StreamFacts {
    std::string_view name;
    std::uint32_t shards{0};
    std::chrono::seconds retention{};
    std::int64_t created_ms{0};  ///< ms since the epoch
    std::string_view region;     ///< of the client's choice
    std::int64_t now_ms{0};
};

// The answers of the calls that only say how the stream is, as JSON.

[[nodiscard]] ApiResult<std::string> list_streams(const CallMembers& call, const StreamFacts& stream);
[[nodiscard]] ApiResult<std::string> describe_stream(const CallMembers& call, const StreamFacts& stream);
[[nodiscard]] ApiResult<std::string> describe_stream_summary(const CallMembers& call, const StreamFacts& stream);
[[nodiscard]] ApiResult<std::string> list_shards(const CallMembers& call, const StreamFacts& stream);

/// A time as the public API writes it: seconds since the epoch, with milliseconds.
void append_time(std::string& json, std::int64_t ms);

}  // namespace alleycat::ingest
