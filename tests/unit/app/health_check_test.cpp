#include "health_check.hpp"

#include "config_fixture.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

using alleycat::app::check_health;
using alleycat::app::Endpoint;

namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;  // where the time is not the claim

/// A port of loopback that is taken, with nobody behind it.
class Port {
public:
    Port() : descriptor_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address);
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (descriptor_ < 0 || ::bind(descriptor_, generic, length) != 0 ||
            ::getsockname(descriptor_, generic, &length) != 0) {
            throw std::runtime_error("no port");
        }
        port_ = ntohs(address.sin_port);
    }
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    ~Port() { ::close(descriptor_); }

    [[nodiscard]] std::uint16_t port() const { return port_; }

protected:
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
    std::uint16_t port_{0};
};

/// A port of loopback with somebody behind it.
class Listener : public Port {
public:
    Listener()
    {
        if (::listen(descriptor(), 4) != 0) {
            throw std::runtime_error("nobody can listen");
        }
    }
    [[nodiscard]] int accept() const { return ::accept(descriptor(), nullptr, nullptr); }
};

/// Answers one request with `answer`, and remembers the request.
class Answerer {
public:
    explicit Answerer(std::string answer) : thread_([this, answer = std::move(answer)] { serve(answer); }) {}
    Answerer(const Answerer&) = delete;
    Answerer& operator=(const Answerer&) = delete;
    ~Answerer() { thread_.join(); }

    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
    [[nodiscard]] const std::string& request()
    {
        thread_.join();
        thread_ = std::thread([] {});
        return request_;
    }

private:
    void serve(const std::string& answer)
    {
        const int peer = listener_.accept();
        std::array<char, 1024> buffer{};
        if (const auto got = ::recv(peer, buffer.data(), buffer.size(), 0); got > 0) {
            request_.assign(buffer.data(), static_cast<std::size_t>(got));
        }
        static_cast<void>(::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL));
        ::close(peer);
    }

    Listener listener_;
    std::string request_;
    std::thread thread_;  // last: it uses the others
};

std::string said(const Endpoint& listen, bool tls = false)
{
    const auto health = check_health(listen, tls, kPatience);
    return std::to_string(health.code) + " " + health.text;
}

}  // namespace

TEST_CASE("a daemon that answers 200 is healthy, and is asked for nothing but that", "[app][health]")
{
    Answerer daemon("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n");
    const auto address = "127.0.0.1:" + std::to_string(daemon.port());
    CHECK(said({"127.0.0.1", daemon.port()}) == "0 healthy: http://" + address + "/healthz\n");
    CHECK(daemon.request() == "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a daemon that listens on all addresses is asked on loopback", "[app][health]")
{
    const Answerer daemon("HTTP/1.1 200 OK\r\n\r\n");
    CHECK_THAT(said({"0.0.0.0", daemon.port()}), Catch::StartsWith("0 healthy: http://127.0.0.1:"));
}

TEST_CASE("any other answer is not healthy, and is told", "[app][health]")
{
    const Answerer daemon("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    CHECK_THAT(said({"127.0.0.1", daemon.port()}),
               Catch::StartsWith("1 unhealthy: http://127.0.0.1:") && Catch::EndsWith("503 Service Unavailable\n"));
}

TEST_CASE("who hangs up, does not listen, or says nothing in time is not healthy", "[app][health]")
{
    {
        const Answerer hangs_up("");
        CHECK_THAT(said({"127.0.0.1", hangs_up.port()}), Catch::StartsWith("1 unhealthy: no answer from "));
    }
    const Listener silent;
    CHECK(check_health({"127.0.0.1", silent.port()}, false, 20ms).code == 1);
    const Port closed;
    CHECK_THAT(said({"127.0.0.1", closed.port()}), Catch::StartsWith("1 unhealthy: no answer from "));
    CHECK_THAT(said({"::1", closed.port()}), Catch::Contains("no answer from http://[::1]:"));
}

TEST_CASE("a port that the daemon chose itself cannot be asked", "[app][health]")
{
    CHECK_THAT(said({"127.0.0.1", 0}), Catch::StartsWith("1 unhealthy: http.listen has port 0"));
}

namespace {

struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// A server's context with a certificate that nobody but itself has signed.
Owned<SSL_CTX> self_signed()
{
    const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    const Owned<X509> certificate(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    return context;
}

void answer_encrypted(const Listener& listener)
{
    const auto context = self_signed();
    const int peer = listener.accept();
    const Owned<SSL> session(SSL_new(context.get()));
    SSL_set_fd(session.get(), peer);
    std::array<char, 1024> request{};
    if (SSL_accept(session.get()) == 1 &&
        SSL_read(session.get(), request.data(), static_cast<int>(request.size())) > 0) {
        constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\n\r\n";
        SSL_write(session.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
        SSL_shutdown(session.get());
    }
    ::close(peer);
}

}  // namespace

TEST_CASE("an encrypted daemon is asked whoever has signed its certificate", "[app][health]")
{
    const Listener listener;
    std::thread daemon([&] { answer_encrypted(listener); });
    const auto health = check_health({"127.0.0.1", listener.port()}, true, kPatience);
    daemon.join();
    CHECK(health.code == 0);
    CHECK(health.text == "healthy: https://127.0.0.1:" + std::to_string(listener.port()) + "/healthz\n");
}

TEST_CASE("--health is a flag that leaves the configuration as it is", "[app][health]")
{
    CHECK(alleycat::app::config_of(alleycat::app::load({"--health", "--http-listen", "127.0.0.1:9"})).http.listen ==
          Endpoint{"127.0.0.1", 9});
}
