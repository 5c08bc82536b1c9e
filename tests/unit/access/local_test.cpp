#include "made_request.hpp"

#include <alleycat/access/local.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::access;

namespace {

bool local(const std::map<std::string, std::string>& headers, bool from_loopback = true, bool secure = false)
{
    MadeRequest made("DELETE", "/", headers);
    made.request.from_loopback = from_loopback;
    made.request.secure = secure;
    return is_local(made.request);
}

}  // namespace

TEST_CASE("who asks over loopback, by a loopback name, is local", "[access][local]")
{
    for (const auto* host : {"127.0.0.1", "127.0.0.1:8080", "localhost:8080", "LocalHost", "[::1]:8080", "[::1]"}) {
        CAPTURE(host);
        CHECK(local({{"Host", host}}));
        CHECK_FALSE(local({{"Host", host}}, false));
    }
}

TEST_CASE("a name that another site may have pointed at this machine is not local", "[access][local]")
{
    for (const auto* host :
         {"", "evil.example", "localhost.evil.example", "192.168.1.5:8080", "[::2]", "[::1", ":80"}) {
        CAPTURE(host);
        CHECK_FALSE(local({{"Host", host}}));
    }
}

TEST_CASE("who comes through a proxy that says so is not local", "[access][local]")
{
    for (const auto* header : {"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"}) {
        CAPTURE(header);
        CHECK_FALSE(local({{"Host", "localhost"}, {header, "1.2.3.4"}}));
    }
}

TEST_CASE("only this server's own page is local, in the scheme that it speaks", "[access][local]")
{
    const auto asked_by = [](const std::string& origin, bool secure) {
        return local({{"Host", "localhost:8080"}, {"Origin", origin}}, true, secure);
    };
    CHECK(asked_by("http://localhost:8080", false));
    CHECK(asked_by("https://localhost:8080", true));
    CHECK_FALSE(asked_by("https://localhost:8080", false));
    CHECK_FALSE(asked_by("http://localhost:8080", true));
    for (const auto* origin : {"http://localhost:9090", "http://evil.example", "null", "http://localhost:8080.evil",
                               "http://127.0.0.1:8080", "ws://localhost:8080"}) {
        CAPTURE(origin);
        CHECK_FALSE(asked_by(origin, false));
    }
}
