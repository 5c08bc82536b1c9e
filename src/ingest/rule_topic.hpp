#pragma once

#include <string_view>

namespace alleycat::ingest {

/// Whether a message on `topic` comes to a subscriber of `filter` (MQTT 5, 4.7): both are taken to be well-formed.
[[nodiscard]] bool matches(std::string_view filter, std::string_view topic);

/// Something can be published on it: 1 … 65,535 bytes without wildcards and NUL.
[[nodiscard]] bool is_publishable(std::string_view topic);

/// What stands behind the first `levels` levels of a topic; empty where there is nothing.
[[nodiscard]] std::string_view below(std::string_view topic, std::size_t levels);

}  // namespace alleycat::ingest
