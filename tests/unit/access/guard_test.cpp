#include "access_fixture.hpp"
#include "made_request.hpp"

#include <alleycat/access/guard.hpp>

using namespace alleycat;
using namespace alleycat::access;

namespace {

/// A guard with a token of each role.
struct GuardFixture : TokensFixture {
    std::string bike = add(Role::Bike, 7).token;
    std::string studio = add(Role::Studio).token;
    std::string viewer = add(Role::Viewer).token;
    std::string administrator = add(Role::Administrator).token;
    std::int64_t now{kNow};

    [[nodiscard]] Guard guard(bool open_viewing = false)
    {
        return {std::make_unique<TokenTable>(path),
                {.open_viewing = open_viewing, .now_ms = [this] { return now; }, .steady_now = {}, .error_body = {}}};
    }
    [[nodiscard]] static Guard open_guard() { return {nullptr, {}}; }
};

/// 0: let through.
unsigned status(const Guard& guard, const MadeRequest& made)
{
    const auto refused = guard.refuse(made.request);
    return refused ? refused->status : 0;
}

std::string header(const net::Response& response, const std::string& name)
{
    std::string found;
    for (const auto& [key, value] : response.headers) {
        found += key == name ? value + ";" : "";
    }
    return found;
}

std::string text(const net::Response& response)
{
    return std::get<std::string>(response.body);
}

struct Outcome {
    const char* method;
    const char* path;
    unsigned nobody;         // without a token
    unsigned viewer;         // with one of that role
    unsigned administrator;  // likewise
};

constexpr std::array kOutcomes{
    Outcome{"GET", "/", 0, 0, 0},
    Outcome{"HEAD", "/", 0, 0, 0},
    Outcome{"OPTIONS", "/", 0, 0, 0},
    Outcome{"GET", "/results", 0, 0, 0},
    Outcome{"GET", "/racer", 0, 0, 0},
    Outcome{"GET", "/wall", 0, 0, 0},
    Outcome{"GET", "/status", 0, 0, 0},
    Outcome{"GET", "/favicon.svg", 0, 0, 0},
    Outcome{"GET", "/manifest.webmanifest", 0, 0, 0},
    Outcome{"GET", "/assets/index-1a2b.js", 0, 0, 0},
    Outcome{"GET", "/assets", 401, 0, 0},
    Outcome{"GET", "/healthz", 0, 0, 0},
    Outcome{"HEAD", "/readyz", 0, 0, 0},
    Outcome{"GET", "/live", 0, 0, 0},
    Outcome{"GET", "/ingest", 0, 0, 0},
    Outcome{"POST", "/", 0, 0, 0},
    Outcome{"OPTIONS", "/api/v1/quarantine", 0, 0, 0},
    Outcome{"GET", "/metrics", 401, 0, 0},
    Outcome{"GET", "/history/class-1.gz", 401, 0, 0},
    Outcome{"HEAD", "/history/class-1.gz", 401, 0, 0},
    Outcome{"GET", "/leaderboard", 401, 0, 0},
    Outcome{"GET", "/getRaces", 401, 0, 0},
    Outcome{"GET", "/api/v1/classes", 401, 0, 0},
    Outcome{"GET", "/results/", 401, 0, 0},
    Outcome{"GET", "/healthz/x", 401, 0, 0},
    Outcome{"GET", "/nothing/here", 401, 0, 0},
    Outcome{"GET", "/api/v1/quarantined", 401, 0, 0},
    Outcome{"GET", "/api/v1/quarantine", 401, 403, 0},
    Outcome{"HEAD", "/api/v1/quarantine/17", 401, 403, 0},
    Outcome{"POST", "/api/v1/quarantine/17/release", 401, 403, 0},
    Outcome{"DELETE", "/api/v1/quarantine/17", 401, 403, 0},
    Outcome{"DELETE", "/api/v1/racers/7", 401, 403, 0},
    Outcome{"DELETE", "/", 401, 403, 0},
    Outcome{"DELETE", "/live", 401, 403, 0},
    Outcome{"POST", "/live", 401, 403, 0},
    Outcome{"POST", "/anything", 401, 403, 0},
    Outcome{"PUT", "/", 401, 403, 0},
    Outcome{"PATCH", "/assets/index-1a2b.js", 401, 403, 0},
};

}  // namespace

TEST_CASE("a request is let through by its method, its path and the role of its token", "[access][guard]")
{
    GuardFixture tokens;
    const auto guard = tokens.guard();
    CHECK(guard.required());
    for (const auto& each : kOutcomes) {
        CAPTURE(each.method, each.path);
        CHECK(status(guard, {each.method, each.path}) == each.nobody);
        for (const auto& token : {tokens.viewer, tokens.bike, tokens.studio}) {
            CHECK(status(guard, {each.method, each.path, bearer(token)}) == each.viewer);
        }
        CHECK(status(guard, {each.method, each.path, bearer(tokens.administrator)}) == each.administrator);
        // A token that nobody has is worth less than none: its owner wants to know.
        CHECK(status(guard, {each.method, each.path, bearer("alleycat_x")}) == each.nobody);
    }
}

TEST_CASE("where viewing is open, no token is needed to look, but one that is good for nothing is told so",
          "[access][guard]")
{
    GuardFixture tokens;
    const auto guard = tokens.guard(true);
    for (const auto& each : kOutcomes) {
        CAPTURE(each.method, each.path);
        CHECK(status(guard, {each.method, each.path}) == (each.viewer == 403 ? 401 : 0));
        CHECK(status(guard, {each.method, each.path, bearer(tokens.viewer)}) == each.viewer);
        CHECK(status(guard, {each.method, each.path, bearer("alleycat_x")}) == each.nobody);
    }
}

TEST_CASE("without tokens everything is open, but to administer one must sit at this machine", "[access][guard]")
{
    const auto guard = GuardFixture::open_guard();
    CHECK_FALSE(guard.required());
    CHECK(guard.tokens().empty());
    for (const auto& each : kOutcomes) {
        CAPTURE(each.method, each.path);
        const auto refused = each.viewer == 403 ? 403U : 0U;
        MadeRequest made(each.method, each.path, {{"Host", "localhost:8080"}});
        CHECK(status(guard, made) == refused);
        made.request.from_loopback = true;
        CHECK(status(guard, made) == 0);
        made.headers["Origin"] = "http://evil.example";
        CHECK(status(guard, made) == refused);
    }
    MadeRequest made("DELETE", "/api/v1/racers/7", {{"Host", "localhost:8080"}});
    const auto refused = guard.refuse(made.request);
    REQUIRE(refused);
    CHECK(text(*refused).find("only a client on this machine may do this") != std::string::npos);
    CHECK(header(*refused, "Cache-Control") == "no-store;");
    CHECK(header(*refused, "WWW-Authenticate").empty());
}

TEST_CASE("a refusal says what is missing, and never the token", "[access][guard]")
{
    GuardFixture tokens;
    const auto guard = tokens.guard();
    const auto none = guard.refuse(MadeRequest("GET", "/metrics").request);
    REQUIRE(none);
    CHECK(header(*none, "WWW-Authenticate") == R"(Bearer realm="alleycat";)");
    CHECK(header(*none, "Cache-Control") == "no-store;");

    const auto bad = guard.refuse(MadeRequest("GET", "/metrics", bearer("alleycat_secret")).request);
    REQUIRE(bad);
    CHECK(header(*bad, "WWW-Authenticate") == R"(Bearer realm="alleycat", error="invalid_token";)");
    CHECK(text(*bad).find("secret") == std::string::npos);

    const auto weak = guard.refuse(MadeRequest("DELETE", "/api/v1/racers/7", bearer(tokens.viewer)).request);
    REQUIRE(weak);
    CHECK(weak->status == 403);
    CHECK(header(*weak, "WWW-Authenticate") == R"(Bearer realm="alleycat", error="insufficient_scope";)");
    CHECK(header(*weak, "Cache-Control") == "no-store;");
    CHECK(text(*weak) == "only an administrator may do this; this token's role is viewer\n");

    CHECK(guard.refused().unknown == 2);
    CHECK(guard.refused().forbidden == 1);
}

TEST_CASE("how a refusal looks is said by whoever serves", "[access][guard]")
{
    TokensFixture tokens;
    const Guard guard(std::make_unique<TokenTable>(tokens.path),
                      {.now_ms = {},
                       .steady_now = {},
                       .error_body = [](std::string_view path, unsigned code, const std::string& detail) {
                           net::Response response;
                           response.status = code;
                           response.with("Cache-Control", "max-age=60");
                           response.body = std::string(path) + "|" + detail;
                           return response;
                       }});
    const auto refused = guard.refuse(MadeRequest("GET", "/api/v1/classes").request);
    REQUIRE(refused);
    CHECK(refused->status == 401);
    CHECK(text(*refused) == "/api/v1/classes|this needs a token: Authorization: Bearer, and the token");
    CHECK(header(*refused, "Cache-Control") == "no-store;");
}

TEST_CASE("the scheme's name is known in any case, and another scheme is no token", "[access][guard]")
{
    GuardFixture tokens;
    const auto guard = tokens.guard();
    for (const auto& value : {"Bearer " + tokens.bike, "bearer " + tokens.bike, "BEARER   " + tokens.bike}) {
        const MadeRequest made("GET", "/metrics", {{"Authorization", value}});
        CHECK(Guard::brings_token(made.request));
        CHECK(guard.identify(made.request)->racer == RacerId{7});
    }
    for (const auto& value : {std::string(), "Basic " + tokens.bike, tokens.bike, "Bearerx " + tokens.bike,
                              std::string("AWS4-HMAC-SHA256 Credential=a")}) {
        CAPTURE(value);
        const MadeRequest made("GET", "/metrics", {{"Authorization", value}});
        CHECK_FALSE(Guard::brings_token(made.request));
        CHECK_FALSE(guard.identify(made.request));
    }
    CHECK(guard.refused().unknown == 0);
    for (const auto& value : {std::string("Bearer"), std::string("Bearer "), "Bearer " + tokens.bike + " x"}) {
        CAPTURE(value);
        const MadeRequest made("GET", "/metrics", {{"Authorization", value}});
        CHECK(Guard::brings_token(made.request));
        CHECK_FALSE(guard.identify(made.request));
    }
    CHECK(guard.refused().unknown == 3);
}

TEST_CASE("without tokens everybody may send for everybody, and administer nothing", "[access][guard]")
{
    const auto guard = GuardFixture::open_guard();
    const auto identity = guard.identify(MadeRequest("POST", "/").request);
    REQUIRE(identity);
    CHECK(identity->may_send_for(RacerId{1}));
    CHECK_FALSE(identity->may_administer());
}

TEST_CASE("a refresh says when tokens have come, gone or expired", "[access][guard]")
{
    GuardFixture tokens;
    auto guard = tokens.guard();
    CHECK_FALSE(guard.refresh());
    const auto late = tokens.add(Role::Viewer, {}, kNow + 1000);
    CHECK(guard.refresh());
    CHECK_FALSE(guard.refresh());
    CHECK(guard.tokens().size() == 5);
    tokens.now += 999;
    CHECK_FALSE(guard.refresh());
    tokens.now += 1;
    CHECK(status(guard, {"GET", "/metrics", bearer(late.token)}) == 401);  // before the refresh as well
    CHECK(guard.refresh());
    CHECK_FALSE(guard.refresh());
    CHECK(tokens.store.revoke(late.id).value());
    CHECK(guard.refresh());
    CHECK_FALSE(GuardFixture::open_guard().refresh());
}

TEST_CASE("a role has one name, and a name one role", "[access]")
{
    for (const auto role : {Role::Bike, Role::Studio, Role::Viewer, Role::Administrator}) {
        CHECK(parse_role(name(role)) == role);
    }
    CHECK_FALSE(parse_role("king"));
    CHECK_FALSE(parse_role(""));
}

TEST_CASE("a bike may send for its racer, a studio for all, a viewer for nobody", "[access]")
{
    const Identity bike{"a", Role::Bike, RacerId{7}};
    CHECK(bike.may_send_for(RacerId{7}));
    CHECK_FALSE(bike.may_send_for(RacerId{8}));
    CHECK(Identity{"b", Role::Studio, {}}.may_send_for(RacerId{8}));
    CHECK(Identity{"c", Role::Administrator, {}}.may_send_for(RacerId{8}));
    CHECK_FALSE(Identity{"d", Role::Viewer, {}}.may_send_for(RacerId{8}));
}
