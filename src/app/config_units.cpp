#include "config_units.hpp"

#include <alleycat/core/json_text.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace alleycat::app {

namespace {

struct Quantity {
    std::uint64_t count;
    std::string_view unit;
};

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array kDurationUnits{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000}, Unit{"h", 3'600'000}};

constexpr std::uint64_t kKibi = 1024;
constexpr std::array kSizeUnits{
    Unit{"", 1},
    Unit{"b", 1},
    Unit{"k", kKibi},
    Unit{"kb", kKibi},
    Unit{"kib", kKibi},
    Unit{"m", kKibi* kKibi},
    Unit{"mb", kKibi* kKibi},
    Unit{"mib", kKibi* kKibi},
    Unit{"g", kKibi* kKibi* kKibi},
    Unit{"gb", kKibi* kKibi* kKibi},
    Unit{"gib", kKibi* kKibi* kKibi},
};

/// The digits in front, and what follows them.
std::optional<Quantity> split_quantity(std::string_view text)
{
    std::uint64_t count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure != std::errc{}) {
        return std::nullopt;
    }
    return Quantity{count, text.substr(static_cast<std::size_t>(end - text.data()))};
}

/// The quantity in the smallest unit, at most `max`.
template <std::size_t N>
std::optional<std::uint64_t> in_units(const std::optional<Quantity>& quantity, const std::array<Unit, N>& units,
                                      std::uint64_t max)
{
    if (!quantity) {
        return std::nullopt;
    }
    const auto unit = std::ranges::find(units, quantity->unit, &Unit::name);
    if (unit == units.end() || quantity->count > max / unit->factor) {
        return std::nullopt;
    }
    return quantity->count * unit->factor;
}

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_letter_or_digit(char letter)
{
    return (letter >= '0' && letter <= '9') || (lower(letter) >= 'a' && lower(letter) <= 'z');
}

bool is_host_name(std::string_view host)
{
    return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char letter) {
        return is_letter_or_digit(letter) || letter == '.' || letter == '-' || letter == '_';
    });
}

/// Letters that an IPv6 address with a zone may hold; whether it is one, the system says when it is used.
bool is_ipv6(std::string_view host)
{
    const auto colons = std::ranges::count(host, ':');
    return colons >= 2 && host.size() <= 64 && std::ranges::all_of(host, [](char letter) {
               return is_letter_or_digit(letter) || letter == ':' || letter == '.' || letter == '%';
           });
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text)
{
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto count = in_units(split_quantity(text), kDurationUnits, kMax);
    if (!count) {
        return std::nullopt;
    }
    return std::chrono::milliseconds(static_cast<std::int64_t>(*count));
}

std::string format_duration(std::chrono::milliseconds duration)
{
    using namespace std::chrono;
    if (duration % hours(1) == milliseconds(0) && duration != milliseconds(0)) {
        return std::to_string(duration_cast<hours>(duration).count()) + "h";
    }
    if (duration % seconds(1) == milliseconds(0)) {
        return std::to_string(duration_cast<seconds>(duration).count()) + "s";
    }
    return std::to_string(duration.count()) + "ms";
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    auto quantity = split_quantity(text);
    std::string unit;
    if (quantity) {
        std::ranges::transform(quantity->unit, std::back_inserter(unit), lower);
        quantity->unit = unit;
    }
    return in_units(quantity, kSizeUnits, std::numeric_limits<std::uint64_t>::max());
}

std::string format_size(std::uint64_t bytes)
{
    static constexpr std::array kUnits{Unit{"GB", kKibi * kKibi * kKibi}, Unit{"MB", kKibi * kKibi}, Unit{"KB", kKibi}};
    for (const auto& unit : kUnits) {
        if (bytes != 0 && bytes % unit.factor == 0) {
            return std::to_string(bytes / unit.factor).append(unit.name);
        }
    }
    return std::to_string(bytes);
}

std::optional<Endpoint> parse_endpoint(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    auto host = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        if (!is_ipv6(host)) {
            return std::nullopt;
        }
    } else if (!is_host_name(host)) {
        return std::nullopt;
    }
    std::uint16_t number = 0;
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (failure != std::errc{} || end != port.data() + port.size()) {
        return std::nullopt;
    }
    return Endpoint{std::string(host), number};
}

std::string format_endpoint(const Endpoint& endpoint)
{
    const bool ipv6 = endpoint.host.find(':') != std::string::npos;
    return (ipv6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

bool is_ip_address(std::string_view text)
{
    boost::system::error_code no_address;
    static_cast<void>(boost::asio::ip::make_address(text, no_address));
    return !no_address;
}

std::optional<std::size_t> count_characters(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
        const auto lead = static_cast<unsigned char>(text[at++]);
        if (lead < 0x80) {
            continue;
        }
        const int following = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4) {
            return std::nullopt;
        }
        std::uint32_t point = lead & (0x3FU >> following);
        for (int i = 0; i < following; ++i, ++at) {
            if (at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U) {
                return std::nullopt;
            }
            point = point << 6U | (static_cast<unsigned char>(text[at]) & 0x3FU);
        }
        const bool too_long = (following == 2 && point < 0x800) || (following == 3 && point < 0x10000);
        if (too_long || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
            return std::nullopt;
        }
    }
    return count;
}

std::string quote(std::string_view text)
{
    std::string quoted;
    append_string(quoted, text);
    return quoted;
}

ParsedInteger parse_integer(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || failure == std::errc::invalid_argument) {
        return {};
    }
    if (failure == std::errc::result_out_of_range) {
        return {.value = std::nullopt, .too_large = true};
    }
    return {.value = value, .too_large = false};
}

std::optional<double> parse_decimal(std::string_view text)
{
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

}  // namespace alleycat::app
