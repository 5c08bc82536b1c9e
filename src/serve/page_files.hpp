#pragma once

#include <alleycat/net/http_server.hpp>

#include <span>
#include <string_view>

namespace alleycat::serve {

/// A file that is compiled in.
struct PageFile {
    std::string_view path;     ///< below the page's folder, such as "assets/index-5f3a.js"
    std::string_view content;  ///< any bytes
    std::string_view zipped;   ///< the same as gzip; empty: there is no such form
};

/// The built web page, or a notice in its place: an index.html at least.
[[nodiscard]] std::span<const PageFile> page_files();

/// openapi.json and asyncapi.json.
[[nodiscard]] std::span<const PageFile> api_documents();

/// Serves `files` as the page: index.html at each of the page's places, what lies in assets/ for ever, and the other
/// files by their names.
void add_page_routes(net::HttpServer& server, std::span<const PageFile> files);

}  // namespace alleycat::serve
