#pragma once

#include <string>
#include <string_view>

namespace alleycat {

/// Appends `bytes` in base64 with padding (RFC 4648, section 4).
void append_base64(std::string& out, std::string_view bytes);

/// Appends the bytes that `text` stands for. False, and `out` as it was, where it is not base64 of that form: its
/// length no multiple of four, a letter outside the alphabet, white space, padding elsewhere than at the end.
[[nodiscard]] bool append_decoded_base64(std::string& out, std::string_view text);

}  // namespace alleycat
