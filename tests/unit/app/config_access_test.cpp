#include "config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::app;

TEST_CASE("the network is let in with tokens, or where that is said", "[app][config]")
{
    const std::string refused =
        "--http-listen: would let the network in, where everybody may do everything: set auth.mode to "
        "\"token\", or say --insecure-open if that is meant";
    for (const auto* host : {"0.0.0.0:1", "[::]:1", "192.168.1.4:1", "gym.local:1"}) {
        CAPTURE(host);
        CHECK(error_of(load({"--http-listen", host})) == refused);
        CHECK(config_of(load({"--http-listen", host, "--insecure-open"})).auth.insecure_open);
        CHECK(config_of(load({"--http-listen", host, "--auth-insecure-open", "true"})).auth.insecure_open);
        CHECK(config_of(load({"--http-listen", host, "--auth-mode", "token"})).auth.mode == AuthMode::Token);
    }
    for (const auto* host : {"127.0.0.1:1", "127.4.5.6:1", "[::1]:1", "localhost:1"}) {
        CAPTURE(host);
        CHECK_FALSE(config_of(load({"--http-listen", host})).auth.insecure_open);
    }
}

TEST_CASE("a certificate and its key come together", "[app][config]")
{
    CHECK(file_error("[http]\ncertificate_file = \"c.pem\"\n") ==
          "test.toml:2: http.certificate_file: needs its http.key_file");
    CHECK(file_error("[http]\nkey_file = \"k.pem\"\n") ==
          "test.toml:2: http.key_file: must be empty where http.certificate_file is");
}

TEST_CASE("with tokens bikes publish below the topic, so that it has no wildcards", "[app][config]")
{
    CHECK(file_error("[auth]\nmode = \"token\"\n[mqtt]\ntopic = \"gym/+\"\n") ==
          "test.toml:4: mqtt.topic: must be without + and # where auth.mode is \"token\": bikes publish below it");
    CHECK(config_of(load({"--auth-mode", "token", "--mqtt-topic", ""})).mqtt.topic.empty());
}

TEST_CASE("lists are words with commas between them", "[app][config]")
{
    using Words = std::vector<std::string>;
    CHECK(config_of(load({"--http-origins", "https://club.example, http://wall.local:3000"})).http.origins ==
          Words{"https://club.example", "http://wall.local:3000"});
    CHECK(config_of(load({"--http-cors-origins="})).http.cors_origins.empty());
    CHECK(config_of(load({"--http-origins", "*"})).http.origins == Words{"*"});
    CHECK(config_of(load({"--http-proxies", "10.0.0.1,::1"})).http.proxies == Words{"10.0.0.1", "::1"});
    for (const auto* wrong :
         {"club.example", "https://club.example/path", "ftp://club.example", "https://a,,https://b"}) {
        CAPTURE(wrong);
        CHECK(error_of(load({"--http-origins", wrong})).starts_with("--http-origins: "));
    }
    CHECK(error_of(load({"--http-proxies", "gym.local"})).starts_with("--http-proxies: "));
}
