// The least that a WebSocket door can do: unframe, parse each record with simdjson, add up, acknowledge. It has the
// daemon's own connections, but keeps nothing: what the daemon takes beyond this is checking, ranking and history.

#include <alleycat/net/http_server.hpp>
#include <alleycat/telemetry/record.hpp>

#include <simdjson.h>

#include <cstdio>
#include <cstdlib>

namespace {

using namespace alleycat;
namespace ondemand = simdjson::ondemand;

struct Totals {
    std::uint64_t bytes{0};  // of all texts
    std::int64_t whole{0};   // sum of all whole numbers
    double output{0};
};

/// A whole number, also where it is written as 1.0 or 1e0.
std::int64_t whole(ondemand::value value)
{
    std::int64_t number = 0;
    return value.get_int64().get(number) == simdjson::SUCCESS ? number
                                                              : static_cast<std::int64_t>(value.get_double().value());
}

/// Reads every field; throws simdjson_error where one is missing. Asked in their usual order, each is found at once.
void add(Totals& totals, ondemand::object record)
{
    const std::string_view uuid = record["uuid"];
    const std::string_view event = record["event"];
    for (const char* field : {"deviceTimestamp", "second", "raceId"}) {
        totals.whole += whole(record[field]);
    }
    const std::string_view name = record["name"];
    for (const char* field : {"racerId", "classId"}) {
        totals.whole += whole(record[field]);
    }
    const double cadence = record["cadence"];
    const double resistance = record["resistance"];
    totals.output += telemetry::output(cadence, resistance);
    totals.bytes += uuid.size() + event.size() + name.size();
}

class Session final : public net::WebSocket::Handler {
public:
    Session(ondemand::parser& parser, Totals& totals) : parser_(parser), totals_(totals) {}

    void on_open(net::WebSocket& socket) override { socket_ = &socket; }

    bool on_text(std::string_view text) override
    {
        auto document = parser_.iterate(text.data(), text.size(), text.size() + net::FrameParser::kPadding);
        if (document.type() == ondemand::json_type::array) {
            for (ondemand::object record : document.get_array()) {
                add(totals_, record);
                ++accepted_;
            }
        } else {
            add(totals_, document.get_object());
            ++accepted_;
        }
        return true;
    }

    void on_batch_end() override
    {
        if (accepted_ != acknowledged_) {
            acknowledged_ = accepted_;
            socket_->send_text(R"({"type":"ack","accepted":)" + std::to_string(accepted_) + R"(,"rejected":0})");
        }
    }

private:
    ondemand::parser& parser_;
    Totals& totals_;
    net::WebSocket* socket_{nullptr};
    std::uint64_t accepted_{0};
    std::uint64_t acknowledged_{0};
};

}  // namespace

int main()
{
    boost::asio::io_context context{1};
    net::HttpServer::Options options;
    options.port = 0;
    net::HttpServer server(context, options);
    ondemand::parser parser;
    Totals totals;
    server.websocket("/ingest", [&](const net::Request&) { return std::make_unique<Session>(parser, totals); });
    server.listen();
    std::printf("listening on http://127.0.0.1:%d\n", server.local_endpoint().port());
    std::fflush(stdout);
    context.run();
}
