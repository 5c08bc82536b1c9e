#include "ingest_reply.hpp"

#include <charconv>
#include <optional>

namespace alleycat::sim {

namespace {

/// What follows `"name":` and any blanks; empty if there is no such member. `name` comes with its quotes.
std::string_view value_of(std::string_view text, std::string_view name)
{
    const auto at = text.find(name);
    if (at == std::string_view::npos) {
        return {};
    }
    const auto value = text.find_first_not_of(" \t\r\n:", at + name.size());
    return value == std::string_view::npos ? std::string_view() : text.substr(value);
}

std::optional<std::uint64_t> number_of(std::string_view text, std::string_view name)
{
    const std::string_view value = value_of(text, name);
    std::uint64_t number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

/// The text between the quotes.
std::string_view text_of(std::string_view text, std::string_view name)
{
    std::string_view value = value_of(text, name);
    if (value.empty() || value.front() != '"') {
        return {};
    }
    value.remove_prefix(1);
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (value[at] == '\\') {
            ++at;
        } else if (value[at] == '"') {
            return value.substr(0, at);
        }
    }
    return {};
}

}  // namespace

IngestReply parse_ingest_reply(std::string_view text)
{
    const std::string_view type = text_of(text, R"("type")");
    if (type == "ack") {
        const auto accepted = number_of(text, R"("accepted")");
        const auto rejected = number_of(text, R"("rejected")");
        if (accepted && rejected) {
            return Acknowledgement{*accepted, *rejected};
        }
    } else if (type == "reject") {
        if (const auto index = number_of(text, R"("index")")) {
            return Rejection{*index, text_of(text, R"("code")"), text_of(text, R"("message")")};
        }
    }
    return std::monostate();
}

}  // namespace alleycat::sim
