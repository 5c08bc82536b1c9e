#include "config_kinds.hpp"

#include "config_units.hpp"

#include <alleycat/core/json_text.hpp>

#include <algorithm>

namespace alleycat::app {

namespace {

using Form = Value::Form;

bool is_text(const Value& value)
{
    return value.form == Form::Word || value.form == Form::String;
}

bool is_whole(const Value& value)
{
    return value.form == Form::Word || value.form == Form::Integer;
}

Complaint out_of_range(const Value& value, const std::string& low, const std::string& high)
{
    return {value.text + " is out of range: " + low + " … " + high};
}

/// No control character, so that the value fits one line of a log and of the printed configuration.
bool is_one_line(std::string_view text)
{
    return count_characters(text).has_value() && std::ranges::none_of(text, [](char letter) {
               return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
           });
}

}  // namespace

std::string shown(const Value& value)
{
    return is_text(value) ? quote(value.text) : value.text;
}

Complaint must_be(const Value& value, std::string_view allowed)
{
    return {shown(value) + ": must be " + std::string(allowed)};
}

Kind<std::int64_t> integer(std::int64_t low, std::int64_t high)
{
    auto allowed = low + 1 == high ? std::to_string(low) + " or " + std::to_string(high)
                                   : "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    return {"N", allowed,
            [=](const Value& value) -> std::variant<std::int64_t, Complaint> {
                const auto parsed = is_whole(value) ? parse_integer(value.text) : ParsedInteger{};
                if (parsed.too_large || (parsed.value && (*parsed.value < low || *parsed.value > high))) {
                    return out_of_range(value, std::to_string(low), std::to_string(high));
                }
                if (!parsed.value) {
                    return must_be(value, allowed);
                }
                return *parsed.value;
            },
            [](const std::int64_t& value) { return std::to_string(value); }};
}

Kind<double> number_from_zero(double high)
{
    auto kind = positive_number(high);
    std::string top;
    append_number(top, high);
    kind.allowed = "a number from 0 to " + top;
    kind.read = [=, positive = kind.read,
                 allowed = kind.allowed](const Value& value) -> std::variant<double, Complaint> {
        const bool numeric = is_whole(value) || value.form == Form::Decimal;
        const auto parsed = numeric ? parse_decimal(value.text) : std::nullopt;
        if (!parsed) {
            return must_be(value, allowed);
        }
        return *parsed == 0 ? std::variant<double, Complaint>(0.0) : positive(value);
    };
    return kind;
}

Kind<double> positive_number(double high)
{
    std::string top;
    append_number(top, high);
    return {"N", "a number above 0, up to " + top,
            [=](const Value& value) -> std::variant<double, Complaint> {
                const bool numeric = is_whole(value) || value.form == Form::Decimal;
                const auto parsed = numeric ? parse_decimal(value.text) : std::nullopt;
                if (!parsed) {
                    return must_be(value, "a number above 0, up to " + top);
                }
                if (!(*parsed > 0 && *parsed <= high)) {
                    return Complaint{value.text + " is out of range: above 0 … " + top};
                }
                return *parsed;
            },
            [](const double& value) {
                std::string literal;
                append_number(literal, value);
                return literal;
            }};
}

Kind<std::chrono::milliseconds> duration(std::chrono::milliseconds low, std::chrono::milliseconds high)
{
    auto allowed = "a duration from " + format_duration(low) + " to " + format_duration(high) + ", such as \"60s\"";
    return {"TIME", allowed,
            [=](const Value& value) -> std::variant<std::chrono::milliseconds, Complaint> {
                const auto parsed = is_text(value) ? parse_duration(value.text) : std::nullopt;
                if (!parsed) {
                    return must_be(value, allowed);
                }
                if (*parsed < low || *parsed > high) {
                    return out_of_range(value, format_duration(low), format_duration(high));
                }
                return *parsed;
            },
            [](const std::chrono::milliseconds& value) { return quote(format_duration(value)); }};
}

Kind<std::chrono::seconds> whole_seconds(std::chrono::seconds low, std::chrono::seconds high)
{
    auto allowed = "whole seconds from " + format_duration(low) + " to " + format_duration(high) + ", such as \"60s\"";
    return {"TIME", allowed,
            [=, finer = duration(low, high).read](const Value& value) -> std::variant<std::chrono::seconds, Complaint> {
                const auto parsed = finer(value);
                const auto* time = std::get_if<std::chrono::milliseconds>(&parsed);
                if (time == nullptr) {
                    return std::get<Complaint>(parsed);
                }
                if (*time % std::chrono::seconds(1) != std::chrono::milliseconds(0)) {
                    return must_be(value, allowed);
                }
                return std::chrono::duration_cast<std::chrono::seconds>(*time);
            },
            [](const std::chrono::seconds& value) { return quote(format_duration(value)); }};
}

Kind<std::chrono::seconds> second_count(std::chrono::seconds low, std::chrono::seconds high)
{
    const auto counts = integer(low.count(), high.count());
    return {"SECONDS", counts.allowed,
            [read = counts.read](const Value& value) -> std::variant<std::chrono::seconds, Complaint> {
                const auto time = is_text(value) ? parse_duration(value.text) : std::nullopt;
                const bool whole = time && *time % std::chrono::seconds(1) == std::chrono::milliseconds(0);
                const auto count =
                    read(whole ? Value{Form::Integer, std::to_string(*time / std::chrono::seconds(1))} : value);
                if (const auto* complaint = std::get_if<Complaint>(&count)) {
                    return *complaint;
                }
                return std::chrono::seconds(std::get<std::int64_t>(count));
            },
            [](const std::chrono::seconds& value) { return std::to_string(value.count()); }};
}

Kind<std::uint64_t> size(std::uint64_t low, std::uint64_t high)
{
    auto allowed = "a size from " + format_size(low) + " to " + format_size(high) + ", such as \"64KB\" or \"1MB\"";
    return {"SIZE", allowed,
            [=](const Value& value) -> std::variant<std::uint64_t, Complaint> {
                const bool written = is_text(value) || value.form == Form::Integer;
                const auto parsed = written ? parse_size(value.text) : std::nullopt;
                if (!parsed) {
                    return must_be(value, allowed);
                }
                if (*parsed < low || *parsed > high) {
                    return out_of_range(value, format_size(low), format_size(high));
                }
                return *parsed;
            },
            [](const std::uint64_t& value) { return quote(format_size(value)); }};
}

Kind<bool> yes_or_no()
{
    return {"true|false", "true or false",
            [](const Value& value) -> std::variant<bool, Complaint> {
                const bool fits = value.form == Form::Word || value.form == Form::Boolean;
                if (!fits || (value.text != "true" && value.text != "false")) {
                    return must_be(value, "true or false");
                }
                return value.text == "true";
            },
            [](const bool& value) { return std::string(value ? "true" : "false"); }};
}

Kind<Endpoint> listen_endpoint()
{
    static constexpr std::string_view kAllowed = "host:port or [IPv6]:port, with a port from 0 to 65535";
    return {"HOST:PORT", std::string(kAllowed),
            [](const Value& value) -> std::variant<Endpoint, Complaint> {
                const auto parsed = is_text(value) ? parse_endpoint(value.text) : std::nullopt;
                if (!parsed) {
                    return must_be(value, kAllowed);
                }
                return *parsed;
            },
            [](const Endpoint& value) { return quote(format_endpoint(value)); }};
}

Kind<std::optional<Endpoint>> optional_endpoint()
{
    static constexpr std::string_view kAllowed = "host:port or [IPv6]:port, with a port from 1 to 65535, or empty";
    return {"HOST:PORT", std::string(kAllowed),
            [](const Value& value) -> std::variant<std::optional<Endpoint>, Complaint> {
                if (is_text(value) && value.text.empty()) {
                    return std::nullopt;
                }
                auto parsed = is_text(value) ? parse_endpoint(value.text) : std::nullopt;
                if (!parsed || parsed->port == 0) {
                    return must_be(value, kAllowed);
                }
                return parsed;
            },
            [](const std::optional<Endpoint>& value) { return quote(value ? format_endpoint(*value) : ""); }};
}

Kind<std::string> text(std::string allowed, std::function<bool(std::string_view)> accepts)
{
    return {"TEXT", allowed,
            [=](const Value& value) -> std::variant<std::string, Complaint> {
                if (!is_text(value) || !is_one_line(value.text) || !accepts(value.text)) {
                    return must_be(value, allowed);
                }
                return value.text;
            },
            [](const std::string& value) { return quote(value); }};
}

Kind<std::vector<std::string>> word_list(std::string allowed, std::function<bool(std::string_view)> accepts)
{
    auto read = [allowed, accepts = std::move(accepts)](
                    const Value& value) -> std::variant<std::vector<std::string>, Complaint> {
        if (value.form != Value::Form::Word && value.form != Value::Form::String) {
            return must_be(value, allowed);
        }
        std::vector<std::string> words;
        for (std::size_t at = 0; at < value.text.size();) {
            const auto end = std::min(value.text.find(',', at), value.text.size());
            auto word = value.text.substr(at, end - at);
            word.erase(0, word.find_first_not_of(' '));
            word.erase(word.find_last_not_of(' ') + 1);
            if (!accepts(word)) {
                return must_be(value, allowed);
            }
            words.push_back(std::move(word));
            at = end + 1;
        }
        return words;
    };
    return {"WORD,...", allowed, std::move(read), [](const std::vector<std::string>& words) {
                std::string list;
                for (const auto& word : words) {
                    list += (list.empty() ? "" : ",") + word;
                }
                return quote(list);
            }};
}

Kind<std::filesystem::path> path()
{
    auto kind = convert<std::filesystem::path>(text("a path", [](std::string_view path) { return !path.empty(); }));
    kind.placeholder = "PATH";
    return kind;
}

Kind<std::filesystem::path> optional_path()
{
    auto kind = convert<std::filesystem::path>(text("a path, or empty", [](std::string_view) { return true; }));
    kind.placeholder = "FILE";
    return kind;
}

Kind<std::size_t> word_of(std::vector<std::string> words)
{
    std::string allowed;
    for (const auto& word : words) {
        allowed += (allowed.empty() ? "one of " : ", ") + word;
    }
    return {"WORD", allowed,
            [=](const Value& value) -> std::variant<std::size_t, Complaint> {
                const auto word = is_text(value) ? std::ranges::find(words, value.text) : words.end();
                if (word == words.end()) {
                    return must_be(value, allowed);
                }
                return static_cast<std::size_t>(word - words.begin());
            },
            [=](const std::size_t& place) { return quote(words[place]); }};
}

}  // namespace alleycat::app
