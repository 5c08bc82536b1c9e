#include "../history/history_fixture.hpp"
#include "../net/server_thread.hpp"

#include <alleycat/serve/history_routes.hpp>

#include <memory>
#include <set>

using namespace alleycat;
using namespace alleycat::history;
using namespace alleycat::serve;
using net::Answer;
using net::RawClient;

namespace {

/// The history of class 1 behind HTTP; class 2 has none yet.
struct HistoryServer : StoreFixture {
    std::unique_ptr<HistoryStore> store;
    net::ServerThread net;
    std::string gzip;  // the file's bytes
    std::string json;  // and what they unzip to

    /// `samples`: many make a file that is not held in memory.
    explicit HistoryServer(std::size_t samples)
    {
        store = std::make_unique<HistoryStore>(options());
        merge(samples, 1);
        add_history_routes(net.server, *store);
        net.start();
    }
    ~HistoryServer() { net.stop(); }

    void merge(std::size_t samples, unsigned seed)
    {
        RandomSamples random(seed, 300, 5'000);
        store->merge(random.take(samples));
        REQUIRE(store->flush_all());
        gzip = read_file(path());
        json = text();
    }
    [[nodiscard]] Answer get(const std::string& ending, const std::string& headers = {},
                             const std::string& method = "GET") const
    {
        RawClient client(net.port());
        return client.get("/history/class-1." + ending, headers, method);
    }
};

constexpr std::size_t kSmall = 300;
constexpr std::size_t kLarge = 60'000;

}  // namespace

TEST_CASE("the history file is served byte for byte", "[serve][history]")
{
    const auto samples = GENERATE(kSmall, kLarge);
    HistoryServer server(samples);
    REQUIRE((server.gzip.size() > kMaxContentBytes) == (samples == kLarge));
    const auto answer = server.get("gz");
    CHECK(answer.status == 200);
    CHECK(answer.body == server.gzip);
    CHECK(answer.header("content-type") == "application/gzip");
    CHECK_FALSE(answer.headers.contains("content-encoding"));
    CHECK(answer.header("accept-ranges") == "bytes");
    CHECK(answer.header("access-control-allow-origin") == "*");
    CHECK(answer.header("etag").front() == '"');
    CHECK(answer.header("etag").back() == '"');
    CHECK(net::parse_http_date(answer.header("last-modified")).has_value());
    CHECK(server.get("gz", "Accept-Encoding: gzip\r\n").body == server.gzip);
}

TEST_CASE("the same text is served as JSON, zipped for who takes it", "[serve][history]")
{
    HistoryServer server(GENERATE(kSmall, kLarge));
    const auto plain = server.get("json");
    CHECK(plain.status == 200);
    CHECK(plain.body == server.json);
    CHECK(plain.header("content-type") == "application/json");
    CHECK_FALSE(plain.headers.contains("content-encoding"));
    CHECK(plain.header("vary") == "Accept-Encoding");
    CHECK(plain.header("access-control-allow-origin") == "*");

    const auto zipped = server.get("json", "Accept-Encoding: br, gzip\r\n");
    CHECK(zipped.status == 200);
    CHECK(zipped.header("content-type") == "application/json");
    CHECK(zipped.header("content-encoding") == "gzip");
    CHECK(zipped.header("vary") == "Accept-Encoding");
    CHECK(unzip_one_member(zipped.body) == server.json);
    CHECK(server.get("json", "Accept-Encoding: gzip;q=0\r\n").body == server.json);
}

TEST_CASE("each representation has an entity tag of its own", "[serve][history]")
{
    HistoryServer server(kSmall);
    const std::string takes_gzip = "Accept-Encoding: gzip\r\n";
    const auto file = server.get("gz").header("etag");
    const auto plain = server.get("json").header("etag");
    const auto zipped = server.get("json", takes_gzip).header("etag");
    CHECK(std::set{file, plain, zipped}.size() == 3);
    const auto if_none_match = [](const std::string& tag) { return "If-None-Match: " + tag + "\r\n"; };
    CHECK(server.get("gz", if_none_match(file)).status == 304);
    CHECK(server.get("gz", if_none_match(plain)).status == 200);
    CHECK(server.get("json", if_none_match(plain)).status == 304);
    CHECK(server.get("json", if_none_match(zipped)).status == 200);
    CHECK(server.get("json", takes_gzip + if_none_match(zipped)).status == 304);
    CHECK(server.get("json", takes_gzip + if_none_match(plain)).status == 200);
}

TEST_CASE("what a client has already is not sent again", "[serve][history]")
{
    HistoryServer server(kSmall);
    const auto first = server.get("gz");
    const auto tag = first.header("etag");
    const auto modified = first.header("last-modified");
    for (const auto& condition : {"If-None-Match: " + tag, "If-None-Match: W/" + tag, "If-None-Match: \"x\", " + tag,
                                  std::string("If-None-Match: *"), "If-Modified-Since: " + modified,
                                  std::string("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"),
                                  "If-None-Match: " + tag + "\r\nRange: bytes=0-1",
                                  "If-None-Match: " + tag + "\r\nIf-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"}) {
        CAPTURE(condition);
        const auto answer = server.get("gz", condition + "\r\n");
        CHECK(answer.status == 304);
        CHECK(answer.body.empty());
        CHECK(answer.header("etag") == tag);
        CHECK(answer.header("last-modified") == modified);
        CHECK(answer.header("access-control-allow-origin") == "*");
    }
    for (const auto& condition :
         {std::string("If-None-Match: \"x\""), std::string("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"),
          std::string("If-Modified-Since: yesterday"), "If-None-Match: \"x\"\r\nIf-Modified-Since: " + modified}) {
        CAPTURE(condition);
        CHECK(server.get("gz", condition + "\r\n").body == server.gzip);
    }
    CHECK(server.get("json", "If-Modified-Since: " + modified + "\r\n").status == 304);
}

TEST_CASE("a part of the file is served by its range", "[serve][history]")
{
    HistoryServer server(GENERATE(kSmall, kLarge));
    const auto size = server.gzip.size();
    const auto whole = "/" + std::to_string(size);
    struct Row {
        std::string range;
        std::size_t first;
        std::size_t last;
    };
    for (const auto& [range, first, last] :
         {Row{"bytes=0-0", 0, 0}, Row{"bytes=10-99", 10, 99}, Row{"bytes=100-", 100, size - 1},
          Row{"bytes=-20", size - 20, size - 1}, Row{"bytes=5-99999999", 5, size - 1}, Row{"bytes=0-", 0, size - 1}}) {
        CAPTURE(range);
        const auto answer = server.get("gz", "Range: " + range + "\r\n");
        CHECK(answer.status == 206);
        CHECK(answer.header("content-range") == "bytes " + std::to_string(first) + "-" + std::to_string(last) + whole);
        CHECK(answer.body == server.gzip.substr(first, last + 1 - first));
        CHECK(answer.header("content-type") == "application/gzip");
    }
    for (const auto& range :
         {"bytes=" + std::to_string(size) + "-", std::string("bytes=99999999-"), std::string("bytes=-0")}) {
        CAPTURE(range);
        const auto answer = server.get("gz", "Range: " + range + "\r\n");
        CHECK(answer.status == 416);
        CHECK(answer.header("content-range") == "bytes */" + std::to_string(size));
        CHECK(answer.header("access-control-allow-origin") == "*");
        CHECK(answer.body.empty());
    }
    for (const std::string range : {"bytes=0-1,5-6", "bytes=x", "lines=1-2"}) {
        CAPTURE(range);
        const auto answer = server.get("gz", "Range: " + range + "\r\n");
        CHECK(answer.status == 200);
        CHECK(answer.body == server.gzip);
    }
}

TEST_CASE("If-Range asks for a part of this version, or for the whole of another", "[serve][history]")
{
    HistoryServer server(kSmall);
    const auto first = server.get("gz");
    const std::string range = "Range: bytes=0-9\r\nIf-Range: ";
    CHECK(server.get("gz", range + first.header("etag") + "\r\n").status == 206);
    CHECK(server.get("gz", range + first.header("last-modified") + "\r\n").status == 206);
    for (const std::string other : {"\"x\"", "Thu, 01 Jan 1970 00:00:00 GMT"}) {
        const auto answer = server.get("gz", range + other + "\r\n");
        CHECK(answer.status == 200);
        CHECK(answer.body == server.gzip);
    }
    CHECK(server.get("gz", range + "W/" + first.header("etag") + "\r\n").status == 200);  // weak tags do not count here
}

TEST_CASE("HEAD says what GET would send", "[serve][history]")
{
    HistoryServer server(GENERATE(kSmall, kLarge));
    for (const std::string ending : {"gz", "json"}) {
        const auto head = server.get(ending, "", "HEAD");
        auto get = server.get(ending);
        CHECK(head.status == 200);
        CHECK(head.body.empty());
        CHECK(head.header("content-length") == std::to_string(get.body.size()));
        CHECK(head.header("etag") == get.header("etag"));
        CHECK(head.header("content-type") == get.header("content-type"));
    }
}

TEST_CASE("a range is of GET only", "[serve][history]")
{
    HistoryServer server(kSmall);
    const auto head = server.get("gz", "Range: bytes=0-9\r\n", "HEAD");  // RFC 9110, 14.2: to be ignored
    CHECK(head.status == 200);
    CHECK(head.header("content-length") == std::to_string(server.gzip.size()));
}

TEST_CASE("a history that is not there is 404, for pages of any origin to see", "[serve][history]")
{
    HistoryServer server(kSmall);
    RawClient client(server.net.port());
    for (const std::string path :
         {"/history/class-2.gz", "/history/class-2.json", "/history/class-99.gz", "/history/class-x.gz",
          "/history/class--1.gz", "/history/class-99999999999999999999.gz"}) {
        CAPTURE(path);
        const auto answer = client.get(path);
        CHECK(answer.status == 404);
        CHECK(answer.header("access-control-allow-origin") == "*");
    }
    for (const std::string path :
         {"/history/", "/history/class-1", "/history/class-1.zip", "/history/class-.gz", "/history/class-1%2F..gz"}) {
        CHECK(client.get(path).status == 404);
    }
    CHECK(client.get("/history/class-1.gz", "Content-Length: 0\r\n", "POST").status == 405);
    const auto options = client.get("/history/class-1.gz", "", "OPTIONS");
    CHECK(options.status == 204);
    CHECK(options.header("access-control-allow-origin") == "*");
}

TEST_CASE("a newer file has another tag, and a download under way keeps its version", "[serve][history]")
{
    HistoryServer server(kLarge);
    const auto old_gzip = server.gzip;
    const auto old_tag = server.get("gz").header("etag");
    RawClient slow(server.net.port(), 4'096);
    slow.send("GET /history/class-1.gz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto begin = slow.read_until("\r\n\r\n");  // so the answer has begun
    server.now += std::chrono::hours(1);
    server.merge(kLarge, 2);
    CHECK(server.gzip != old_gzip);
    CHECK(slow.read_to_end() == old_gzip);
    const auto answer = server.get("gz", "If-None-Match: " + old_tag + "\r\n");
    CHECK(answer.status == 200);
    CHECK(answer.header("etag") != old_tag);
    CHECK(answer.body == server.gzip);
    CHECK(server.get("gz", "Range: bytes=0-9\r\nIf-Range: " + old_tag + "\r\n").body == server.gzip);
}
