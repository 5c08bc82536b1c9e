#pragma once

#include <string_view>

namespace alleycat::app {

// What a text of the configuration must look like. The texts are UTF-8 without control characters.

/// 1 … 128 of [a-zA-Z0-9_.-].
[[nodiscard]] bool is_stream_name(std::string_view text);

/// A template that the stream takes: 1 … 128 bytes in which each ${…} is a known placeholder.
[[nodiscard]] bool is_partition_key(std::string_view text);

/// An address that the transform can be called at.
[[nodiscard]] bool is_http_url(std::string_view text);

/// An MQTT topic filter: 1 … 65,535 bytes; `+` only as a whole level, `#` only as the whole last one.
[[nodiscard]] bool is_topic_filter(std::string_view text);

/// An MQTT topic to publish on: 1 … 65,535 bytes without wildcards.
[[nodiscard]] bool is_topic(std::string_view text);

}  // namespace alleycat::app
