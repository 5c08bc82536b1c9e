#pragma once

#include <alleycat/core/ids.hpp>

#include <functional>
#include <optional>
#include <string_view>

namespace alleycat::delivery {

/// The key that a record names its racer by, in its quotes.
inline constexpr std::string_view kRacerKey = "\"racerId\"";

/// The racer in the text behind a kRacerKey: the colon, and an id as a number (7, 7.0, 7e0) or in quotes; none where
/// something else stands there.
[[nodiscard]] std::optional<RacerId> racer_behind_key(std::string_view text);

/// Whether the text names a racer for whom `is_wanted` says so, in any place. It need not be JSON: broken records name
/// people too. Letters of the key that are escaped count like plain ones.
[[nodiscard]] bool names_racer(std::string_view text, const std::function<bool(RacerId)>& is_wanted);

/// Whether a letter of ASCII may be escaped in the text.
[[nodiscard]] bool has_escaped_letters(std::string_view text);

}  // namespace alleycat::delivery
