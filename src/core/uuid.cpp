#include <alleycat/core/uuid.hpp>

#include <fmt/format.h>

#include <random>

namespace alleycat {

std::string uuid_text(const std::array<std::uint8_t, 16>& bytes)
{
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (at == 4 || at == 6 || at == 8 || at == 10) {
            text.push_back('-');
        }
        fmt::format_to(std::back_inserter(text), "{:02x}", bytes[at]);
    }
    return text;
}

std::string random_uuid()
{
    static thread_local std::mt19937_64 random{std::random_device{}()};
    std::array<std::uint8_t, 16> bytes{};
    for (auto& byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    return uuid_text(bytes);
}

}  // namespace alleycat
