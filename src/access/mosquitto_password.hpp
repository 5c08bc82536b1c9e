#pragma once

#include <span>
#include <string>
#include <string_view>

namespace alleycat::access {

/// mosquitto_password() with a given salt.
[[nodiscard]] std::string mosquitto_password(std::string_view password, std::span<const unsigned char> salt);

}  // namespace alleycat::access
