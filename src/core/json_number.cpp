#include <alleycat/core/json_number.hpp>

#include <algorithm>

namespace alleycat {

namespace {

std::size_t skip_digits(std::string_view text, std::size_t at)
{
    return std::min(text.find_first_not_of("0123456789", at), text.size());
}

}  // namespace

bool is_json_number(std::string_view text)
{
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto whole = at;
    at = skip_digits(text, at);
    if (at == whole || (text[whole] == '0' && at > whole + 1)) {
        return false;
    }
    if (at < text.size() && text[at] == '.') {
        const auto fraction = at + 1;
        at = skip_digits(text, fraction);
        if (at == fraction) {
            return false;
        }
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        auto exponent = at + 1;
        if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) {
            ++exponent;
        }
        at = skip_digits(text, exponent);
        if (at == exponent) {
            return false;
        }
    }
    return at == text.size();
}

}  // namespace alleycat
