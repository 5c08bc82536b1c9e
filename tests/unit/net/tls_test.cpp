#include "server_routes.hpp"
#include "tls_client.hpp"
#include "tls_context.hpp"

using namespace alleycat;
using namespace alleycat::net;

namespace {

/// Why a server that is to use these files does not start.
std::string refusal_of(const TlsFiles& files)
{
    boost::asio::io_context context;
    HttpServer::Options options;
    options.port = 0;
    options.tls = files;
    HttpServer server(context, options);
    try {
        server.listen();
    } catch (const std::runtime_error& refusal) {
        return refusal.what();
    }
    return "";
}

/// The name in the certificate that a new client is shown.
std::string shown_name(std::uint16_t port)
{
    TlsWire* wire = nullptr;
    const RawClient client(port, 0, tls_wire({}, &wire));
    return wire->name();
}

}  // namespace

TEST_CASE("requests are answered over TLS, and know it", "[net][tls]")
{
    const TestCertificate certificate;
    ServerThread server(with_tls(certificate));
    server.server.get("/secure", [](const Request& request) { return plain(request.secure ? "yes" : "no"); });
    server.start();
    TlsWire* wire = nullptr;
    RawClient client(server.port(), 0, tls_wire({}, &wire));
    for (int n = 0; n < 3; ++n) {
        const auto answer = client.get("/secure");
        CHECK(answer.body == "yes");
        CHECK(answer.header("strict-transport-security") == "max-age=31536000");
        CHECK(answer.header("x-content-type-options") == "nosniff");
    }
    CHECK(wire->version() == "TLSv1.3");
    CHECK(wire->name() == "alleycat.test");
    Routes without;
    RawClient plain_client(without.port());
    CHECK_FALSE(plain_client.get("/shared").headers.contains("strict-transport-security"));
}

TEST_CASE("bodies of every kind arrive byte for byte over TLS", "[net][tls]")
{
    const TestCertificate certificate;
    Routes server(with_tls(certificate));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        RawClient client(server.port(), 0, tls_wire({.max_version = version, .protocols = {}}));
        CHECK(client.get("/shared").body == "shared text");
        CHECK(client.get("/stream").body == server.text);
        CHECK(client.get("/file").body == server.text);
        CHECK(client.get("/file", "", "HEAD").header("content-length") == std::to_string(Routes::kLong));
        CHECK(client.get("/part?offset=1234567&size=1000000").body == server.text.substr(1'234'567, 1'000'000));
        CHECK(client.get("/part?offset=5&size=0").body.empty());
        CHECK(client.get("/shared", "Connection: close\r\n").body == "shared text");
        CHECK(client.read_to_end().empty());  // with TLS's goodbye: nothing was cut off
    }
}

TEST_CASE("a slow client gets the whole of a long body over TLS", "[net][tls]")
{
    const TestCertificate certificate;
    Routes server(with_tls(certificate));
    for (const std::string path : {"/file", "/stream"}) {
        CAPTURE(path);
        RawClient slow(server.port(), 4'096, tls_wire());
        slow.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        RawClient other(server.port(), 0, tls_wire());
        CHECK(other.get("/shared").body == "shared text");
        CHECK(slow.answer().body == server.text);
    }
}

TEST_CASE("requests may come together, byte by byte, or large, over TLS", "[net][tls]")
{
    const TestCertificate certificate;
    ServerThread server(with_tls(certificate));
    server.server.get("/things/{}", echo);
    server.server.post("/", 2'000'000,
                       [](const Request& request, const Reply& reply) { reply(plain(std::string(request.body))); });
    server.start();
    RawClient client(server.port(), 0, tls_wire());
    client.send("GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /things/2 HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.answer().body == "GET /things/1 {1}");
    CHECK(client.answer().body == "GET /things/2 {2}");
    for (const char byte : std::string("GET /things/3 HTTP/1.1\r\nHost: x\r\n\r\n")) {
        client.send(std::string(1, byte));
    }
    CHECK(client.answer().body == "GET /things/3 {3}");
    const auto body = long_text(1'500'000);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    CHECK(client.answer().body == body);
}

TEST_CASE("what is older than TLS 1.2 is not spoken, nor weak ciphers, nor anything but HTTP/1.1", "[net][tls]")
{
    const TestCertificate certificate;
    Routes server(with_tls(certificate));
    const auto connect = [&](const TlsClientOptions& options) {
        TlsWire* wire = nullptr;
        const RawClient client(server.port(), 0, tls_wire(options, &wire));
        return wire->version() + " " + wire->cipher() + " " + wire->protocol();
    };
    CHECK_THROWS_WITH(connect({.max_version = TLS1_1_VERSION, .protocols = {}}), Catch::Contains("no TLS"));
    CHECK_THAT(connect({.max_version = TLS1_2_VERSION, .protocols = {}}), Catch::StartsWith("TLSv1.2 ECDHE-ECDSA-AES"));
    CHECK_THAT(connect({.protocols = "\x02h2\x08http/1.1"}), Catch::EndsWith(" http/1.1"));
    CHECK_THAT(connect({}), Catch::EndsWith(" "));
    CHECK_THROWS_WITH(connect({.protocols = "\x02h2"}), Catch::Contains("no TLS"));
    CHECK(server.on_thread([&] { return server.server.refused().tls; }) == 2);
}

TEST_CASE("who speaks plain HTTP to a TLS port is told so", "[net][tls]")
{
    const TestCertificate certificate;
    Routes server(with_tls(certificate));
    RawClient client(server.port());
    const auto answer = client.get("/echo");
    CHECK(answer.status == 400);
    CHECK(answer.body == "this port speaks https\n");
    CHECK(answer.header("connection") == "close");
    CHECK(client.read_to_end().empty());
}

TEST_CASE("what only begins like TLS is ended and counted, also when it never goes on", "[net][tls]")
{
    const TestCertificate certificate;
    HttpServer::Options options;
    options.request_timeout = std::chrono::milliseconds(300);  // for the first byte to come in
    Routes server(with_tls(certificate, options));
    RawClient broken(server.port());
    broken.send(std::string("\x16\x03\x01\x00\x05nonsense and more of it", 28));
    static_cast<void>(broken.read_to_end());  // an alert, perhaps
    RawClient silent(server.port());
    silent.send("\x16");
    CHECK(silent.read_to_end().empty());
    CHECK(server.on_thread([&] { return server.server.refused().tls; }) == 2);
    CHECK(server.on_thread([&] { return server.server.connections(); }) == 0);
}

TEST_CASE("a client that leaves in the middle of TLS harms nobody", "[net][tls]")
{
    const TestCertificate certificate;
    Routes server(with_tls(certificate));
    {
        RawClient hello(server.port());
        hello.send("\x16\x03\x01");
        RawClient asked(server.port(), 4'096, tls_wire());
        asked.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
        RawClient half(server.port(), 0, tls_wire());
        half.send("GET /fi");
        const RawClient idle(server.port(), 0, tls_wire());
    }
    RawClient client(server.port(), 0, tls_wire());
    CHECK(client.get("/shared").status == 200);
}

TEST_CASE("a stop ends idle TLS connections with TLS's goodbye", "[net][tls]")
{
    const TestCertificate certificate;
    Routes server(with_tls(certificate));
    RawClient client(server.port(), 0, tls_wire());
    CHECK(client.get("/shared").status == 200);
    server.on_thread([&] { server.server.shut_down(); });
    CHECK(client.read_to_end().empty());
}

TEST_CASE("a new certificate is for new connections, and a bad one changes nothing", "[net][tls]")
{
    const TestCertificate first("first.test");
    const TestCertificate second("second.test");
    Routes server(with_tls(first));
    RawClient open(server.port(), 0, tls_wire());
    CHECK(open.get("/shared").status == 200);
    const auto use = [&](const TlsFiles& files) {
        return server.on_thread([&]() -> std::string {
            try {
                server.server.set_tls(files);
            } catch (const std::runtime_error& refusal) {
                return refusal.what();
            }
            return "";
        });
    };
    CHECK(shown_name(server.port()) == "first.test");
    CHECK_THAT(use({second.files().certificate, first.files().key}), Catch::Contains("does not belong"));
    CHECK(shown_name(server.port()) == "first.test");
    CHECK(use(second.files()).empty());
    CHECK(shown_name(server.port()) == "second.test");
    CHECK(open.get("/shared").status == 200);
    second.directory().write("certificate.pem", "nonsense");
    CHECK_FALSE(use(second.files()).empty());
    CHECK(shown_name(server.port()) == "second.test");
}

TEST_CASE("a file that is not what it must be is named with what is wrong", "[net][tls]")
{
    const TestCertificate good;
    const TestCertificate other("other.test");
    const auto certificate = good.files().certificate;
    const auto key = good.files().key;
    const auto missing = good.directory().path() / "missing.pem";
    const std::filesystem::path empty = good.directory().write("empty.pem", "");
    const std::filesystem::path nonsense = good.directory().write("nonsense.pem", "nonsense\n");
    const std::filesystem::path torn =
        good.directory().write("torn.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

    CHECK(refusal_of({certificate, key}).empty());
    CHECK(refusal_of({missing, key}) == "certificate " + missing.string() + ": No such file or directory");
    CHECK(refusal_of({good.directory().path(), key}) ==
          "certificate " + good.directory().path().string() + ": Is a directory");
    CHECK(refusal_of({empty, key}) == "certificate " + empty.string() + ": the file is empty");
    CHECK(refusal_of({nonsense, key}) == "certificate " + nonsense.string() + ": holds no certificate in PEM");
    CHECK(refusal_of({key, key}) == "certificate " + key.string() + ": holds no certificate in PEM");
    CHECK_THAT(refusal_of({torn, key}), Catch::StartsWith("certificate " + torn.string() + ": cannot be used: "));
    CHECK(refusal_of({certificate, missing}) == "key " + missing.string() + ": No such file or directory");
    CHECK(refusal_of({certificate, nonsense}) == "key " + nonsense.string() + ": holds no private key in PEM");
    CHECK(refusal_of({certificate, certificate}) == "key " + certificate.string() + ": holds no private key in PEM");
    CHECK(refusal_of({certificate, other.files().key}) ==
          "key " + other.files().key.string() + ": does not belong to the certificate " + certificate.string());
    good.protect_key();
    CHECK(refusal_of({certificate, key}) ==
          "key " + key.string() + ": is protected by a passphrase; it must be stored without one");
}

TEST_CASE("a certificate whose time is over is used, and said to be", "[net][tls]")
{
    const TestCertificate over("over.test", -2 * TestCertificate::kDay, -TestCertificate::kDay);
    const TestCertificate early("early.test", TestCertificate::kDay, 2 * TestCertificate::kDay);
    const TestCertificate good;
    const auto now = std::chrono::system_clock::now();
    CHECK_THAT(TlsContext(over.files()).doubt(now), Catch::Contains(": it expired on "));
    CHECK_THAT(TlsContext(early.files()).doubt(now), Catch::Contains(": it begins only on "));
    CHECK(TlsContext(good.files()).doubt(now).empty());
    Routes server(with_tls(over));
    CHECK(shown_name(server.port()) == "over.test");
    const auto expires = server.on_thread([&] { return server.server.certificate_expires(); });
    REQUIRE(expires);
    CHECK(*expires < now);
}
