#include <alleycat/core/json_text.hpp>
#include <alleycat/delivery/record_line.hpp>

#include <charconv>

namespace alleycat::delivery {

namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kOutput = "output";

std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(kSpace);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// Behind the quote that ends the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at)
{
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        at += text[at] == '\\' ? 1U : 0U;
    }
    return at + 1;
}

/// Whether the text between a key's quotes says `name`, perhaps with escapes. Letters need \u00.. to be escaped.
bool says(std::string_view key, std::string_view name)
{
    std::size_t letters = 0;
    for (std::size_t at = 0; at < key.size(); ++letters) {
        unsigned letter = static_cast<unsigned char>(key[at++]);
        if (letter == '\\') {
            if (key.substr(at, 1) != "u") {
                return false;
            }
            const auto digits = key.substr(at + 1, 4);
            std::from_chars(digits.data(), digits.data() + digits.size(), letter, 16);
            at += 5;
        }
        if (letters == name.size() || letter != static_cast<unsigned char>(name[letters])) {
            return false;
        }
    }
    return letters == name.size();
}

/// Calls `visit(key, member)` for each member of the object: the text between the key's quotes, and the whole member.
template <class Visit>
void for_each_member(std::string_view object, Visit visit)
{
    std::size_t depth = 0;
    std::size_t begin = 0;
    std::string_view key;
    for (std::size_t at = 0; at < object.size();) {
        switch (object[at]) {
            case '"': {
                const auto end = end_of_string(object, at);
                if (depth == 1 && key.data() == nullptr) {
                    key = object.substr(at + 1, end - at - 2);
                }
                at = end;
                continue;
            }
            case '{':
            case '[':
                begin = ++depth == 1 ? at + 1 : begin;
                break;
            case '}':
            case ']':
                --depth;
                break;
            default:
                break;
        }
        if (key.data() != nullptr && (depth == 0 || (depth == 1 && object[at] == ','))) {
            visit(key, trimmed(object.substr(begin, at - begin)));
            begin = at + 1;
            key = {};
        }
        ++at;
    }
}

/// A member needs its name in the text, or an escape that may stand for a letter of it.
bool may_have(std::string_view text, std::string_view name)
{
    return text.find(name) != std::string_view::npos || text.find("\\u00") != std::string_view::npos;
}

/// Looks for each kind of line break by itself, which a search for either of them is ten times as slow as.
void append_with_spaces(std::string& out, std::string_view text)
{
    const auto begin = out.size();
    out.append(text);
    for (const char line_break : {'\n', '\r'}) {
        for (auto at = out.find(line_break, begin); at != std::string::npos; at = out.find(line_break, at)) {
            out[at] = ' ';
        }
    }
}

}  // namespace

void append_as_line(std::string& out, std::string_view record)
{
    append_with_spaces(out, trimmed(record));
}

void append_with_output(std::string& out, std::string_view record, double output)
{
    record = trimmed(record);
    if (!may_have(record, kOutput)) {
        append_with_spaces(out, record.substr(0, record.size() - 1));
        out.append(1, ',');
    } else {
        out.append(1, '{');
        for_each_member(record, [&](std::string_view key, std::string_view member) {
            if (!says(key, kOutput)) {
                append_with_spaces(out, member);
                out.append(1, ',');
            }
        });
    }
    out.append("\"output\":");
    append_number(out, output);
    out.append(1, '}');
}

std::optional<double> output_of(std::string_view record)
{
    return number_of(record, kOutput);
}

std::optional<double> number_of(std::string_view record, std::string_view name)
{
    std::optional<double> found;
    if (!may_have(record, name)) {
        return found;
    }
    for_each_member(record, [&](std::string_view key, std::string_view member) {
        if (!says(key, name)) {
            return;
        }
        auto value = member.substr(end_of_string(member, 0));
        value = trimmed(value.substr(value.find(':') + 1));
        double number = 0;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
        const bool whole = read.ec == std::errc() && read.ptr == value.data() + value.size();
        found = whole ? std::optional(number) : std::nullopt;
    });
    return found;
}

}  // namespace alleycat::delivery
