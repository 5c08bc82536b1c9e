#pragma once

#include "api_error.hpp"

#include <alleycat/core/ids.hpp>
#include <alleycat/stream/log_queries.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat::ingest {

// What clients are given to come back with: text that means something only here, so that nothing has to be remembered
// for them. A checksum, over the stream's name too, tells what was cut, changed or meant for another stream. It is no
// secret: whoever may read may read everything that a token could say.

/// Where a reader of a shard goes on.
struct ShardIterator {
    ShardId shard{};
    stream::LogPlace place;
    std::int64_t issued_ms{0};
};

[[nodiscard]] std::string to_token(const ShardIterator& iterator, std::string_view stream);
/// InvalidArgumentException; ExpiredIteratorException for one that was issued more than five minutes before `now_ms`.
[[nodiscard]] ApiResult<ShardIterator> parse_iterator(std::string_view token, std::string_view stream,
                                                      std::int64_t now_ms);

/// Where a list of shards goes on.
struct ShardListPlace {
    std::uint32_t next{0};  ///< the number of the first shard that was not listed
    std::int64_t issued_ms{0};
};

[[nodiscard]] std::string to_token(const ShardListPlace& place, std::string_view stream);
/// InvalidArgumentException; ExpiredNextTokenException, likewise.
[[nodiscard]] ApiResult<ShardListPlace> parse_next_token(std::string_view token, std::string_view stream,
                                                         std::int64_t now_ms);

}  // namespace alleycat::ingest
