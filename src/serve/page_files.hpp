#pragma once

#include <span>
#include <string_view>

namespace alleycat::serve {

/// A file of the page, compiled in.
struct PageFile {
    std::string_view name;
    std::string_view content;
};
[[nodiscard]] std::span<const PageFile> page_files();

}  // namespace alleycat::serve
