#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace alleycat {

/// `text` as a whole number and nothing else: digits, for a signed one with '-' in front where it is negative. None
/// also where it does not fit.
template <std::integral Integer>
[[nodiscard]] std::optional<Integer> parse_whole(std::string_view text)
{
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// The same, where it is written as we write it: without zeros in front, so that no two texts are one number.
template <std::integral Integer>
[[nodiscard]] std::optional<Integer> parse_plain_whole(std::string_view text)
{
    const auto value = parse_whole<Integer>(text);
    return value && std::to_string(*value) == text ? value : std::nullopt;
}

}  // namespace alleycat
