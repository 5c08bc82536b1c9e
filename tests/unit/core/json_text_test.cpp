#include <alleycat/core/json_text.hpp>

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace alleycat;

namespace {

std::string number(double value)
{
    std::string text;
    append_number(text, value);
    return text;
}

std::string in_quotes(std::string_view text)
{
    std::string out;
    append_string(out, text);
    return out;
}

std::size_t significant_digits(const std::string& text)
{
    std::string digits;
    for (const char each : text.substr(0, text.find('e'))) {
        if (each >= '0' && each <= '9') {
            digits.push_back(each);
        }
    }
    const auto first = digits.find_first_not_of('0');
    const auto last = digits.find_last_not_of('0');
    return first == std::string::npos ? 1 : last - first + 1;
}

}  // namespace

TEST_CASE("a number prints as JSON.stringify prints it", "[core][json]")
{
    const std::vector<std::pair<double, std::string>> table{
        {0.0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1, "-1"},
        {10, "10"},
        {115.2, "115.2"},
        {22.75, "22.75"},
        {98.55, "98.55"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {100.0 / 3, "33.333333333333336"},
        {1.005, "1.005"},
        {123456.789, "123456.789"},
        {-123456.789, "-123456.789"},
        {1e-5, "0.00001"},
        {1e-6, "0.000001"},
        {1.5e-6, "0.0000015"},
        {0.000001234, "0.000001234"},
        {9.999999999999995e-7, "9.999999999999995e-7"},
        {1e-7, "1e-7"},
        {-1e-7, "-1e-7"},
        {1.25e-7, "1.25e-7"},
        {1.23e-10, "1.23e-10"},
        {4294967296, "4294967296"},
        {9007199254740991, "9007199254740991"},  // 2^53 - 1
        {9007199254740992, "9007199254740992"},  // 2^53
        {9007199254740994, "9007199254740994"},  // 2^53 + 2
        {-9007199254740994, "-9007199254740994"},
        {18014398509481984, "18014398509481984"},  // 2^54
        {2251799813685248.5, "2251799813685248.5"},
        {9223372036854775808.0, "9223372036854776000"},
        {1e20, "100000000000000000000"},
        {123456789012345680000.0, "123456789012345680000"},
        {999999999999999900000.0, "999999999999999900000"},
        {1e21, "1e+21"},
        {-1e21, "-1e+21"},
        {1.5e21, "1.5e+21"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {1.2345e100, "1.2345e+100"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {std::numeric_limits<double>::infinity(), "null"},
        {-std::numeric_limits<double>::infinity(), "null"},
        {std::numeric_limits<double>::quiet_NaN(), "null"},
    };
    for (const auto& [value, text] : table) {
        CHECK(number(value) == text);
    }
}

TEST_CASE("a printed number reads back to the same double", "[core][json]")
{
    std::mt19937_64 random(7);
    for (int n = 0; n < 200'000; ++n) {
        const auto value = std::bit_cast<double>(random());  // any magnitude, sign and subnormal
        if (!std::isfinite(value)) {
            continue;
        }
        const auto text = number(value);
        const auto back = std::strtod(text.c_str(), nullptr);
        if (back != value || significant_digits(text) > 17) {
            CAPTURE(text);
            REQUIRE(back == value);
            REQUIRE(significant_digits(text) <= 17);
        }
    }
}

TEST_CASE("outputs of bikes read back to the same double and print no exponent", "[core][json]")
{
    std::mt19937_64 random(8);
    std::uniform_real_distribution<double> cadence(0, 250);
    std::uniform_real_distribution<double> resistance(0, 100);
    for (int n = 0; n < 100'000; ++n) {
        const auto value = ((cadence(random) + 35) * (resistance(random) + 65)) / 100;
        const auto text = number(value);
        if (std::strtod(text.c_str(), nullptr) != value || text.find('e') != std::string::npos) {
            FAIL(text);
        }
    }
}

TEST_CASE("the shortest digits are chosen", "[core][json]")
{
    std::mt19937_64 random(9);
    for (int n = 0; n < 20'000; ++n) {
        const auto value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) {
            continue;
        }
        const auto digits = significant_digits(number(value));
        if (digits > 1) {
            char shorter[64];
            std::snprintf(shorter, sizeof shorter, "%.*e", static_cast<int>(digits) - 2, value);
            if (std::strtod(shorter, nullptr) == value) {
                FAIL(number(value) << " could be " << shorter);
            }
        }
    }
}

TEST_CASE("integers print in full", "[core][json]")
{
    std::string text;
    append_number(text, std::numeric_limits<std::uint64_t>::max());
    append_number(text.append(" "), std::numeric_limits<std::int64_t>::min());
    append_number(text.append(" "), std::uint64_t{0});
    append_number(text.append(" "), std::int64_t{-1});
    CHECK(text == "18446744073709551615 -9223372036854775808 0 -1");
}

TEST_CASE("a string is quoted and what JSON forbids in it is escaped", "[core][json]")
{
    CHECK(in_quotes("") == R"("")");
    CHECK(in_quotes("Hubert") == R"("Hubert")");
    CHECK(in_quotes("a\"b\\c/d") == R"("a\"b\\c/d")");
    CHECK(in_quotes("\n\r\t") == R"("\n\r\t")");
    CHECK(in_quotes(std::string_view("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
    CHECK(in_quotes("Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x9A\xB2") == "\"Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x9A\xB2\"");
    std::string out = "before ";
    append_string(out, "x");
    CHECK(out == "before \"x\"");
}

TEST_CASE("each byte below a space is escaped, alone and between others", "[core][json]")
{
    for (int byte = 0; byte < 0x20; ++byte) {
        const std::string one(1, static_cast<char>(byte));
        const auto escaped = in_quotes("a" + one + one + "b");
        CAPTURE(byte, escaped);
        CHECK(escaped.find(one) == std::string::npos);
        CHECK(escaped.front() == '"');
        CHECK(escaped.substr(escaped.size() - 2) == "b\"");
    }
}
