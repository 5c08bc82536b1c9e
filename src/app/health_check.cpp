#include "health_check.hpp"

#include "config_flags.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <array>
#include <csignal>
#include <memory>

namespace alleycat::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kStatusLineBytes = 512;

struct FreeChain {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

/// Whom to connect to, for one who listens on all addresses.
std::string reachable(const std::string& host)
{
    if (host == "0.0.0.0") {
        return "127.0.0.1";
    }
    return host == "::" ? "::1" : host;
}

/// One question to a daemon, and the first line of its answer.
class Question {
public:
    Question(const std::string& address, bool tls, Clock::time_point deadline) : deadline_(deadline)
    {
        if (tls) {
            context_.reset(SSL_CTX_new(TLS_client_method()));
            chain_.reset(BIO_new_ssl_connect(context_.get()));
        } else {
            chain_.reset(BIO_new(BIO_s_connect()));
        }
        BIO_set_conn_hostname(chain_.get(), address.c_str());
        BIO_set_nbio(chain_.get(), 1);
    }

    /// Nothing: it did not answer in time.
    std::optional<std::string> ask(const std::string& request)
    {
        if (!step([&] { return static_cast<int>(BIO_do_connect(chain_.get())); }) ||
            !step([&] { return BIO_write(chain_.get(), request.data(), static_cast<int>(request.size())); })) {
            return std::nullopt;
        }
        std::string answer;
        std::array<char, kStatusLineBytes> part{};
        while (answer.find("\r\n") == std::string::npos && answer.size() < kStatusLineBytes) {
            const auto got = step([&] { return BIO_read(chain_.get(), part.data(), static_cast<int>(part.size())); });
            if (!got) {
                return std::nullopt;
            }
            answer.append(part.data(), *got);
        }
        return answer.substr(0, answer.find("\r\n"));
    }

private:
    /// Calls `io` until it has done something, waiting for the socket between the calls.
    template <class Io>
    std::optional<std::size_t> step(Io io)
    {
        for (;;) {
            if (const int done = io(); done > 0) {
                return static_cast<std::size_t>(done);
            }
            if (!BIO_should_retry(chain_.get()) || !wait()) {
                return std::nullopt;
            }
        }
    }

    bool wait()
    {
        pollfd socket{};
        BIO_get_fd(chain_.get(), &socket.fd);
        socket.events = BIO_should_read(chain_.get()) ? POLLIN : POLLOUT;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
        return left > 0 && socket.fd >= 0 && ::poll(&socket, 1, static_cast<int>(left)) > 0;
    }

    const Clock::time_point deadline_;
    std::unique_ptr<SSL_CTX, FreeContext> context_;
    std::unique_ptr<BIO, FreeChain> chain_;
};

}  // namespace

ExitNow check_health(const Endpoint& listen, bool tls, std::chrono::milliseconds time)
{
    if (listen.port == 0) {
        return {1, "unhealthy: http.listen has port 0, so that nobody knows which port the daemon took\n"};
    }
    const auto host = reachable(listen.host);
    const auto address =
        (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(listen.port);
    const auto url = (tls ? "https://" : "http://") + address + "/healthz";
    const auto request = "GET /healthz HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n";
    const auto answer = Question(address, tls, Clock::now() + time).ask(request);
    if (!answer) {
        return {1, "unhealthy: no answer from " + url + "\n"};
    }
    if (!answer->starts_with("HTTP/1.1 200")) {
        return {1, "unhealthy: " + url + " answers " + *answer + "\n"};
    }
    return {0, "healthy: " + url + "\n"};
}

std::optional<int> run_health_check(int argc, const char* const* argv, const Environment& environment)
{
    const auto read = read_flags(argc, argv);
    const auto* flags = std::get_if<Flags>(&read);
    if (flags == nullptr || !flags->health) {
        return std::nullopt;
    }
    const auto loaded = load_config(argc, argv, environment);
    if (const auto* exit = std::get_if<ExitNow>(&loaded)) {
        return leave(*exit);
    }
    const auto& http = std::get<Config>(loaded).http;
    std::signal(SIGPIPE, SIG_IGN);  // a daemon that hangs up is not healthy, and no reason to die
    return leave(check_health(http.listen, !http.certificate_file.empty()));
}

}  // namespace alleycat::app
