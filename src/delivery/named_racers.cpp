#include <alleycat/delivery/named_racers.hpp>

#include <charconv>
#include <cmath>
#include <string>

namespace alleycat::delivery {

namespace {

constexpr std::string_view kJsonSpace = " \t\r\n";
constexpr std::string_view kEscape = "\\u00";

std::string_view without_space(std::string_view text)
{
    return text.substr(std::min(text.find_first_not_of(kJsonSpace), text.size()));
}

/// With plain letters for those that are escaped.
std::string plain(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        unsigned letter = 0;
        const auto digits = text.substr(at, 6);
        const bool escaped =
            digits.size() == 6 && digits.starts_with(kEscape) &&
            std::from_chars(digits.data() + kEscape.size(), digits.data() + digits.size(), letter, 16).ptr ==
                digits.data() + digits.size();
        out.append(1, escaped && letter < 0x80 ? static_cast<char>(letter) : text[at]);
        at += escaped && letter < 0x80 ? digits.size() : 1;
    }
    return out;
}

}  // namespace

std::optional<RacerId> racer_behind_key(std::string_view text)
{
    text = without_space(text);
    if (!text.starts_with(':')) {
        return std::nullopt;
    }
    text = without_space(text.substr(1));
    if (text.starts_with('"')) {
        text = without_space(text.substr(1));
    }
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || !(number >= 0) || number > static_cast<double>(kMaxJsonInteger) ||
        number != std::floor(number)) {
        return std::nullopt;
    }
    return RacerId{static_cast<std::uint64_t>(number)};
}

bool names_racer(std::string_view text, const std::function<bool(RacerId)>& is_wanted)
{
    for (auto at = text.find(kRacerKey); at != std::string_view::npos; at = text.find(kRacerKey, at)) {
        at += kRacerKey.size();
        const auto racer = racer_behind_key(text.substr(at));
        if (racer && is_wanted(*racer)) {
            return true;
        }
    }
    return has_escaped_letters(text) && names_racer(plain(text), is_wanted);
}

bool has_escaped_letters(std::string_view text)
{
    return text.find(kEscape) != std::string_view::npos;
}

}  // namespace alleycat::delivery
