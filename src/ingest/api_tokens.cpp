#include "api_tokens.hpp"

#include <alleycat/core/base64.hpp>
#include <alleycat/core/crc32c.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstring>
#include <span>

namespace alleycat::ingest {

namespace {

constexpr std::int64_t kLifeMs = 300'000;

enum class TokenKind : std::uint8_t { ShardIterator = 1, ShardList = 2 };

template <class Value>
void put(std::string& bytes, Value value)
{
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
}

template <class Value>
Value take(std::string_view& bytes)
{
    Value value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return value;
}

std::uint32_t checksum(std::string_view bytes, std::string_view stream)
{
    return crc32c(std::as_bytes(std::span(stream)), crc32c(std::as_bytes(std::span(bytes))));
}

std::string sealed(std::string bytes, std::string_view stream)
{
    put(bytes, checksum(bytes, stream));
    std::string token;
    append_base64(token, bytes);
    return token;
}

/// What is in a token of `kind`, `size` bytes; nothing where it is no such token.
std::string unsealed(std::string_view token, TokenKind kind, std::size_t size, std::string_view stream)
{
    std::string bytes;
    if (!append_decoded_base64(bytes, token) || bytes.size() != sizeof kind + size + sizeof(std::uint32_t)) {
        return {};
    }
    std::string canonical;
    append_base64(canonical, bytes);
    const auto content = std::string_view(bytes).substr(0, sizeof kind + size);
    auto sum = std::string_view(bytes).substr(content.size());
    if (canonical != token || take<std::uint32_t>(sum) != checksum(content, stream) ||
        content.front() != static_cast<char>(kind)) {
        return {};
    }
    return std::string(content.substr(sizeof kind));
}

/// "Thu Jul 02 12:57:57 UTC 2015"
std::string date_text(std::int64_t ms)
{
    return fmt::format("{:%a %b %d %H:%M:%S UTC %Y}", fmt::gmtime(static_cast<std::time_t>(ms / 1'000)));
}

ApiError expired(std::string type, std::string_view what, std::int64_t issued_ms, std::int64_t now_ms)
{
    return {std::move(type), fmt::format("{0} expired. The {1} was created at time {2} while right now it is {3} which "
                                         "is further in the future than the tolerated delay of {4} milliseconds.",
                                         what, what == "Iterator" ? "iterator" : "token", date_text(issued_ms),
                                         date_text(now_ms), kLifeMs)};
}

constexpr std::size_t kIteratorBytes = sizeof(std::uint32_t) + 5 * sizeof(std::uint64_t);
constexpr std::size_t kShardListBytes = sizeof(std::uint32_t) + sizeof(std::int64_t);

}  // namespace

std::string to_token(const ShardIterator& iterator, std::string_view stream)
{
    std::string bytes(1, static_cast<char>(TokenKind::ShardIterator));
    put(bytes, raw(iterator.shard));
    put(bytes, iterator.place.after);
    put(bytes, iterator.place.not_before_ms);
    put(bytes, iterator.place.position.segment);
    put(bytes, iterator.place.position.offset);
    put(bytes, iterator.issued_ms);
    return sealed(std::move(bytes), stream);
}

ApiResult<ShardIterator> parse_iterator(std::string_view token, std::string_view stream, std::int64_t now_ms)
{
    const auto content = unsealed(token, TokenKind::ShardIterator, kIteratorBytes, stream);
    if (content.empty()) {
        return invalid_argument("Invalid ShardIterator.");
    }
    std::string_view bytes(content);
    ShardIterator iterator;
    iterator.shard = ShardId{take<std::uint32_t>(bytes)};
    iterator.place.after = take<std::uint64_t>(bytes);
    iterator.place.not_before_ms = take<std::int64_t>(bytes);
    iterator.place.position.segment = take<std::uint64_t>(bytes);
    iterator.place.position.offset = take<std::uint64_t>(bytes);
    iterator.issued_ms = take<std::int64_t>(bytes);
    if (iterator.issued_ms < 0) {
        return invalid_argument("Invalid ShardIterator.");
    }
    if (now_ms - iterator.issued_ms > kLifeMs) {
        return expired("ExpiredIteratorException", "Iterator", iterator.issued_ms, now_ms);
    }
    return iterator;
}

std::string to_token(const ShardListPlace& place, std::string_view stream)
{
    std::string bytes(1, static_cast<char>(TokenKind::ShardList));
    put(bytes, place.next);
    put(bytes, place.issued_ms);
    return sealed(std::move(bytes), stream);
}

ApiResult<ShardListPlace> parse_next_token(std::string_view token, std::string_view stream, std::int64_t now_ms)
{
    const auto content = unsealed(token, TokenKind::ShardList, kShardListBytes, stream);
    if (content.empty()) {
        return invalid_argument("Invalid NextToken.");
    }
    std::string_view bytes(content);
    ShardListPlace place;
    place.next = take<std::uint32_t>(bytes);
    place.issued_ms = take<std::int64_t>(bytes);
    if (place.issued_ms < 0) {
        return invalid_argument("Invalid NextToken.");
    }
    if (now_ms - place.issued_ms > kLifeMs) {
        return expired("ExpiredNextTokenException", "NextToken", place.issued_ms, now_ms);
    }
    return place;
}

}  // namespace alleycat::ingest
