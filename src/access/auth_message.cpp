#include "auth_message.hpp"

#include <alleycat/core/error.hpp>
#include <alleycat/core/json_text.hpp>
#include <alleycat/net/websocket_codec.hpp>

#include <simdjson.h>

namespace alleycat::access {

namespace {

constexpr std::size_t kMaxBytes = 4096;

}  // namespace

std::optional<std::string> auth_token(std::string_view text)
{
    static_assert(net::FrameParser::kPadding >= simdjson::SIMDJSON_PADDING);
    if (text.size() > kMaxBytes) {
        return std::nullopt;
    }
    simdjson::dom::parser parser;
    simdjson::dom::element message;
    std::string_view type;
    std::string_view token;
    if (parser.parse(text.data(), text.size(), false).get(message) != simdjson::SUCCESS ||
        message["type"].get(type) != simdjson::SUCCESS || type != "auth" ||
        message["token"].get(token) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return std::string(token);
}

std::string authorized_message(const Identity& identity)
{
    std::string text = R"({"type":"authorized","role":)";
    append_string(text, name(identity.role));
    if (identity.racer) {
        append_number(text.append(R"(,"racerId":)"), raw(*identity.racer));
    }
    return text.append("}");
}

std::string unauthorized_message(std::string_view why)
{
    std::string text = R"({"type":"reject","index":0,"code":)";
    append_string(text, name(Errc::Unauthorized));
    append_string(text.append(R"(,"message":)"), why);
    return text.append("}");
}

}  // namespace alleycat::access
