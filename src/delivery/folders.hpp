#pragma once

#include <string_view>

namespace alleycat::delivery {

// In data/delivery:
inline constexpr std::string_view kObjectEnding = ".gz";
inline constexpr std::string_view kFailedFolder = "processing-failed";
inline constexpr std::string_view kFailedEnding = "";  // as the system that this one replaces has it

}  // namespace alleycat::delivery
