#pragma once

#include <alleycat/core/crc32c.hpp>

#include <span>
#include <string>
#include <string_view>

namespace alleycat::serve {

/// A strong entity tag, made of the body. Each form of it has its own.
[[nodiscard]] inline std::string entity_tag(std::string_view body, bool zipped)
{
    std::string tag = "\"";
    const auto crc = crc32c(std::as_bytes(std::span(body)));
    tag.append(std::to_string(body.size())).append("-").append(std::to_string(crc));
    return tag.append(zipped ? "-gzip\"" : "\"");
}

}  // namespace alleycat::serve
