#include "api.hpp"
#include "page_files.hpp"

#include <algorithm>

namespace alleycat::serve {

namespace {

/// Serves a document that is compiled in.
void add_document(ApiRouter& router, std::string_view name)
{
    const auto files = api_documents();
    const auto file =
        std::find_if(files.begin(), files.end(), [name](const PageFile& each) { return each.path == name; });
    router.get("/api/v1/" + std::string(name), [content = file->content](const Api&, const net::Request& request) {
        return Asked(request).json(std::string(content));
    });
}

}  // namespace

void add_document_routes(ApiRouter& router)
{
    add_document(router, "openapi.json");
    add_document(router, "asyncapi.json");
}

}  // namespace alleycat::serve
