#pragma once

#include <alleycat/net/http.hpp>

#include <map>
#include <string>

namespace alleycat::access {

/// A request as the server hands it over, header names in the case in which they are asked for.
struct MadeRequest {
    std::map<std::string, std::string> headers;
    net::Request request;

    MadeRequest(std::string_view method, std::string path, std::map<std::string, std::string> with = {})
        : headers(std::move(with))
    {
        request.method = method;
        request.path = std::move(path);
        request.header = [this](std::string_view name) {
            const auto found = headers.find(std::string(name));
            return found == headers.end() ? std::string_view() : std::string_view(found->second);
        };
    }
    MadeRequest(const MadeRequest&) = delete;
    MadeRequest& operator=(const MadeRequest&) = delete;
};

inline std::map<std::string, std::string> bearer(const std::string& token)
{
    return {{"Authorization", "Bearer " + token}};
}

}  // namespace alleycat::access
