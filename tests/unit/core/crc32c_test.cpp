#include <alleycat/core/crc32c.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <string_view>

using namespace alleycat;

namespace {

std::uint32_t crc_of(std::string_view text, std::uint32_t before = 0)
{
    return crc32c(std::as_bytes(std::span(text)), before);
}

/// Bit by bit, as the polynomial says it.
std::uint32_t slow_crc(std::string_view text)
{
    std::uint32_t crc = ~0U;
    for (const auto letter : text) {
        crc ^= static_cast<std::uint8_t>(letter);
        for (int bit = 0; bit < 8; ++bit) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
        }
    }
    return ~crc;
}

}  // namespace

TEST_CASE("CRC-32C gives what RFC 3720 B.4 lists", "[core][crc32c]")
{
    std::string up;
    std::string down;
    for (int value = 0; value < 32; ++value) {
        up += static_cast<char>(value);
        down += static_cast<char>(31 - value);
    }
    constexpr std::array<unsigned char, 48> kRead10{
        0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18,
        0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

    // The RFC prints the bytes in the order in which they are sent: the lowest first.
    CHECK(crc_of(std::string(32, '\0')) == 0x8A9136AAU);
    CHECK(crc_of(std::string(32, '\xFF')) == 0x62A8AB43U);
    CHECK(crc_of(up) == 0x46DD794EU);
    CHECK(crc_of(down) == 0x113FDB5CU);
    CHECK(crc32c(std::as_bytes(std::span(kRead10))) == 0xD9963A56U);
    CHECK(crc_of("123456789") == 0xE3069283U);  // the check value of every catalogue
    CHECK(crc_of("") == 0U);
}

TEST_CASE("CRC-32C of parts, one after the other, is that of the whole, at every length and cut", "[core][crc32c]")
{
    std::string text;
    for (int length = 0; length < 40; ++length) {
        CAPTURE(length);
        CHECK(crc_of(text) == slow_crc(text));
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            CHECK(crc_of(std::string_view(text).substr(cut), crc_of(std::string_view(text).substr(0, cut))) ==
                  crc_of(text));
        }
        text += static_cast<char>(length * 37 + 11);
    }
}
