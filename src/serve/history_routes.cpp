#include <alleycat/core/whole_number.hpp>
#include <alleycat/history/gunzip.hpp>
#include <alleycat/serve/history_routes.hpp>

namespace alleycat::serve {

namespace {

using net::Request;
using net::Response;
using File = std::shared_ptr<const history::HistoryFile>;

std::optional<ClassId> class_id(std::string_view text)
{
    const auto id = parse_plain_whole<std::uint32_t>(text);  // one name a file
    return id ? std::optional(ClassId{*id}) : std::nullopt;
}

/// `"abc"` and "json" make `"abc-json"`: each representation of a file has its own tag.
std::string variant_etag(std::string etag, std::string_view variant)
{
    return etag.insert(etag.size() - 1, "-" + std::string(variant));
}

/// The headers that say which version of the file this is.
void add_validators(Response& response, const history::HistoryFile& file, const std::string& etag)
{
    response.with("ETag", etag).with("Last-Modified", net::http_date(file.last_modified));
    response.with("Cache-Control", "no-cache").with("Access-Control-Allow-Origin", "*");
}

bool is_unchanged(const Request& request, const history::HistoryFile& file, const std::string& etag)
{
    if (const auto tags = request.header("If-None-Match"); !tags.empty()) {
        return net::matches_etag(tags, etag);
    }
    const auto since = net::parse_http_date(request.header("If-Modified-Since"));
    return since && file.last_modified <= *since;
}

/// The part of the file that the request asks for; If-Range asks for the whole of any other version.
std::optional<net::ByteRange> range_of(const Request& request, const history::HistoryFile& file,
                                       const std::string& etag)
{
    const auto range = request.header("Range");
    const auto condition = request.header("If-Range");
    if (range.empty() || request.method != "GET" ||
        (!condition.empty() && condition != etag && condition != net::http_date(file.last_modified))) {
        return std::nullopt;
    }
    return net::parse_range(range, file.size_bytes);
}

void set_body(Response& response, const File& file, std::uint64_t offset, std::uint64_t size)
{
    if (file->content != nullptr && size == file->size_bytes) {
        response.body = file->content;
    } else {
        response.body = net::FileBody{file, file->fd.get(), offset, size};
    }
}

Response gzip_response(const Request& request, const File& file)
{
    Response response;
    add_validators(response, *file, file->etag);
    if (is_unchanged(request, *file, file->etag)) {
        response.status = 304;
        return response;
    }
    response.with("Content-Type", "application/gzip").with("Accept-Ranges", "bytes");
    response.with("Access-Control-Expose-Headers", "ETag, Content-Range, Accept-Ranges");
    const auto range = range_of(request, *file, file->etag);
    if (!range) {
        set_body(response, file, 0, file->size_bytes);
        return response;
    }
    const auto whole = "/" + std::to_string(file->size_bytes);
    if (range->size == 0) {
        response.status = 416;
        return std::move(response.with("Content-Range", "bytes *" + whole));
    }
    response.status = 206;
    response.with("Content-Range", "bytes " + std::to_string(range->offset) + "-" +
                                       std::to_string(range->offset + range->size - 1) + whole);
    set_body(response, file, range->offset, range->size);
    return response;
}

Response json_response(const Request& request, const File& file)
{
    const bool gzip = net::accepts_gzip(request.header("Accept-Encoding"));
    const auto etag = variant_etag(file->etag, gzip ? "json-gzip" : "json");
    Response response;
    add_validators(response, *file, etag);
    response.with("Vary", "Accept-Encoding");
    if (is_unchanged(request, *file, etag)) {
        response.status = 304;
        return response;
    }
    response.with("Content-Type", "application/json");
    if (gzip) {
        response.with("Content-Encoding", "gzip");
        set_body(response, file, 0, file->size_bytes);
        return response;
    }
    const auto reader = std::make_shared<history::Gunzip>(file->fd.get());
    response.body = net::StreamBody{file->unzipped_bytes, [file, reader](std::span<char> room) {
                                        const auto size = reader->read(room);
                                        return size ? *size : 0;
                                    }};
    return response;
}

}  // namespace

void add_history_routes(net::HttpServer& server, const history::HistoryStore& store)
{
    const auto route = [&](std::string pattern, Response (*answer)(const Request&, const File&)) {
        server.get(std::move(pattern), [&store, answer](const Request& request) {
            const auto id = class_id(request.parameters.front());
            const auto file = id ? store.file(*id) : nullptr;
            if (!file) {
                auto response = net::Response::text(404, "there is no history of this class yet\n");
                return std::move(response.with("Access-Control-Allow-Origin", "*"));
            }
            return answer(request, file);
        });
    };
    route("/history/class-{}.gz", gzip_response);
    route("/history/class-{}.json", json_response);
}

}  // namespace alleycat::serve
