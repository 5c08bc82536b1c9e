#pragma once

#include <string>
#include <string_view>

namespace alleycat::serve {

/// `text` as a gzip member, quickly rather than as small as can be. One text has one result.
[[nodiscard]] std::string gzip_text(std::string_view text);

}  // namespace alleycat::serve
