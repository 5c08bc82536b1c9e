#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace alleycat {

// Appending JSON to a string. All text this program writes as JSON goes through these.

/// Appends `value` as `JSON.stringify` prints it: the shortest digits that read back to the same double, plain notation
/// for 1e-6 <= |value| < 1e21, else with an exponent (ECMA-262, Number::toString). Not finite: `null`.
void append_number(std::string& out, double value);

void append_number(std::string& out, std::uint64_t value);
void append_number(std::string& out, std::int64_t value);

/// Appends `text` in quotes. `text` must be UTF-8; quotes, backslashes and control characters are escaped.
void append_string(std::string& out, std::string_view text);

}  // namespace alleycat
