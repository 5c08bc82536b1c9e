#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace alleycat::delivery {

// Text of records that are known to be valid JSON objects, with nothing but white space around.

/// Without the white space around it, and with spaces for the line breaks inside, which can only stand between values.
void append_as_line(std::string& out, std::string_view record);

/// The record as one line whose last member is `output`; one that it has already is left out.
void append_with_output(std::string& out, std::string_view record, double output);

/// The number that a member of the record holds, if it holds one; the last of several counts, as in `JSON.parse`.
/// `member`: ASCII letters.
[[nodiscard]] std::optional<double> number_of(std::string_view record, std::string_view member);
/// Of the member `output`.
[[nodiscard]] std::optional<double> output_of(std::string_view record);

}  // namespace alleycat::delivery
