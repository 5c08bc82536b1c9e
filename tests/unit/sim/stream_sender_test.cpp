#include "sender.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <thread>

using namespace alleycat;
using namespace alleycat::sim;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Request = http::request<http::string_body>;

/// A server that follows a script, one part for each connection in turn, on a thread of its own and a free port.
class ScriptedServer {
public:
    using Part = std::function<void(tcp::socket&)>;

    explicit ScriptedServer(std::vector<Part> script)
        : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          thread_([this, parts = std::move(script)] {
              for (const Part& part : parts) {
                  tcp::socket socket = acceptor_.accept();
                  part(socket);
              }
          })
    {
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer() { thread_.join(); }

    [[nodiscard]] StreamTarget target() const
    {
        return {"127.0.0.1", std::to_string(acceptor_.local_endpoint().port()), "bikes", 500, {}};
    }

private:
    asio::io_context io_;
    tcp::acceptor acceptor_;
    std::thread thread_;
};

Request receive(tcp::socket& socket)
{
    beast::flat_buffer buffer;
    Request request;
    http::read(socket, buffer, request);
    return request;
}

void answer(tcp::socket& socket, unsigned status, const std::string& body, bool keep_alive = true)
{
    http::response<http::string_body> response(http::int_to_status(status), 11);
    response.set(http::field::content_type, "application/x-amz-json-1.1");
    response.keep_alive(keep_alive);
    response.body() = body;
    response.prepare_payload();
    http::write(socket, response);
}

/// 'A' stands for a record that is accepted, 'F' for one that fails.
std::string results(std::string_view records)
{
    std::string text;
    for (const char record : records) {
        text += text.empty() ? "" : ",";
        text += record == 'A' ? R"({"SequenceNumber":"1","ShardId":"shardId-000000000000"})"
                              : R"({"ErrorCode":"InternalFailure","ErrorMessage":"no"})";
    }
    return R"({"FailedRecordCount":)" + std::to_string(std::count(records.begin(), records.end(), 'F')) +
           R"(,"Records":[)" + text + "]}";
}

std::ptrdiff_t records_in(const Request& request)
{
    const std::string& body = request.body();
    return std::count(body.begin(), body.end(), '{') - 1;
}

void receive_end(tcp::socket& socket)
{
    char byte = 0;
    beast::error_code error;
    socket.read_some(asio::buffer(&byte, 1), error);
}

/// Puts records of the racers 0, 1, … and runs until all is answered; the limit only keeps a broken program from
/// hanging the test.
Tally put(const StreamTarget& target, std::uint64_t records)
{
    asio::io_context io;
    const auto sender = make_stream_sender(io, target, 1);
    sender->start();
    for (std::uint64_t at = 0; at < records; ++at) {
        sender->enqueue(0, RacerId{at}, "record", 1);
    }
    sender->flush();
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!sender->idle() && std::chrono::steady_clock::now() < limit) {
        io.run_one_until(limit);
    }
    REQUIRE(sender->idle());
    sender->stop();
    return sender->tally();
}

}  // namespace

TEST_CASE("records are put by calls of the public API over one connection", "[sim][sender]")
{
    std::vector<Request> calls;
    Tally tally;
    {
        ScriptedServer peer({[&](tcp::socket& socket) {
            for (const char* each : {"AA", "A"}) {
                calls.push_back(receive(socket));
                answer(socket, 200, results(each));
            }
            receive_end(socket);
        }});
        auto target = peer.target();
        target.batch = 2;
        tally = put(target, 3);
    }
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].method() == http::verb::post);
    CHECK(calls[0].target() == "/");
    CHECK(calls[0]["x-amz-target"] == "Kinesis_20131202.PutRecords");
    CHECK(calls[0][http::field::content_type] == "application/x-amz-json-1.1");
    CHECK(calls[0].count(http::field::authorization) == 0);
    CHECK(calls[0].body() == R"({"StreamName":"bikes","Records":[{"Data":"cmVjb3Jk","PartitionKey":"0"},)"
                             R"({"Data":"cmVjb3Jk","PartitionKey":"1"}]})");
    CHECK(records_in(calls[1]) == 1);
    CHECK(tally.sent == 3);
    CHECK(tally.acked == 3);
    CHECK(tally.latency.count() == 3);
    CHECK(tally.reconnects == 0);
}

TEST_CASE("with an access key calls are signed", "[sim][sender]")
{
    Request call;
    {
        ScriptedServer peer({[&](tcp::socket& socket) {
            call = receive(socket);
            answer(socket, 200, results("A"));
            receive_end(socket);
        }});
        auto target = peer.target();
        target.access_key = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
        put(target, 1);
    }
    const std::string date(call["x-amz-date"]);
    CHECK(date.size() == std::string_view("20150830T123600Z").size());
    const std::string value(call[http::field::authorization]);
    CHECK(value.find("Credential=AKIDEXAMPLE/" + date.substr(0, 8) +
                     "/us-east-1/kinesis/aws4_request, "
                     "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=") != std::string::npos);
}

TEST_CASE("records that fail are put again, and a refused call is told of", "[sim][sender]")
{
    std::vector<std::ptrdiff_t> sizes;
    Tally tally;
    {
        ScriptedServer peer({[&](tcp::socket& socket) {
            for (const char* each : {"AFA", "F", "A"}) {
                sizes.push_back(records_in(receive(socket)));
                answer(socket, 200, results(each));
            }
            receive(socket);
            answer(socket, 400, R"({"__type":"ResourceNotFoundException","message":"Stream bikes not found."})");
            receive_end(socket);
        }});
        auto target = peer.target();
        target.batch = 3;
        tally = put(target, 5);
    }
    CHECK(sizes == std::vector<std::ptrdiff_t>{3, 1, 1});
    CHECK(tally.sent == 5);
    CHECK(tally.acked == 3);
    CHECK(tally.rejected == 2);
    CHECK(tally.failed == 2);
    CHECK(tally.last_error == "InternalFailure: no");
    CHECK(tally.first_rejects ==
          std::vector<std::string>{"2 records rejected: ResourceNotFoundException: Stream bikes not found."});
}

TEST_CASE("a connection that is lost during a call is opened again and repeats the call", "[sim][sender]")
{
    const bool answers = GENERATE(false, true);
    std::vector<std::string> bodies;
    Tally tally;
    {
        ScriptedServer peer({[&](tcp::socket& socket) {
                                 bodies.push_back(receive(socket).body());
                                 if (answers) {
                                     answer(socket, 200, results("A"));  // for one record of two
                                     receive_end(socket);
                                 }
                             },
                             [&](tcp::socket& socket) {
                                 bodies.push_back(receive(socket).body());
                                 answer(socket, 200, results("AA"));
                                 receive_end(socket);
                             }});
        tally = put(peer.target(), 2);
    }
    REQUIRE(bodies.size() == 2);
    CHECK(bodies[0] == bodies[1]);
    CHECK(tally.sent == 2);
    CHECK(tally.acked == 2);
    CHECK(tally.reconnects == 1);
    CHECK(tally.last_error ==
          (answers ? "the server answered for another number of records" : "the server closed the connection"));
}

TEST_CASE("a server that closes the connection after a call has not lost it", "[sim][sender]")
{
    Tally tally;
    {
        const ScriptedServer::Part once = [](tcp::socket& socket) {
            receive(socket);
            answer(socket, 200, results("A"), false);
        };
        ScriptedServer peer({once, once});
        auto target = peer.target();
        target.batch = 1;
        tally = put(target, 2);
    }
    CHECK(tally.acked == 2);
    CHECK(tally.reconnects == 0);
    CHECK(tally.last_error.empty());
}
