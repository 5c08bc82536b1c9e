#include "response_head.hpp"

#include "origin.hpp"
#include "request_header.hpp"

#include <algorithm>

namespace alleycat::net {

namespace {

/// The Date header's value; made once a second.
const std::string& date_now()
{
    static thread_local std::chrono::sys_seconds made{};
    static thread_local std::string text;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (now != made) {
        made = now;
        text = http_date(now);
    }
    return text;
}

std::string* find_header(Response& response, std::string_view name)
{
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [name](const auto& header) { return same_word(header.first, name); });
    return found == response.headers.end() ? nullptr : &found->second;
}

void share_with_origins(Response& response, std::string_view origin, const std::vector<std::string>& list)
{
    constexpr std::string_view kAllow = "Access-Control-Allow-Origin";
    auto* allowed = find_header(response, kAllow);
    if (allowed == nullptr || std::find(list.begin(), list.end(), "*") != list.end()) {
        return;
    }
    if (!origin.empty() && names_origin(list, origin)) {
        *allowed = origin;
    } else {
        std::erase_if(response.headers, [&](const auto& header) { return same_word(header.first, kAllow); });
    }
    if (auto* vary = find_header(response, "Vary")) {  // a cache must not give one origin's answer to another
        vary->append(", Origin");
    } else {
        response.with("Vary", "Origin");
    }
}

}  // namespace

std::uint64_t body_size(const Response& response)
{
    struct Size {
        std::uint64_t operator()(const std::string& body) const { return body.size(); }
        std::uint64_t operator()(const SharedBody& body) const { return body->size(); }
        std::uint64_t operator()(const FileBody& body) const { return body.size; }
        std::uint64_t operator()(const StreamBody& body) const { return body.size; }
    };
    return std::visit(Size{}, response.body);
}

void complete(Response& response, const Asker& asker, const std::vector<std::string>& cors_origins)
{
    share_with_origins(response, asker.origin, cors_origins);
    if (find_header(response, "X-Content-Type-Options") == nullptr) {
        response.with("X-Content-Type-Options", "nosniff");
    }
    if (asker.secure) {
        response.with("Strict-Transport-Security", "max-age=31536000");
    }
}

std::string head_of(const Response& response, bool keep_alive, bool http10)
{
    std::string text;
    text.reserve(512);
    text.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason(response.status));
    text.append("\r\nDate: ").append(date_now()).append("\r\n");
    bool upgrade = false;
    for (const auto& [name, value] : response.headers) {
        text.append(name).append(": ").append(value).append("\r\n");
        upgrade = upgrade || name == "Upgrade";
    }
    if (response.status != 304 && response.status != 204 && response.status != 101) {
        text.append("Content-Length: ").append(std::to_string(body_size(response))).append("\r\n");
    }
    if (upgrade) {
        text.append(keep_alive ? "Connection: Upgrade\r\n" : "Connection: Upgrade, close\r\n");
    } else if (!keep_alive) {
        text.append("Connection: close\r\n");
    } else if (http10) {
        text.append("Connection: keep-alive\r\n");
    }
    return text.append("\r\n");
}

}  // namespace alleycat::net
