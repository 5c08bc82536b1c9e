#include "config_units.hpp"

#include "config_rules.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace alleycat::app;
using namespace std::chrono_literals;

TEST_CASE("a duration is a whole number with its unit", "[app][config]")
{
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("60s") == 60s);
    CHECK(parse_duration("5m") == 5min);
    CHECK(parse_duration("24h") == 24h);
    CHECK(parse_duration("0s") == 0s);
    for (const auto* text : {"", "60", "s", "-1s", "+1s", "1.5s", "60 s", " 60s", "60S", "1s1s", "1d"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("a duration too long for 64 bits is refused", "[app][config]")
{
    CHECK(parse_duration("9223372036854775807ms") == 9223372036854775807ms);
    CHECK_FALSE(parse_duration("9223372036854775808ms"));
    CHECK_FALSE(parse_duration("9223372036854776s"));
    CHECK_FALSE(parse_duration("99999999999999999999999h"));
}

TEST_CASE("a printed duration reads back", "[app][config]")
{
    CHECK(format_duration(60s) == "60s");
    CHECK(format_duration(24h) == "24h");
    for (const auto duration : {0ms, 1ms, 999ms, 1000ms, 1500ms, 60'000ms, 900'000ms, 3'600'000ms, 5'400'000ms}) {
        CHECK(parse_duration(format_duration(duration)) == duration);
    }
}

TEST_CASE("sizes are bytes, or K, M and G as powers of 1024 in any spelling", "[app][config]")
{
    CHECK(parse_size("0") == 0U);
    CHECK(parse_size("65536") == 65536U);
    CHECK(parse_size("10B") == 10U);
    for (const auto* text : {"64K", "64KB", "64KiB", "64k", "64kb", "64kib"}) {
        CAPTURE(text);
        CHECK(parse_size(text) == 65536U);
    }
    CHECK(parse_size("1MB") == 1048576U);
    CHECK(parse_size("1GiB") == 1073741824U);
    for (const auto* text : {"", "KB", "-1", "1.5MB", "1 MB", "1TB", "1MBB", "17179869184GB"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_size(text));
    }
}

TEST_CASE("a printed size reads back", "[app][config]")
{
    CHECK(format_size(65536) == "64KB");
    for (const std::uint64_t bytes : {0ULL, 1ULL, 1000ULL, 1024ULL, 1500ULL, 1048576ULL, 3221225472ULL}) {
        CHECK(parse_size(format_size(bytes)) == bytes);
    }
}

TEST_CASE("an endpoint is host:port, an IPv6 address in brackets", "[app][config]")
{
    CHECK(parse_endpoint("127.0.0.1:8080") == Endpoint{"127.0.0.1", 8080});
    CHECK(parse_endpoint("broker.gym.example:1883") == Endpoint{"broker.gym.example", 1883});
    CHECK(parse_endpoint("[::1]:0") == Endpoint{"::1", 0});
    CHECK(parse_endpoint("[fe80::1%eth0]:65535") == Endpoint{"fe80::1%eth0", 65535});
    for (const auto* text : {"", "8080", ":8080", "host", "host:", "host:65536", "host:-1", "host:80x", "::1:80",
                             "[::1]", "[]:80", "[host]:80", "http://host:80", "a b:80"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_endpoint(text));
    }
}

TEST_CASE("a printed endpoint reads back", "[app][config]")
{
    for (const auto* text : {"127.0.0.1:8080", "[::1]:1883", "localhost:0"}) {
        CHECK(format_endpoint(parse_endpoint(text).value()) == text);
    }
}

TEST_CASE("characters are code points, and what is not UTF-8 has none", "[app][config]")
{
    CHECK(count_characters("") == 0U);
    CHECK(count_characters("Hügel") == 5U);
    CHECK(count_characters("\xF0\x9F\x9A\xB4") == 1U);
    for (const auto* text : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\xAF",
                             "\xF4\x90\x80\x80", "\xFF", "H\xFCgel"}) {
        CHECK_FALSE(count_characters(text));
    }
}

TEST_CASE("a partition key holds only known placeholders", "[app][config]")
{
    for (const auto* text :
         {"${racerId}", "${classId}-${racerId}", "${uuid}", "${timestamp()}", "${random()}", "one", "$", "a$b{c}"}) {
        CAPTURE(text);
        CHECK(is_partition_key(text));
    }
    for (const auto* text : {"", "${racer}", "${racerId", "${}", "${timestamp}", "${racerId}${"}) {
        CAPTURE(text);
        CHECK_FALSE(is_partition_key(text));
    }
    CHECK(is_partition_key(std::string(128, 'k')));
    CHECK_FALSE(is_partition_key(std::string(129, 'k')));
}

TEST_CASE("a topic filter has wildcards only as whole levels, # only at the end", "[app][config]")
{
    for (const auto* text : {"alleycat-publish", "#", "+", "gym/+/telemetry", "gym/#", "/", "gym//x"}) {
        CAPTURE(text);
        CHECK(is_topic_filter(text));
    }
    for (const auto* text : {"", "gym#", "gym/#/x", "gym/a+", "++"}) {
        CAPTURE(text);
        CHECK_FALSE(is_topic_filter(text));
    }
    CHECK_FALSE(is_topic_filter(std::string(65'536, 't')));
    CHECK(is_topic("gym/results"));
    CHECK_FALSE(is_topic("gym/+"));
}

TEST_CASE("a stream name is 1 to 128 plain letters", "[app][config]")
{
    CHECK(is_stream_name("gym_1.riders-A"));
    CHECK(is_stream_name(std::string(128, 's')));
    CHECK_FALSE(is_stream_name(std::string(129, 's')));
    CHECK_FALSE(is_stream_name(""));
    CHECK_FALSE(is_stream_name("two words"));
}
