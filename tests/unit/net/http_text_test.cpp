#include <alleycat/net/http.hpp>
#include <alleycat/net/http_server.hpp>

#include <catch2/catch.hpp>

using namespace alleycat::net;

namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

std::chrono::sys_seconds at(std::int64_t seconds)
{
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

/// "offset+size", "none" for the whole, "416".
std::string range(std::string_view header, std::uint64_t size)
{
    const auto parsed = parse_range(header, size);
    if (!parsed) {
        return "whole";
    }
    return parsed->size == 0 ? "416" : std::to_string(parsed->offset) + "+" + std::to_string(parsed->size);
}

/// What each {} stood for, joined; "no" where the path does not fit.
std::string fit(std::string_view pattern, std::string_view path)
{
    std::vector<std::string> parameters;
    if (!matches(pattern, path, parameters)) {
        CHECK(parameters.empty());
        return "no";
    }
    std::string text = "yes";
    for (const auto& parameter : parameters) {
        text += " " + parameter;
    }
    return text;
}

}  // namespace

TEST_CASE("percent escapes are decoded", "[net][http]")
{
    CHECK(percent_decoded("", false) == "");
    CHECK(percent_decoded("plain", false) == "plain");
    CHECK(percent_decoded("%41", false) == "A");
    CHECK(percent_decoded("x%41", false) == "xA");
    CHECK(percent_decoded("%41%42c%2f%2F", false) == "ABc//");
    CHECK(percent_decoded("Zo%C3%AB", false) == "Zo\xC3\xAB");
    CHECK(percent_decoded("%00", false) == std::string(1, '\0'));
    CHECK(percent_decoded("a+b%2B", false) == "a+b+");
    CHECK(percent_decoded("a+b%2B", true) == "a b+");
    CHECK(percent_decoded("%2541", false) == "%41");  // once, not twice
    for (const std::string bad : {"%", "%4", "x%", "x%4", "%4g", "%g4", "%%41", "% 41", "%-1", "%+1", "%0x"}) {
        CAPTURE(bad);
        CHECK(percent_decoded(bad, false) == std::nullopt);
    }
}

TEST_CASE("a query is taken apart in its order", "[net][http]")
{
    CHECK(parse_query("") == Query{});
    CHECK(parse_query("a=1&b=2") == Query{{"a", "1"}, {"b", "2"}});
    CHECK(parse_query("a=1&a=2&b") == Query{{"a", "1"}, {"a", "2"}, {"b", ""}});
    CHECK(parse_query("a=&=x&b=c=d") == Query{{"a", ""}, {"", "x"}, {"b", "c=d"}});
    CHECK(parse_query("&&a=1&") == Query{{"a", "1"}});
    CHECK(parse_query("na%6De=Zo%C3%AB+%26+co%41") == Query{{"name", "Zo\xC3\xAB & coA"}});
    CHECK(parse_query("a=%4") == std::nullopt);
    CHECK(parse_query("%zz=1") == std::nullopt);
}

TEST_CASE("of a parameter that stands more than once the last value counts", "[net][http]")
{
    Request request;
    request.query = {{"classId", "1"}, {"top", ""}, {"classId", "2"}};
    CHECK(request.parameter("classId") == "2");
    CHECK(request.parameter("top") == "");
    CHECK(request.parameter("racerId") == std::nullopt);
    CHECK(request.parameter("classid") == std::nullopt);
}

TEST_CASE("a time is written as HTTP writes it, and read back", "[net][http]")
{
    CHECK(http_date(at(784111777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http_date(at(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(http_date(at(1709210096)) == "Thu, 29 Feb 2024 12:34:56 GMT");
    for (const std::int64_t seconds : {std::int64_t{0}, std::int64_t{784111777}, std::int64_t{1620240672},
                                       std::int64_t{1709164800}, std::int64_t{4102444799}}) {
        CHECK(parse_http_date(http_date(at(seconds))) == at(seconds));
    }
}

TEST_CASE("a time in any other form is none", "[net][http]")
{
    for (const std::string other :
         {"", "now", "784111777", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
          "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0100",
          "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 25:49:37 GMT", "1994-11-06T08:49:37Z"}) {
        CAPTURE(other);
        CHECK(parse_http_date(other) == std::nullopt);
    }
}

TEST_CASE("a time that is nearly in HTTP's form is none", "[net][http]")
{
    for (const std::string other :
         {"Sunday, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,  06  Nov 1994 08:49:37 GMT",
          "sun, 06 nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 November 1994 08:49:37 GMT"}) {
        CAPTURE(other);
        CHECK(parse_http_date(other) == std::nullopt);
    }
}

TEST_CASE("entity tags match as If-None-Match compares them", "[net][http]")
{
    const std::string tag = "\"abc\"";
    for (const std::string list :
         {"\"abc\"", "*", "W/\"abc\"", " \"abc\" ", "\"x\", \"abc\"", "\"x\",W/\"abc\",\"y\"", "\"x\" ,\t\"abc\""}) {
        CAPTURE(list);
        CHECK(matches_etag(list, tag));
    }
    for (const std::string list :
         {"", "\"x\"", "abc", "\"ABC\"", "\"abc", "\"abc\"x", "\"x\", \"y\"", ",", "\"abcd\""}) {
        CAPTURE(list);
        CHECK_FALSE(matches_etag(list, tag));
    }
}

TEST_CASE("gzip is sent only to who takes it", "[net][http]")
{
    for (const std::string header : {"gzip", "x-gzip", "*", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1",
                                     "deflate,gzip", " gzip ", "\tgzip", "gzip;q=0.001", "gzip; q=0.5", "gzip ; q=1",
                                     "identity, *", "*;q=0, gzip", "gzip, *;q=0", "gzip;q=1.000"}) {
        CAPTURE(header);
        CHECK(accepts_gzip(header));
    }
    for (const std::string header :
         {"", "identity", "deflate, br", "gzip;q=0", "gzip; q=0", "gzip ;q=0.0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *",
          "*, gzip;q=0", "x-gzip;q=0", "gzipped", "not-gzip", "br, identity;q=0.5", ",,"}) {
        CAPTURE(header);
        CHECK_FALSE(accepts_gzip(header));
    }
}

TEST_CASE("names of content codings and their weight are the same in any case", "[net][http]")
{
    CHECK(accepts_gzip("GZIP"));
    CHECK(accepts_gzip("X-Gzip"));
    CHECK_FALSE(accepts_gzip("gzip;Q=0"));
}

TEST_CASE("a range asks for a part, for more than there is, or for nothing we know", "[net][http]")
{
    CHECK(range("bytes=0-0", 100) == "0+1");
    CHECK(range("bytes=0-99", 100) == "0+100");
    CHECK(range("bytes=10-19", 100) == "10+10");
    CHECK(range("bytes=0-1000", 100) == "0+100");
    CHECK(range("bytes=99-", 100) == "99+1");
    CHECK(range("bytes=0-", 100) == "0+100");
    CHECK(range("bytes=-1", 100) == "99+1");
    CHECK(range("bytes=-100", 100) == "0+100");
    CHECK(range("bytes=-1000", 100) == "0+100");
    CHECK(range("bytes= 5-6 ", 100) == "5+2");
    CHECK(range("bytes=18446744073709551614-18446744073709551615", 100) == "416");
    for (const std::string none : {"bytes=100-", "bytes=100-200", "bytes=-0"}) {
        CAPTURE(none);
        CHECK(range(none, 100) == "416");
    }
    CHECK(range("bytes=0-", 0) == "416");
    CHECK(range("bytes=-5", 0) == "416");
    for (const std::string unknown :
         {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=a-b", "bytes=1-b", "bytes=a-1", "bytes=5-4",
          "bytes=0-1,5-6", "items=0-1", "bytes=--1", "bytes=+1-2", "bytes=1-+2", "bytes=0x1-2", "bytes=1 - 2"}) {
        CAPTURE(unknown);
        CHECK(range(unknown, 100) == "whole");
    }
}

TEST_CASE("a path fits a pattern, and {} stands for a part of it", "[net][http]")
{
    CHECK(fit("/", "/") == "yes");
    CHECK(fit("/healthz", "/healthz") == "yes");
    CHECK(fit("/healthz", "/healthz/") == "no");
    CHECK(fit("/healthz", "/health") == "no");
    CHECK(fit("/history/class-{}.gz", "/history/class-1.gz") == "yes 1");
    CHECK(fit("/history/class-{}.gz", "/history/class-12.gz") == "yes 12");
    CHECK(fit("/history/class-{}.gz", "/history/class-.gz") == "no");
    CHECK(fit("/history/class-{}.gz", "/history/class-1.json") == "no");
    CHECK(fit("/history/class-{}.gz", "/history/class-1/2.gz") == "no");
    CHECK(fit("/history/class-{}.gz", "/history/class-1.gz/x") == "no");
    CHECK(fit("/history/class-{}.gz", "/history/class-1.gz.gz") == "yes 1.gz");
    CHECK(fit("/api/v1/racers/{}", "/api/v1/racers/7") == "yes 7");
    CHECK(fit("/api/v1/racers/{}", "/api/v1/racers/") == "no");
    CHECK(fit("/api/v1/racers/{}", "/api/v1/racers/7/8") == "no");
    CHECK(fit("/api/v1/races/{}/results", "/api/v1/races/5397285/results") == "yes 5397285");
    CHECK(fit("/api/v1/races/{}/results", "/api/v1/races/results") == "no");
    CHECK(fit("/{}/{}", "/a/b") == "yes a b");
    CHECK(fit("/{}/{}.gz", "/a/b.gz") == "yes a b");
    CHECK(fit("/{}/{}.gz", "/a/b") == "no");
    CHECK(fit("/{}/x/{}", "/a/x/b") == "yes a b");
    CHECK(fit("/{}/x/{}", "/a/y/b") == "no");
}

TEST_CASE("two {} may stand in one part of a path", "[net][http]")
{
    CHECK(fit("/{}-{}", "/1-2") == "yes 1 2");
    CHECK(fit("/class-{}.{}", "/class-1.gz") == "yes 1 gz");
    CHECK(fit("/{}-{}", "/12") == "no");
}

TEST_CASE("each status has its reason", "[net][http]")
{
    CHECK(reason(200) == "OK");
    CHECK(reason(206) == "Partial Content");
    CHECK(reason(404) == "Not Found");
    CHECK(reason(416) == "Range Not Satisfiable");
    CHECK(reason(431) == "Request Header Fields Too Large");
    const auto refusal = Response::text(400, "top: must be a whole number\n");
    CHECK(refusal.status == 400);
    CHECK(refusal.headers == Query{{"Content-Type", "text/plain; charset=utf-8"}});
}
