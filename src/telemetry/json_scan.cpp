#include "json_scan.hpp"

#include <string>

namespace alleycat::telemetry {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Behind the quote that ends the string opened at `from`.
std::size_t end_of_string(std::string_view text, std::size_t from)
{
    for (auto at = from + 1;;) {
        at = text.find_first_of("\"\\", at);
        if (at == kNotFound || at + 1 >= text.size()) {
            return at != kNotFound && text[at] == '"' ? at + 1 : kNotFound;
        }
        if (text[at] == '"') {
            return at + 1;
        }
        at += 2;  // an escaped character never ends the string
    }
}

}  // namespace

std::size_t skip_space(std::string_view text, std::size_t from)
{
    const auto at = text.find_first_not_of(kSpace, from);
    return at == kNotFound ? text.size() : at;
}

std::size_t end_of_value(std::string_view text, std::size_t from)
{
    const char first = text[from];
    if (first == '"') {
        return end_of_string(text, from);
    }
    if (first != '{' && first != '[') {
        const auto end = text.find_first_of(" \t\r\n,]}", from + 1);
        return end == kNotFound ? text.size() : end;
    }
    std::string closers;  // what must close the brackets that are open
    for (auto at = from;;) {
        at = text.find_first_of("\"[]{}", at);
        if (at == kNotFound) {
            return kNotFound;
        }
        switch (text[at]) {
            case '"':
                at = end_of_string(text, at);
                if (at == kNotFound) {
                    return kNotFound;
                }
                continue;
            case '[':
            case '{':
                closers.push_back(text[at] == '[' ? ']' : '}');
                break;
            default:
                if (text[at] != closers.back()) {
                    return kNotFound;
                }
                closers.pop_back();
                if (closers.empty()) {
                    return at + 1;
                }
        }
        ++at;
    }
}

std::size_t next_object_comma(std::string_view text, std::size_t from)
{
    for (auto at = text.find(',', from); at != kNotFound;) {
        const auto behind = skip_space(text, at + 1);
        if (behind < text.size() && text[behind] == '{') {
            return at;
        }
        at = text.find(',', behind);
    }
    return kNotFound;
}

}  // namespace alleycat::telemetry
