#pragma once

#include "config.hpp"

namespace alleycat::app {

// How durations, sizes, addresses and text are written in the configuration. No value: the text is none of it.

/// `250ms`, `60s`, `5m`, `24h`: a whole number and its unit. Not negative.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

/// `65536`, `64KB`, `1MB`, `1GB`, also `64K` and `64KiB`, in any case: K, M and G are powers of 1024.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// `host:port` or `[IPv6]:port`.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
[[nodiscard]] std::string format_endpoint(const Endpoint& endpoint);

[[nodiscard]] bool is_ip_address(std::string_view text);

/// How many characters (code points) `text` has; none where it is not UTF-8.
[[nodiscard]] std::optional<std::size_t> count_characters(std::string_view text);

/// `text` in double quotes, escaped so that it is one line and valid TOML.
[[nodiscard]] std::string quote(std::string_view text);

/// The whole of `text` as a whole number; `too_large` where it is one that 64 bits do not hold.
struct ParsedInteger {
    std::optional<std::int64_t> value;
    bool too_large{false};
};
[[nodiscard]] ParsedInteger parse_integer(std::string_view text);

/// The whole of `text` as a decimal number; infinity and NaN are none.
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text);

}  // namespace alleycat::app
