#include "http_session.hpp"
#include "raw_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::net;

namespace {

constexpr std::size_t kBodyBytes = 32'000'000;  // more than the sockets of both sides hold
constexpr auto kIdle = std::chrono::seconds(60);

/// A session that answers with a body that its client does not read, whose time passes as the test says.
class SlowReader {
public:
    SlowReader() : server_(context_, {})
    {
        server_.get("/large", [body = std::make_shared<const std::string>(kBodyBytes, 'x')](const Request&) {
            Response response;
            response.body = body;
            return response;
        });
        boost::asio::ip::tcp::acceptor acceptor(context_, {boost::asio::ip::address_v4::loopback(), 0});
        client_ = std::make_unique<RawClient>(acceptor.local_endpoint().port(), 4'096);
        session_ = std::make_shared<HttpSession>(server_, Channel(acceptor.accept()), true);
        boost::asio::co_spawn(context_, session_->run(), [this](const std::exception_ptr& failure) {
            CHECK_FALSE(failure);
            ended_ = true;
        });
        client_->send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
        while (!client_->has_bytes()) {
            context_.poll();
        }
        context_.poll();
    }
    ~SlowReader()
    {
        session_->abort();
        context_.poll();
    }

    RawClient& client() { return *client_; }
    /// Whether the session is still there when so much time is over.
    [[nodiscard]] bool lives_at(std::chrono::seconds later)
    {
        session_->check_deadline(begin_ + later);
        context_.poll();
        return !ended_;
    }

private:
    boost::asio::io_context context_;
    HttpServer server_;
    std::unique_ptr<RawClient> client_;
    std::shared_ptr<HttpSession> session_;
    bool ended_{false};
    const SteadyTime begin_{std::chrono::steady_clock::now()};
};

}  // namespace

TEST_CASE("a client that takes nothing of its answer is cut at the idle timeout", "[net][slow]")
{
    SlowReader reader;
    CHECK(reader.lives_at(kIdle - std::chrono::seconds(5)));
    CHECK_FALSE(reader.lives_at(kIdle + std::chrono::seconds(5)));
}

TEST_CASE("a client that slowly takes its answer goes on, as long as it takes some of it", "[net][slow]")
{
    SlowReader reader;
    auto time = kIdle;
    for (int n = 0; n < 5; ++n) {
        CAPTURE(n);
        static_cast<void>(reader.client().read(50'000));  // too little for the socket to say that there is room
        time += std::chrono::seconds(5);
        REQUIRE(reader.lives_at(time));
        time += kIdle;
    }
    CHECK_FALSE(reader.lives_at(time + std::chrono::seconds(5)));
}
