#include "sender.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <thread>

using namespace alleycat;
using namespace alleycat::sim;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using Stream = beast::websocket::stream<tcp::socket>;

/// A server that follows a script, one part for each connection in turn, on a thread of its own and a free port.
class ScriptedPeer {
public:
    using Part = std::function<void(Stream&)>;

    explicit ScriptedPeer(std::vector<Part> script)
        : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          thread_([this, parts = std::move(script)] {
              for (const Part& part : parts) {
                  Stream stream(acceptor_.accept());
                  stream.accept();
                  part(stream);
              }
          })
    {
    }
    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;
    ~ScriptedPeer() { thread_.join(); }

    [[nodiscard]] WebSocketTarget target() const
    {
        return {"127.0.0.1", std::to_string(acceptor_.local_endpoint().port()), "/ingest"};
    }

private:
    asio::io_context io_;
    tcp::acceptor acceptor_;
    std::thread thread_;
};

std::string receive(Stream& stream)
{
    beast::flat_buffer buffer;
    stream.read(buffer);
    return beast::buffers_to_string(buffer.data());
}

void acknowledge(Stream& stream, int accepted, int rejected)
{
    stream.write(asio::buffer(R"({"type":"ack","accepted":)" + std::to_string(accepted) + R"(,"rejected":)" +
                              std::to_string(rejected) + '}'));
}

void receive_end(Stream& stream)
{
    beast::flat_buffer buffer;
    beast::error_code error;
    stream.read(buffer, error);
}

/// Runs until all is answered; the limit only keeps a broken program from hanging the test.
void run_until_idle(asio::io_context& io, const Sender& sender)
{
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!sender.idle() && std::chrono::steady_clock::now() < limit) {
        io.run_one_until(limit);
    }
    REQUIRE(sender.idle());
}

}  // namespace

TEST_CASE("records arrive in order and count as acknowledged or rejected when the server says so", "[sim][sender]")
{
    std::vector<std::string> received;
    Tally tally;
    {
        ScriptedPeer peer({[&](Stream& stream) {
            received.push_back(receive(stream));
            stream.ping("still there?");
            acknowledge(stream, 1, 0);
            received.push_back(receive(stream));
            received.push_back(receive(stream));
            stream.write(
                asio::buffer(std::string(R"({"type":"reject","index":2,"code":"OutOfRange","message":"no"})")));
            acknowledge(stream, 3, 1);
            receive_end(stream);
        }});
        asio::io_context io;
        const auto sender = make_websocket_sender(io, peer.target(), 1);
        sender->start();
        sender->enqueue(0, RacerId{0}, "one", 1);
        sender->enqueue(0, RacerId{0}, std::string(1'000'000, 'x'), 2);
        sender->enqueue(0, RacerId{0}, "three", 1);
        sender->flush();
        run_until_idle(io, *sender);
        tally = sender->tally();
        sender->stop();
    }
    CHECK(received == std::vector<std::string>{"one", std::string(1'000'000, 'x'), "three"});
    CHECK(tally.sent == 4);
    CHECK(tally.acked == 3);
    CHECK(tally.rejected == 1);
    CHECK(tally.latency.count() == 4);
    CHECK(tally.first_rejects == std::vector<std::string>{"record 2 rejected: OutOfRange: no"});
}

TEST_CASE("pings are answered with what they hold", "[sim][sender]")
{
    std::string pong;
    {
        ScriptedPeer peer({[&](Stream& stream) {
            stream.control_callback([&](beast::websocket::frame_type type, beast::string_view payload) {
                if (type == beast::websocket::frame_type::pong) {
                    pong = payload;
                }
            });
            receive(stream);
            stream.ping("still there?");
            acknowledge(stream, 1, 0);
            receive(stream);
            acknowledge(stream, 2, 0);
            receive_end(stream);
        }});
        asio::io_context io;
        const auto sender = make_websocket_sender(io, peer.target(), 1);
        sender->start();
        sender->enqueue(0, RacerId{0}, "one", 1);
        sender->flush();
        run_until_idle(io, *sender);
        sender->enqueue(0, RacerId{0}, "two", 1);
        sender->flush();
        run_until_idle(io, *sender);
        sender->stop();
    }
    CHECK(pong == "still there?");
}

TEST_CASE("a lost connection is opened again and carries what was not acknowledged", "[sim][sender]")
{
    std::vector<std::string> again;
    Tally tally;
    {
        ScriptedPeer peer({[&](Stream& stream) {
                               receive(stream);
                               receive(stream);
                               receive(stream);
                               acknowledge(stream, 3, 0);  // of two and two and one
                               stream.close(beast::websocket::close_code::going_away);
                           },
                           [&](Stream& stream) {
                               again.push_back(receive(stream));
                               again.push_back(receive(stream));
                               acknowledge(stream, 3, 0);
                               receive_end(stream);
                           }});
        asio::io_context io;
        const auto sender = make_websocket_sender(io, peer.target(), 1);
        sender->start();
        sender->enqueue(0, RacerId{0}, "one", 2);
        sender->enqueue(0, RacerId{0}, "two", 2);
        sender->enqueue(0, RacerId{0}, "three", 1);
        sender->flush();
        run_until_idle(io, *sender);
        tally = sender->tally();
        sender->stop();
    }
    CHECK(again == std::vector<std::string>{"two", "three"});
    CHECK(tally.sent == 5);
    CHECK(tally.acked == 5);
    CHECK(tally.reconnects == 1);
    CHECK(tally.last_error == "the server closed the connection");
}
