#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string_view>

namespace alleycat {

/// Everything that can go wrong with data, in one list. The enumerator's name is also the wire `code`, the log text and
/// the metric label: `name(Errc::OutOfRange) == "OutOfRange"`.
enum class Errc {
    InvalidJson = 1,  ///< The text is not a JSON object that can be read to its end, or not UTF-8.
    MissingField,     ///< A required field is absent.
    InvalidType,      ///< A field holds another JSON type than it must.
    OutOfRange,       ///< A field's value is outside its configured range.
    TooLarge,         ///< A record or payload exceeds its configured size.
    Unauthorized,     ///< The sender may not send for this racer.
    RateLimited,      ///< The sender exceeds its rate.
    CorruptFile,      ///< A file of ours does not hold what it must.
};

[[nodiscard]] std::string_view name(Errc code);

[[nodiscard]] const boost::system::error_category& error_category();
[[nodiscard]] boost::system::error_code make_error_code(Errc code);

/// The value, or why there is none. Never ignored: `[[nodiscard]]` on each function that returns it.
template <class T>
using Result = boost::system::result<T>;

/// `errno` as an error code of the operating system.
[[nodiscard]] boost::system::error_code last_system_error();

}  // namespace alleycat

template <>
struct boost::system::is_error_code_enum<alleycat::Errc> : std::true_type {
};
