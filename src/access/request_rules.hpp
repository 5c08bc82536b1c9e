#pragma once

#include <cstdint>
#include <string_view>

namespace alleycat::access {

/// What a request needs before its route sees it.
enum class Needs : std::uint8_t {
    Nothing,  ///< it is open, or its route asks for itself
    Viewer,
    Administrator,
};

/// `path`: percent-decoded, without the query.
[[nodiscard]] Needs needs(std::string_view method, std::string_view path);

}  // namespace alleycat::access
