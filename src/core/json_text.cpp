#include <alleycat/core/json_text.hpp>

#include <charconv>
#include <cmath>

namespace alleycat {

namespace {

template <class Integer>
void append_integer(std::string& out, Integer value)
{
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

/// `digits` are the n significant digits, the decimal point stands after digit `point` (ECMA-262 6.1.6.1.20).
void append_layout(std::string& out, std::string_view digits, int point)
{
    const int count = static_cast<int>(digits.size());
    if (count <= point && point <= 21) {
        out.append(digits).append(static_cast<std::size_t>(point - count), '0');
    } else if (0 < point && point <= 21) {
        out.append(digits.substr(0, static_cast<std::size_t>(point)));
        out.append(1, '.').append(digits.substr(static_cast<std::size_t>(point)));
    } else if (-6 < point && point <= 0) {
        out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
    } else {
        out.append(1, digits.front());
        if (count > 1) {
            out.append(1, '.').append(digits.substr(1));
        }
        const int exponent = point - 1;
        out.append(exponent < 0 ? "e-" : "e+");
        append_integer(out, exponent < 0 ? -exponent : exponent);
    }
}

}  // namespace

void append_number(std::string& out, double value)
{
    if (!std::isfinite(value)) {
        out.append("null");
        return;
    }
    const double magnitude = std::fabs(value);
    char text[40];
    if (magnitude == 0) {
        out.append(1, '0');  // also for -0
        return;
    }
    if (magnitude >= 1e-6 && magnitude < 9007199254740992.0) {  // below 2^53 both notations have the same digits
        out.append(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr);
        return;
    }
    const auto end = std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific).ptr;
    if (value < 0) {
        out.append(1, '-');
    }
    const std::string_view scientific(text, static_cast<std::size_t>(end - text));
    const auto mark = scientific.find('e');
    int exponent = 0;
    const auto* first = scientific.data() + mark + (scientific[mark + 1] == '+' ? 2 : 1);
    std::from_chars(first, end, exponent);
    std::string digits(1, scientific.front());
    if (mark > 1) {
        digits.append(scientific.substr(2, mark - 2));
    }
    append_layout(out, digits, exponent + 1);
}

void append_number(std::string& out, std::uint64_t value)
{
    append_integer(out, value);
}

void append_number(std::string& out, std::int64_t value)
{
    append_integer(out, value);
}

void append_string(std::string& out, std::string_view text)
{
    static constexpr char kHex[] = "0123456789abcdef";
    out.append(1, '"');
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        out.append(text.substr(plain, at - plain));
        plain = at + 1;
        switch (byte) {
            case '"':
                out.append("\\\"");
                break;
            case '\\':
                out.append("\\\\");
                break;
            case '\n':
                out.append("\\n");
                break;
            case '\r':
                out.append("\\r");
                break;
            case '\t':
                out.append("\\t");
                break;
            default:
                out.append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
        }
    }
    out.append(text.substr(plain)).append(1, '"');
}

}  // namespace alleycat
