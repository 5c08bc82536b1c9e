#include "scripted_server.hpp"

#include <alleycat/net/http_client.hpp>

#include <catch2/catch.hpp>

#include <future>

using namespace alleycat;
using namespace alleycat::net;
using Reaction = ScriptedServer::Reaction;
using std::chrono::milliseconds;
namespace errc = boost::system::errc;

namespace {

constexpr auto kPatience = milliseconds(20'000);
constexpr auto kSoon = milliseconds(50);

HttpClient client(const ScriptedServer& server, HttpClient::Options options = {kPatience})
{
    return {parse_http_url(server.url()), options};
}

std::string refused(std::string_view url)
{
    try {
        static_cast<void>(parse_http_url(url));
    } catch (const std::invalid_argument& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_CASE("an address is taken apart", "[net][client]")
{
    const auto plain = parse_http_url("http://example.org");
    CHECK(plain.host == "example.org");
    CHECK(plain.port == 80);
    CHECK(plain.target == "/");
    CHECK(plain.authority() == "example.org");
    const auto full = parse_http_url("http://10.0.0.7:8081/a/b%20c?d=e");
    CHECK(full.host == "10.0.0.7");
    CHECK(full.port == 8081);
    CHECK(full.target == "/a/b%20c?d=e");
    CHECK(full.authority() == "10.0.0.7:8081");
    const auto six = parse_http_url("http://[::1]:81?x");
    CHECK(six.host == "::1");
    CHECK(six.port == 81);
    CHECK(six.target == "/?x");
    CHECK(six.authority() == "[::1]:81");
    CHECK(parse_http_url("http://[::1]/").port == 80);
}

TEST_CASE("an address that is no plain http:// is refused with its reason", "[net][client]")
{
    CHECK(refused("https://x/").find("must begin with http://") != std::string::npos);
    CHECK(refused("x:80/").find("must begin with http://") != std::string::npos);
    CHECK(refused("http://").find("host is missing") != std::string::npos);
    CHECK(refused("http:///path").find("host is missing") != std::string::npos);
    CHECK(refused("http://:80/").find("host is missing") != std::string::npos);
    for (const std::string port : {"", "0", "65536", "x", "-1", "80x"}) {
        CAPTURE(port);
        CHECK(refused("http://x:" + port + "/").find("1 to 65535") != std::string::npos);
    }
    CHECK(refused("http://[::1/").find("bracket") != std::string::npos);
    CHECK(refused("http://[::1]x/").find("behind the host") != std::string::npos);
    CHECK(refused("http://a:b@x/").find("user") != std::string::npos);
    CHECK(refused("http://x/#part").find("fragment") != std::string::npos);
    CHECK(refused("http://x/a b").find("ASCII") != std::string::npos);
    CHECK(refused("http://x/\xC3\xAB").find("ASCII") != std::string::npos);
}

TEST_CASE("a post is a request with the body, and brings the answer, whatever its status", "[net][client]")
{
    ScriptedServer server([](const auto& request) {
        return Reaction{!request.body.empty() ? ScriptedServer::answer("good")
                                              : ScriptedServer::answer("", "503 Busy")};
    });
    auto poster = client(server);
    const auto first = poster.post("application/json", "{\"a\":1}");
    REQUIRE(first.has_value());
    CHECK(first->status == 200);
    CHECK(first->body == "good");
    const auto second = poster.post("application/json", "");
    REQUIRE(second.has_value());
    CHECK(second->status == 503);
    CHECK(second->body.empty());
    const auto seen = server.seen();
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].head.starts_with("POST /transform HTTP/1.1\r\n"));
    CHECK(seen[0].head.find("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n") != std::string::npos);
    CHECK(seen[0].head.find("Content-Type: application/json\r\n") != std::string::npos);
    CHECK(seen[0].body == "{\"a\":1}");
    CHECK(server.connections() == 1);  // kept
}

TEST_CASE("large bodies go both ways, and chunks are joined", "[net][client]")
{
    const std::string large(3'000'000, 'x');
    ScriptedServer server([&](const auto& request) {
        return Reaction{request.body == large
                            ? ScriptedServer::answer(large)
                            : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"};
    });
    auto poster = client(server);
    CHECK(poster.post("text/plain", large).value().body == large);
    CHECK(poster.post("text/plain", "small").value().body == "abcde");
}

TEST_CASE("a connection that the server closes is followed by a new one", "[net][client]")
{
    ScriptedServer server([](const auto& request) {
        return Reaction{ScriptedServer::answer("x", "200 OK", request.body == "1" ? "Connection: close\r\n" : ""),
                        true};
    });
    auto poster = client(server);
    CHECK(poster.post("text/plain", "1").value().body == "x");
    CHECK(poster.post("text/plain", "2").value().body == "x");  // promises to stay, and goes
    CHECK(poster.post("text/plain", "3").value().body == "x");
    CHECK(server.seen().size() == 3);
    CHECK(server.connections() == 3);
}

TEST_CASE("a fresh connection that breaks off is an error", "[net][client]")
{
    ScriptedServer server([&](const auto& request) {
        return Reaction{request.body == "part" ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab" : "", true};
    });
    auto poster = client(server);
    CHECK(poster.post("text/plain", "none").error() == errc::connection_reset);
    CHECK(poster.post("text/plain", "part").error() == errc::connection_reset);
    CHECK(server.connections() == 2);
}

TEST_CASE("nobody there, and an answer that is none, are errors", "[net][client]")
{
    HttpClient nobody(parse_http_url("http://127.0.0.1:" + std::to_string(ScriptedServer::closed_port())), {kPatience});
    CHECK(nobody.post("text/plain", "x").error() == errc::connection_refused);
    ScriptedServer server([&](const auto&) { return Reaction{"SSH-2.0-OpenSSH\r\n\r\n", true}; });
    CHECK(client(server).post("text/plain", "x").error() == errc::bad_message);
}

TEST_CASE("an answer above the limit is an error, and the next call goes on", "[net][client]")
{
    ScriptedServer server([&](const auto& request) { return Reaction{ScriptedServer::answer(request.body)}; });
    auto poster = client(server, {kPatience, 100});
    CHECK(poster.post("text/plain", std::string(101, 'x')).error() == Errc::TooLarge);
    CHECK(poster.post("text/plain", std::string(100, 'x')).value().body.size() == 100);
}

TEST_CASE("a call ends at its timeout, whatever the server does not do", "[net][client]")
{
    ScriptedServer server([&](const auto& request) {
        return Reaction{request.body == "header" ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab" : ""};
    });
    auto poster = client(server, {kSoon});
    CHECK(poster.post("text/plain", "nothing").error() == errc::timed_out);
    CHECK(poster.post("text/plain", "header").error() == errc::timed_out);
}

TEST_CASE("cancel ends the call that runs, and all later ones", "[net][client]")
{
    std::promise<void> arrived;
    ScriptedServer server([&](const auto&) {
        arrived.set_value();
        return Reaction{};
    });
    auto poster = client(server);
    auto running = std::async(std::launch::async, [&] { return poster.post("text/plain", "x").error(); });
    arrived.get_future().wait();
    poster.cancel();
    CHECK(running.get() == errc::operation_canceled);
    CHECK(poster.post("text/plain", "y").error() == errc::operation_canceled);
    CHECK(server.connections() == 1);
}
