#pragma once

#include <cstddef>
#include <string_view>

namespace alleycat::telemetry {

// Finding where one JSON value ends without believing that it is valid. Positions are offsets into `text`; npos says
// that there is none.

inline constexpr std::size_t kNotFound = std::string_view::npos;

/// The first position at or behind `from` that is not JSON white space, or text.size().
[[nodiscard]] std::size_t skip_space(std::string_view text, std::size_t from);

/// The end of the value that begins at `from`: behind the bracket that closes it, behind the quote that ends it, or
/// before the delimiter of a bare word. kNotFound where brackets or quotes do not match.
[[nodiscard]] std::size_t end_of_value(std::string_view text, std::size_t from);

/// Behind `from`, the next comma that an object follows: where the next array element most likely begins in a text
/// whose brackets or quotes do not match. Returns the comma's position.
[[nodiscard]] std::size_t next_object_comma(std::string_view text, std::size_t from);

}  // namespace alleycat::telemetry
