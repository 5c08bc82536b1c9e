#pragma once

#include <span>
#include <string_view>

namespace alleycat::quarantine {

/// How each version of the database is made of the one before.
[[nodiscard]] std::span<const std::string_view> migrations();

}  // namespace alleycat::quarantine
