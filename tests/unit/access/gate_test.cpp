#include "../net/heard.hpp"
#include "../net/server_thread.hpp"
#include "access_fixture.hpp"

#include <alleycat/access/guard.hpp>

#include <algorithm>
#include <atomic>

using namespace alleycat;
using namespace alleycat::access;
using net::Heard;
using net::Opcode;
using net::RawClient;
using net::WebSocketClient;

namespace {

constexpr unsigned kPolicyViolation = 1008;

/// Answers each text with whose connection it is.
class Inner final : public net::WebSocket::Handler {
public:
    Inner(Heard& heard, const std::optional<Identity>& identity)
        : heard_(heard), name_(identity ? std::string(name(identity->role)) : "anybody")
    {
    }

    void on_open(net::WebSocket& socket) override
    {
        socket_ = &socket;
        heard_.add("open");
        socket.send_text("hello " + name_);
    }
    bool on_text(std::string_view text) override
    {
        heard_.add(std::string(text));
        socket_->send_text(name_ + ": " + std::string(text));
        return true;
    }
    void on_batch_end() override { heard_.add("batch"); }
    bool on_goodbye() override
    {
        heard_.add("goodbye");
        return true;
    }
    void on_closed() override { heard_.add("closed"); }

private:
    Heard& heard_;
    const std::string name_;
    net::WebSocket* socket_{nullptr};
};

/// `/ingest` and `/live` behind a guard, on a free port, under a clock that only the test moves.
struct GateServer {
    TokensFixture tokens;
    TokenStore::Made bike = tokens.add(Role::Bike, 7);
    TokenStore::Made viewer = tokens.add(Role::Viewer);
    std::atomic<std::int64_t> now{kNow};
    Heard heard;
    Guard guard;
    net::ServerThread net;

    explicit GateServer(bool with_tokens = true, bool open_viewing = false)
        : guard(with_tokens ? std::make_unique<TokenTable>(tokens.path) : nullptr,
                {.open_viewing = open_viewing,
                 .now_ms = [this] { return now.load(); },
                 .steady_now = [this] { return std::chrono::steady_clock::time_point(std::chrono::milliseconds(now)); },
                 .error_body = {}})
    {
        const auto open = [this](const std::optional<Identity>& identity) -> Guard::Opened {
            return std::make_unique<Inner>(heard, identity);
        };
        net.server.websocket("/ingest",
                             [this, open](const net::Request& request) { return guard.open(request, true, open); });
        net.server.websocket("/live",
                             [this, open](const net::Request& request) { return guard.open(request, false, open); });
        net.server.websocket("/made", [this](const net::Request& request) {
            return guard.open(request, false, made(request.parameter("good").has_value()));
        });
        net.server.websocket("/refusing", [this](const net::Request& request) {
            return guard.open(request, false, [](auto&&) -> Guard::Opened { return net::Response::text(400, "no\n"); });
        });
        net.start();
    }
    GateServer(const GateServer&) = delete;
    GateServer& operator=(const GateServer&) = delete;
    ~GateServer() { net.stop(); }

    [[nodiscard]] Guard::Opened made(bool good)
    {
        if (good) {
            return std::make_unique<Inner>(heard, std::nullopt);
        }
        return net::Response::text(400, "good: is missing\n");
    }
    [[nodiscard]] WebSocketClient connect(const std::string& path) const { return {net.port(), path}; }
    /// The answer to a handshake that brings a token.
    [[nodiscard]] std::pair<RawClient, net::Answer> hand_shake(const std::string& path, const std::string& token) const
    {
        auto request = net::upgrade_request(path);
        request.insert(request.size() - 2, "Authorization: Bearer " + token + "\r\n");
        RawClient client(net.port());
        client.send(request);
        auto answer = client.answer();
        return {std::move(client), std::move(answer)};
    }
    bool refresh()
    {
        return net.on_thread([this] { return guard.refresh(); });
    }
    [[nodiscard]] Guard::Refused refused()
    {
        return net.on_thread([this] { return guard.refused(); });
    }
};

std::string auth(const std::string& token)
{
    return R"({"type":"auth","token":")" + token + R"("})";
}

/// Reads a close frame: its reason.
std::string closed_for(WebSocketClient& client)
{
    const auto frame = client.receive_frame();
    CHECK(frame.opcode == Opcode::Close);
    CHECK(frame.code() == kPolicyViolation);
    return frame.payload.size() < 2 ? "" : frame.payload.substr(2);
}

/// Reads a short text frame, as the server sends it.
std::string short_text(RawClient& client)
{
    const auto head = client.read(2);
    CHECK((static_cast<unsigned char>(head[0]) & 0x0F) == static_cast<unsigned>(Opcode::Text));
    return client.read(static_cast<unsigned char>(head[1]));
}

const std::string kNoToken =
    R"({"type":"reject","index":0,"code":"Unauthorized","message":"the first message must bring a token"})";

}  // namespace

TEST_CASE("a first message that brings a good token opens what is behind the gate", "[access][gate]")
{
    GateServer server;
    auto sender = server.connect("/ingest");
    CHECK_FALSE(sender.has_bytes());
    sender.send_text(auth(server.bike.token));
    CHECK(sender.receive_text() == R"({"type":"authorized","role":"bike","racerId":7})");
    CHECK(sender.receive_text() == "hello bike");
    sender.send_text("{}");
    CHECK(sender.receive_text() == "bike: {}");
    auto looker = server.connect("/live");
    looker.send_text(R"( { "token" : ")" + server.viewer.token + R"(", "type":"auth", "more": [1] } )");
    CHECK(looker.receive_text() == R"({"type":"authorized","role":"viewer"})");
    CHECK(looker.receive_text() == "hello viewer");
}

TEST_CASE("records that are sent along with the token go through behind it", "[access][gate]")
{
    GateServer server;
    WebSocketClient sender(server.net.port(), "/ingest",
                           net::client_frame(Opcode::Text, auth(server.bike.token)) +
                               net::client_frame(Opcode::Text, "1") + net::client_frame(Opcode::Text, "2"));
    CHECK(sender.receive_text() == R"({"type":"authorized","role":"bike","racerId":7})");
    CHECK(sender.receive_text() == "hello bike");
    CHECK(sender.receive_text() == "bike: 1");
    CHECK(sender.receive_text() == "bike: 2");
    CHECK(server.heard.wait_for("batch"));
    CHECK(server.heard.words() == std::vector<std::string>{"open", "1", "2", "batch"});
}

TEST_CASE("a token in the handshake opens at once", "[access][gate]")
{
    GateServer server;
    auto [client, answer] = server.hand_shake("/ingest", server.bike.token);
    CHECK(answer.status == 101);
    CHECK(short_text(client) == "hello bike");
    client.send(net::client_frame(Opcode::Text, "{}"));
    CHECK(short_text(client) == "bike: {}");
}

TEST_CASE("a handshake with a token that is not good enough is refused by status", "[access][gate]")
{
    GateServer server;
    const auto bad = server.hand_shake("/live", "alleycat_nobody").second;
    CHECK(bad.status == 401);
    CHECK(bad.header("www-authenticate") == R"(Bearer realm="alleycat", error="invalid_token")");
    const auto weak = server.hand_shake("/ingest", server.viewer.token).second;
    CHECK(weak.status == 403);
    CHECK(weak.header("www-authenticate") == R"(Bearer realm="alleycat", error="insufficient_scope")");
    CHECK(server.hand_shake("/refusing", server.viewer.token).second.status == 400);
    CHECK(server.heard.words().empty());
    CHECK(server.refused().unknown == 1);
    CHECK(server.refused().forbidden == 1);
}

TEST_CASE("records before the token are refused by name, and nothing of them goes through", "[access][gate]")
{
    GateServer server;
    for (const auto& first :
         {std::string("{}"), std::string("["), std::string(), R"([{"uuid":"a"}])" + std::string(),
          std::string(R"({"type":"auth"})"), std::string(R"({"type":"auth","token":7})"),
          std::string(R"({"type":"auth","token":"x"}{})"), auth(server.bike.token).insert(1, std::string(4096, ' '))}) {
        CAPTURE(first);
        auto client = server.connect("/ingest");
        client.send_text(first);
        CHECK(client.receive_text() == kNoToken);
        CHECK(closed_for(client) == "the first message must bring a token");
    }
    CHECK(server.heard.words().empty());
    CHECK(server.refused().unknown == 8);
}

TEST_CASE("who only looks is told nothing but the end", "[access][gate]")
{
    GateServer server;
    auto client = server.connect("/live");
    client.send_text("let me in");
    CHECK(closed_for(client) == "the first message must bring a token");
}

TEST_CASE("a first message with a token that is not good enough ends the connection", "[access][gate]")
{
    GateServer server;
    auto unknown = server.connect("/live");
    unknown.send_text(auth("alleycat_nobody"));
    CHECK(closed_for(unknown) == "the token is not known, or good no more");
    auto weak = server.connect("/ingest");
    weak.send_text(auth(server.viewer.token));
    CHECK(closed_for(weak) == "this token may not send");
    CHECK(server.heard.words().empty());
    CHECK(server.refused().unknown == 1);
    CHECK(server.refused().forbidden == 1);
}

TEST_CASE("a second message behind a refused first one goes nowhere", "[access][gate]")
{
    GateServer server;
    WebSocketClient client(
        server.net.port(), "/ingest",
        net::client_frame(Opcode::Text, "{}") + net::client_frame(Opcode::Text, auth(server.bike.token)));
    CHECK(client.receive_text() == kNoToken);
    CHECK(closed_for(client) == "the first message must bring a token");
    CHECK(server.heard.words().empty());
}

TEST_CASE("what cannot be opened behind the first message ends the connection", "[access][gate]")
{
    GateServer server;
    auto client = server.connect("/refusing");
    client.send_text(auth(server.viewer.token));
    CHECK(closed_for(client) == "Bad Request");
}

TEST_CASE("what is alike for everybody is checked before the token comes", "[access][gate]")
{
    GateServer server;
    CHECK(RawClient(server.net.port()).get("/made").status == 426);
    RawClient wrong(server.net.port());
    wrong.send(net::upgrade_request("/made"));
    const auto answer = wrong.answer();
    CHECK(answer.status == 400);
    CHECK(answer.body == "good: is missing\n");
    CHECK(server.hand_shake("/made", server.viewer.token).second.status == 400);
    CHECK(server.hand_shake("/made", "alleycat_nobody").second.status == 401);
    auto client = server.connect("/made?good=1");
    CHECK_FALSE(client.has_bytes());
    client.send_text(auth(server.viewer.token));
    CHECK(client.receive_text() == R"({"type":"authorized","role":"viewer"})");
    CHECK(client.receive_text() == "hello anybody");
    CHECK(server.hand_shake("/made?good=1", server.viewer.token).second.status == 101);
}

TEST_CASE("without tokens, and where viewing is open, nothing is asked", "[access][gate]")
{
    GateServer open(false);
    auto sender = open.connect("/ingest");
    CHECK(sender.receive_text() == "hello anybody");
    GateServer viewing(true, true);
    auto looker = viewing.connect("/live");
    CHECK(looker.receive_text() == "hello anybody");
    auto [known, answer] = viewing.hand_shake("/live", viewing.viewer.token);
    CHECK(short_text(known) == "hello viewer");
    CHECK(viewing.hand_shake("/live", "alleycat_nobody").second.status == 401);
    auto still = viewing.connect("/ingest");
    still.send_text("{}");
    CHECK(still.receive_text() == kNoToken);
}

TEST_CASE("a revoked token ends its connections, and no others", "[access][gate]")
{
    GateServer server;
    auto first = server.connect("/ingest");
    first.send_text(auth(server.bike.token));
    CHECK(first.receive_text() == R"({"type":"authorized","role":"bike","racerId":7})");
    CHECK(first.receive_text() == "hello bike");
    auto [second, answer] = server.hand_shake("/ingest", server.bike.token);
    CHECK(short_text(second) == "hello bike");
    auto other = server.connect("/live");
    other.send_text(auth(server.viewer.token));
    CHECK(other.receive_text() == R"({"type":"authorized","role":"viewer"})");
    CHECK(other.receive_text() == "hello viewer");
    CHECK_FALSE(server.refresh());

    REQUIRE(server.tokens.store.revoke(server.bike.id).value());
    CHECK(server.refresh());
    CHECK(closed_for(first) == "the token was revoked or has expired");
    const auto head = second.read(4);
    CHECK(static_cast<unsigned char>(head[0]) == 0x88);
    other.send_text("still here");
    CHECK(other.receive_text() == "viewer: still here");
    CHECK(server.heard.wait_for("goodbye"));
    first.send_text("too late");
    first.send(net::client_frame(Opcode::Close, net::close_payload(kPolicyViolation)));
    CHECK(first.read_to_end().empty());
    CHECK(server.heard.wait_for("closed"));
    const auto words = server.heard.words();
    CHECK(std::ranges::find(words, "too late") == words.end());
    CHECK_FALSE(server.refresh());
}

TEST_CASE("a token that expires ends its connections", "[access][gate]")
{
    GateServer server;
    const auto short_lived = server.tokens.add(Role::Viewer, {}, kNow + 60'000);
    CHECK(server.refresh());
    auto client = server.connect("/live");
    client.send_text(auth(short_lived.token));
    CHECK(client.receive_text() == R"({"type":"authorized","role":"viewer"})");
    CHECK(client.receive_text() == "hello viewer");
    server.now = kNow + 60'000;
    CHECK(server.refresh());
    CHECK(closed_for(client) == "the token was revoked or has expired");
}

TEST_CASE("who keeps the token back for too long is sent away", "[access][gate]")
{
    GateServer server;
    auto client = server.connect("/live");
    auto quick = server.connect("/live");
    quick.send_text(auth(server.viewer.token));
    CHECK(quick.receive_text() == R"({"type":"authorized","role":"viewer"})");
    CHECK(quick.receive_text() == "hello viewer");
    server.now = kNow + 9'999;
    CHECK_FALSE(server.refresh());
    CHECK_FALSE(client.has_bytes());
    server.now = kNow + 10'000;
    CHECK_FALSE(server.refresh());
    CHECK(closed_for(client) == "no token came in time");
    CHECK(server.refused().unknown == 1);
    quick.send_text("hm");
    CHECK(quick.receive_text() == "viewer: hm");
}

TEST_CASE("a connection that ends before it has brought a token leaves nothing behind", "[access][gate]")
{
    GateServer server;
    {
        auto client = server.connect("/ingest");
        client.send(net::client_frame(Opcode::Close, net::close_payload(1000)));
        CHECK(client.receive_frame().opcode == Opcode::Close);
        CHECK(client.read_to_end().empty());
    }
    server.now = kNow + 60'000;
    CHECK_FALSE(server.refresh());
    CHECK(server.refused().unknown == 0);
    CHECK(server.heard.words().empty());
}
