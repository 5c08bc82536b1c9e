#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace alleycat {

/// "xxxxxxxx-xxxx-…" in lower case. The version and variant bits are the caller's.
[[nodiscard]] std::string uuid_text(const std::array<std::uint8_t, 16>& bytes);

/// A random UUID, version 4 (RFC 9562, 5.4). Any thread.
[[nodiscard]] std::string random_uuid();

}  // namespace alleycat
