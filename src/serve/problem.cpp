#include "problem.hpp"

#include "json_members.hpp"

namespace alleycat::serve {

namespace {

bool is_printable(char byte)
{
    return byte > 0x20 && byte < 0x7f;
}

/// The path as a URI says it, of the characters that need no escape in JSON either.
std::string uri_path(std::string_view path)
{
    static constexpr char kHex[] = "0123456789ABCDEF";
    static constexpr std::string_view kEscaped = "\"%<>\\^`{|}?#";
    std::string text;
    for (const char byte : path) {
        if (is_printable(byte) && kEscaped.find(byte) == std::string_view::npos) {
            text.push_back(byte);
        } else {
            const auto value = static_cast<unsigned char>(byte);
            text.append({'%', kHex[value >> 4], kHex[value & 15]});
        }
    }
    return text;
}

std::string printable(std::string_view detail)
{
    std::string text(detail);
    for (auto& byte : text) {
        byte = is_printable(byte) || byte == ' ' ? byte : '?';
    }
    return text;
}

}  // namespace

net::Response problem(std::string_view path, unsigned status, std::string_view detail, std::string_view parameter)
{
    std::string body = "{";
    add_text(body, "type", "about:blank");
    add_text(body, "title", net::reason(status));
    add_number(body, "status", std::uint64_t{status});
    add_text(body, "detail", printable(detail));
    add_text(body, "instance", uri_path(path));
    if (!parameter.empty()) {
        add_text(body, "parameter", parameter);
    }
    net::Response response;
    response.status = status;
    response.with("Content-Type", "application/problem+json")
        .with("Cache-Control", "no-store")
        .with("Access-Control-Allow-Origin", "*");
    response.body = body.append("}");
    return response;
}

bool has_problems(std::string_view path)
{
    return path == "/api" || path.substr(0, 5) == "/api/" || path == "/leaderboard" || path == "/getRaces";
}

}  // namespace alleycat::serve
