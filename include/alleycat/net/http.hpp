#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace alleycat::net {

/// A request, taken apart. Views live as long as the handler runs.
struct Request {
    std::string_view method;
    std::string path;                                          ///< percent-decoded
    std::vector<std::pair<std::string, std::string>> query;    ///< likewise, in order
    std::vector<std::string> parameters;                       ///< what the route's {} stood for, in order
    std::function<std::string_view(std::string_view)> header;  ///< by name, in any case; empty where absent
    std::string_view target;                                   ///< path and query as they were sent
    std::string_view body;                                     ///< with kBodyPadding readable bytes behind it
    static constexpr std::size_t kBodyPadding = 64;
    bool secure{false};         ///< over TLS
    bool from_loopback{false};  ///< the other end of the connection is on this machine: a client, or a proxy of others

    /// The query parameter's value; the last one where it stands more than once.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
    /// How often it stands there.
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

/// A part of an open file; `owner` keeps the descriptor open while it is sent.
struct FileBody {
    std::shared_ptr<const void> owner;
    int fd{-1};
    std::uint64_t offset{0};
    std::uint64_t size{0};
};

/// Text that all who ask for it share.
using SharedBody = std::shared_ptr<const std::string>;

/// A body that is made while it is sent: `read` fills the room and returns how much, less than asked only at the end,
/// which must be at `size`; a failure ends the connection.
struct StreamBody {
    std::uint64_t size{0};
    std::function<std::size_t(std::span<char>)> read;
};

struct Response {
    unsigned status{200};
    std::vector<std::pair<std::string, std::string>> headers;  ///< without Content-Length, Date and Connection
    std::variant<std::string, SharedBody, FileBody, StreamBody> body;

    Response& with(std::string name, std::string value);
    [[nodiscard]] static Response text(unsigned status, std::string body);
};

[[nodiscard]] std::string_view reason(unsigned status);

/// `text` as a path or query component says it; nullopt for a bad escape. `plus_is_space`: as in a query.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

/// Takes "a=1&b=2" apart; nullopt for a bad escape.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text);

/// A time as HTTP writes it: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), and back; nullopt for any other form.
[[nodiscard]] std::string http_date(std::chrono::sys_seconds time);
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// Whether a list of entity tags, as in If-None-Match, holds `etag` (weak comparison) or is "*".
[[nodiscard]] bool matches_etag(std::string_view list, std::string_view etag);

/// Whether `Accept-Encoding: <header>` takes gzip (RFC 9110, 12.5.3).
[[nodiscard]] bool accepts_gzip(std::string_view header);

/// The bytes that `Range: <header>` asks of a body of `size` bytes. nullopt: answer with the whole (no range, several,
/// or not understood). A range with `size` 0: none of it is there, answer 416.
struct ByteRange {
    std::uint64_t offset{0};
    std::uint64_t size{0};
};
[[nodiscard]] std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

}  // namespace alleycat::net
