#include <alleycat/net/loopback.hpp>

#include <catch2/catch.hpp>

#include <string>

using alleycat::net::is_loopback;

TEST_CASE("only what cannot lead to another machine is loopback", "[net][loopback]")
{
    for (const std::string host : {"localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"}) {
        CAPTURE(host);
        CHECK(is_loopback(host));
    }
    for (const std::string host : {"", "0.0.0.0", "::", "192.168.1.1", "::ffff:192.168.1.1", "localhost.example",
                                   "127.0.0.1.example", "localhost.", "128.0.0.1"}) {
        CAPTURE(host);
        CHECK_FALSE(is_loopback(host));
    }
}
