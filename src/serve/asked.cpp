#include "asked.hpp"

#include "entity_tag.hpp"
#include "gzip_text.hpp"
#include "problem.hpp"

namespace alleycat::serve {

Asked::Asked(const net::Request& request)
    : path_(request.path),
      if_none_match_(request.header("If-None-Match")),
      gzip_(net::accepts_gzip(request.header("Accept-Encoding")))
{
}

net::Response Asked::answer(std::string type, std::string body) const
{
    const bool zip = gzip_ && body.size() >= kGzipFrom;
    const auto tag = entity_tag(body, zip);
    net::Response response;
    response.with("ETag", tag).with("Cache-Control", "no-cache").with("Vary", "Accept-Encoding");
    response.with("Access-Control-Allow-Origin", "*").with("Access-Control-Expose-Headers", "ETag");
    if (!if_none_match_.empty() && net::matches_etag(if_none_match_, tag)) {
        response.status = 304;
        return response;
    }
    response.with("Content-Type", std::move(type)).with("X-Content-Type-Options", "nosniff");
    if (zip) {
        response.with("Content-Encoding", "gzip");
        body = gzip_text(body);
    }
    response.body = std::move(body);
    return response;
}

net::Response Asked::file(std::string type, std::string name, std::string body) const
{
    auto response = answer(std::move(type), std::move(body));
    if (response.status == 200) {
        response.with("Content-Disposition", "attachment; filename=\"" + name + "\"");
    }
    return response;
}

net::Response Asked::problem(unsigned status, std::string_view detail) const
{
    return serve::problem(path_, status, detail);
}

net::Response Asked::problem(const BadParameter& wrong) const
{
    return serve::problem(path_, wrong.status, wrong.name + ": " + wrong.detail, wrong.name);
}

}  // namespace alleycat::serve
