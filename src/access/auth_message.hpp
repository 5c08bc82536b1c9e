#pragma once

#include <alleycat/access/identity.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace alleycat::access {

/// The token of {"type":"auth","token":"…"}; none where it is another message. `text`: with
/// net::FrameParser::kPadding readable bytes behind it.
[[nodiscard]] std::optional<std::string> auth_token(std::string_view text);

/// The answer: {"type":"authorized","role":"bike","racerId":7}.
[[nodiscard]] std::string authorized_message(const Identity& identity);

/// What a sender is told whose first message is of another kind: {"type":"reject","index":0,"code":"Unauthorized",…}.
[[nodiscard]] std::string unauthorized_message(std::string_view why);

}  // namespace alleycat::access
