#include <alleycat/core/whole_number.hpp>
#include <alleycat/net/http.hpp>

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>

namespace alleycat::net {

namespace {

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Calls `each(element)` for the elements of a comma-separated list.
template <class Each>
void split_list(std::string_view list, Each each)
{
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        each(trimmed(list.substr(0, comma)));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

int hex_digit(char digit)
{
    int value = -1;
    std::from_chars(&digit, &digit + 1, value, 16);
    return value;
}

}  // namespace

std::optional<std::string_view> Request::parameter(std::string_view name) const
{
    const auto found =
        std::find_if(query.rbegin(), query.rend(), [name](const auto& entry) { return entry.first == name; });
    return found == query.rend() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::size_t Request::count(std::string_view name) const
{
    return static_cast<std::size_t>(
        std::count_if(query.begin(), query.end(), [name](const auto& entry) { return entry.first == name; }));
}

Response& Response::with(std::string name, std::string value)
{
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

Response Response::text(unsigned status, std::string body)
{
    Response response;
    response.status = status;
    response.with("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(body);
    return response;
}

std::string_view reason(unsigned status)
{
    const auto text = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
    return {text.data(), text.size()};
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%') {
            const auto high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
            const auto low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
            if (high < 0 || low < 0) {
                return std::nullopt;
            }
            decoded.push_back(static_cast<char>(high * 16 + low));
            at += 2;
        } else {
            decoded.push_back(plus_is_space && text[at] == '+' ? ' ' : text[at]);
        }
    }
    return decoded;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> query;
    while (!text.empty()) {
        const auto part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        if (part.empty()) {
            continue;
        }
        const auto equals = std::min(part.find('='), part.size());
        auto name = percent_decoded(part.substr(0, equals), true);
        auto value = percent_decoded(part.substr(std::min(equals + 1, part.size())), true);
        if (!name || !value) {
            return std::nullopt;
        }
        query.emplace_back(std::move(*name), std::move(*value));
    }
    return query;
}

std::string http_date(std::chrono::sys_seconds time)
{
    const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text)
{
    std::tm parts{};
    const std::string terminated(text);
    const auto* end = ::strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    const std::chrono::sys_seconds time{std::chrono::seconds(::timegm(&parts))};
    return http_date(time) == text ? std::optional(time) : std::nullopt;  // strptime takes more forms than HTTP has
}

bool matches_etag(std::string_view list, std::string_view etag)
{
    bool found = false;
    split_list(list, [&](std::string_view element) {
        if (element.substr(0, 2) == "W/") {
            element.remove_prefix(2);
        }
        found = found || element == "*" || element == etag;
    });
    return found;
}

bool accepts_gzip(std::string_view header)
{
    std::optional<bool> gzip;
    bool any = false;
    split_list(header, [&](std::string_view text) {
        std::string element(text);
        std::transform(element.begin(), element.end(), element.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        const auto semicolon = std::min(element.find(';'), element.size());
        const auto coding = trimmed(std::string_view(element).substr(0, semicolon));
        const auto weight = element.find("q=", semicolon);
        const bool refused =
            weight != std::string::npos && element.find_first_not_of("0. \t", weight + 2) == std::string::npos;
        if (coding == "gzip" || coding == "x-gzip") {
            gzip = !refused;
        } else if (coding == "*") {
            any = !refused;
        }
    });
    return gzip.value_or(any);
}

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size)
{
    constexpr std::string_view kUnit = "bytes=";
    if (header.substr(0, kUnit.size()) != kUnit || header.find(',') != std::string_view::npos) {
        return std::nullopt;
    }
    const auto range = trimmed(header.substr(kUnit.size()));
    const auto dash = range.find('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto first = parse_whole<std::uint64_t>(range.substr(0, dash));
    const auto last = parse_whole<std::uint64_t>(range.substr(dash + 1));
    if ((!first && dash != 0) || (!last && dash + 1 != range.size()) || (!first && !last)) {
        return std::nullopt;
    }
    if (!first) {  // the last so many bytes
        const auto count = std::min(*last, size);
        return ByteRange{size - count, count};
    }
    if (last && *last < *first) {
        return std::nullopt;
    }
    if (*first >= size) {
        return ByteRange{};
    }
    return ByteRange{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

}  // namespace alleycat::net
