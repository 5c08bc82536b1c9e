#pragma once

#include <string_view>

namespace alleycat {

/// Whether `text` is a number as JSON writes it (RFC 8259, 6), however large, and nothing else.
[[nodiscard]] bool is_json_number(std::string_view text);

}  // namespace alleycat
