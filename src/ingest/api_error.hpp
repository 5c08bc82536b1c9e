#pragma once

#include <alleycat/net/http.hpp>

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace alleycat::ingest {

/// Who every stream here belongs to, as far as messages and names of streams say so.
inline constexpr std::string_view kAccount = "000000000000";

/// Why a call of the stream API is refused. Types and messages are the public API's.
struct ApiError {
    ApiError() = default;
    /// No aggregate, so that no result takes a text for an error.
    ApiError(std::string type_, std::string message_, unsigned status_ = 400)
        : type(std::move(type_)), message(std::move(message_)), status(status_)
    {
    }

    std::string type;
    std::string message;
    unsigned status{400};
};

template <class T>
using ApiResult = boost::system::result<T, ApiError>;

[[nodiscard]] ApiError serialization_error(std::string message);
[[nodiscard]] ApiError invalid_argument(std::string message);
[[nodiscard]] ApiError not_found(std::string message);
/// For a part of the service that has more to do than it can: the shard "shardId-…" in `stream`.
[[nodiscard]] ApiError rate_exceeded(std::string_view shard, std::string_view stream);
/// Something on this side; the client may try again.
[[nodiscard]] ApiError internal_failure(std::string message);

/// 200 with `json`.
[[nodiscard]] net::Response api_answer(std::string json);
[[nodiscard]] net::Response api_answer(net::SharedBody json);
[[nodiscard]] net::Response api_refusal(const ApiError& error);

/// `value` as a message shows it: not more than so much of it, and as it is only where it is UTF-8 anyway.
[[nodiscard]] std::string_view shown(std::string_view utf8);
/// What came in a header: any byte is possible there.
[[nodiscard]] std::string shown_bytes(std::string_view bytes);

}  // namespace alleycat::ingest
