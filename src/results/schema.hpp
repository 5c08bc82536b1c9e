#pragma once

#include <span>
#include <string_view>

namespace alleycat::results {

/// How each version of the schema is made of the one before: step 0 makes version 1 of an empty file. A step that has
/// been released is never changed.
[[nodiscard]] std::span<const std::string_view> migrations();

}  // namespace alleycat::results
