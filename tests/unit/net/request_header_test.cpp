#include "request_header.hpp"

#include "origin.hpp"

#include <catch2/catch.hpp>

using namespace alleycat::net;

namespace {

constexpr std::string_view kStart = "GET / HTTP/1.1\r\nHost: x\r\n";

/// What a header of these lines behind the usual first two is wrong in.
std::string fault_of(const std::string& lines)
{
    return std::string(header_fault(std::string(kStart) + lines + "\r\n"));
}

}  // namespace

TEST_CASE("the end of a header is found wherever it is cut", "[net][header]")
{
    using State = HeaderScan::State;
    const std::string header = std::string(kStart) + "A: b\r\n\r\n";
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, header.size(), header.size() + 9}) {
        CAPTURE(step);
        const auto bytes = header + "more of it";
        HeaderScan scan(1'000);
        std::size_t given = step;
        while (given < header.size()) {
            REQUIRE(scan.scan(std::string_view(bytes).substr(0, given)) == State::More);
            given += step;
        }
        CHECK(scan.scan(std::string_view(bytes).substr(0, given)) == State::Complete);
        CHECK(scan.size() == header.size());
    }
    HeaderScan exact(header.size());
    CHECK(exact.scan(header) == State::Complete);
    HeaderScan short_by_one(header.size() - 1);
    CHECK(short_by_one.scan(header) == State::TooLarge);
}

TEST_CASE("a byte that no header has is seen at once", "[net][header]")
{
    using State = HeaderScan::State;
    for (const std::string bytes :
         {"GET / HTTP/1.1\n", "GET /\rx", "GET / HTTP/1.1\r\r", "\x16", "A: \x7F", "A: \x1B"}) {
        CAPTURE(bytes);
        HeaderScan scan(1'000);
        CHECK(scan.scan(bytes) == State::Broken);
    }
    HeaderScan nul(1'000);
    CHECK(nul.scan(std::string_view("A: \0", 4)) == State::Broken);
    HeaderScan good(1'000);
    CHECK(good.scan("A:\tZo\xC3\xAB\r\n") == State::More);  // a tab, and bytes above ASCII
}

TEST_CASE("a header that could be read in two ways is refused", "[net][header]")
{
    CHECK(fault_of("").empty());
    CHECK(fault_of("Content-Length: 5\r\nX-Empty:\r\n").empty());
    CHECK(fault_of("transfer-encoding: Chunked\r\n").empty());
    CHECK_FALSE(fault_of("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n").empty());
    CHECK_FALSE(fault_of("Content-Length: 5\r\ncontent-length: 6\r\n").empty());
    CHECK_FALSE(fault_of("Content-Length: 5\r\nContent-Length: 5\r\n").empty());
    for (const std::string length : {"", "-1", "+5", "5,5", "5 5", "0x5", "5.0", "9999999999999999999"}) {
        CAPTURE(length);
        CHECK_FALSE(fault_of("Content-Length: " + length + "\r\n").empty());
    }
    for (const std::string coding : {"", "identity", "gzip, chunked", "chunked, chunked", "xchunked", "chunked;q=1"}) {
        CAPTURE(coding);
        CHECK_FALSE(fault_of("Transfer-Encoding: " + coding + "\r\n").empty());
    }
    CHECK_FALSE(fault_of("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n").empty());
    CHECK_FALSE(header_fault("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").empty());
    CHECK_FALSE(fault_of("A: b\r\n  c\r\n").empty());
    CHECK_FALSE(fault_of("A : b\r\n").empty());
    CHECK_FALSE(fault_of(": b\r\n").empty());
    CHECK_FALSE(fault_of("A\xC3\xAB: b\r\n").empty());
    CHECK_FALSE(fault_of("no colon\r\n").empty());
    CHECK_FALSE(fault_of("host: y\r\n").empty());
    CHECK_FALSE(header_fault("GET / HTTP/1.1\r\nA: b\r\n\r\n").empty());
    CHECK(header_fault("GET / HTTP/1.0\r\n\r\n").empty());
}

TEST_CASE("a header has a hundred fields at most", "[net][header]")
{
    std::string lines;
    for (int n = 1; n < 100; ++n) {
        lines += "A: b\r\n";
    }
    CHECK(fault_of(lines).empty());  // with Host it is a hundred
    CHECK_FALSE(fault_of(lines + "A: b\r\n").empty());
}

TEST_CASE("a word of a list is found in any case, and only as a whole", "[net][header]")
{
    CHECK(lists_token("keep-alive, Upgrade", "upgrade"));
    CHECK(lists_token("WebSocket", "websocket"));
    CHECK_FALSE(lists_token("upgraded, up grade", "upgrade"));
    CHECK_FALSE(lists_token("", "upgrade"));
}

TEST_CASE("a page's own origin is the host that it was asked of, with the scheme's port", "[net][origin]")
{
    CHECK(is_own_origin("http://club.example", "club.example"));
    CHECK(is_own_origin("http://club.example", "Club.Example:80"));
    CHECK(is_own_origin("https://club.example", "club.example"));  // through a proxy that speaks https
    CHECK(is_own_origin("https://club.example", "club.example:443"));
    CHECK(is_own_origin("HTTPS://club.example:8443", "club.example:8443"));
    CHECK(is_own_origin("http://[::1]:8080", "[::1]:8080"));
    CHECK(is_own_origin("http://[::1]", "[::1]:80"));
    CHECK(is_own_origin("http://localhost:8080", "127.0.0.1:8080"));  // one machine, under two of its names
    CHECK(is_own_origin("http://127.0.0.1:8080", "[::1]:8080"));
    CHECK_FALSE(is_own_origin("http://localhost:3000", "127.0.0.1:8080"));
    CHECK_FALSE(is_own_origin("http://localhost:8080", "club.example:8080"));
    CHECK_FALSE(is_own_origin("http://evil.example:8080", "127.0.0.1:8080"));
    for (const std::string origin : {"http://evil.example", "http://club.example:8080", "http://club.example.evil",
                                     "http://x.club.example", "null", "", "club.example", "ftp://club.example",
                                     "http://club.example/", "http://club.example@evil", "http://"}) {
        CAPTURE(origin);
        CHECK_FALSE(is_own_origin(origin, "club.example"));
    }
    CHECK_FALSE(is_own_origin("https://club.example", "club.example:80"));
    CHECK_FALSE(is_own_origin("http://club.example", ""));
}

TEST_CASE("a list names origins with their scheme, or all of them", "[net][origin]")
{
    const std::vector<std::string> list{"https://club.example", "http://localhost:5173", "null"};
    CHECK(names_origin(list, "https://club.example"));
    CHECK(names_origin(list, "https://CLUB.example:443"));
    CHECK(names_origin(list, "http://localhost:5173"));
    CHECK_FALSE(names_origin(list, "http://club.example"));
    CHECK_FALSE(names_origin(list, "https://club.example:8443"));
    CHECK_FALSE(names_origin(list, "http://localhost"));
    CHECK_FALSE(names_origin(list, "null"));
    CHECK_FALSE(names_origin({}, "https://club.example"));
    CHECK(names_origin({"*"}, "https://club.example"));
    CHECK(names_origin({"*"}, "null"));
}
