#include "sigv4.hpp"

#include "stream_api_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ingest;

// The examples are those of the public documentation's test suite: their signatures were made by others.

namespace {

const std::vector<AccessKey> kKeys{{"other", "x"}, {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}};
constexpr std::chrono::sys_seconds kSignedAt{std::chrono::seconds(1'440'938'160)};  // 20150830T123600Z

constexpr auto kVanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

std::string authorization(const std::string& signature, const std::string& headers = "host;x-amz-date",
                          const std::string& scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request")
{
    return "AWS4-HMAC-SHA256 Credential=" + scope + ", SignedHeaders=" + headers + ", Signature=" + signature;
}

ApiRequest example(const std::string& method, const std::string& target, const std::string& body = {})
{
    ApiRequest request(body);
    request.method = method;
    request.target = target;
    request.headers = {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}};
    return request;
}

std::optional<ApiError> check(const ApiRequest& request, std::chrono::sys_seconds now = kSignedAt)
{
    return check_signature(request.request(), kKeys, "service", now);
}

/// "Type: message", or "good".
std::string outcome(const ApiRequest& request, std::chrono::sys_seconds now = kSignedAt)
{
    const auto error = check(request, now);
    return error ? error->type + ": " + error->message : "good";
}

ApiRequest vanilla()
{
    auto request = example("GET", "/");
    request.headers["authorization"] = authorization(kVanilla);
    return request;
}

constexpr auto kMismatch =
    "InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check "
    "your AWS Secret Access Key and signing method. Consult the service documentation for details.";

}  // namespace

TEST_CASE("the documentation's signed requests are good", "[ingest][sigv4]")
{
    CHECK(outcome(vanilla()) == "good");

    auto post = example("POST", "/");
    post.headers["authorization"] = authorization("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    CHECK(outcome(post) == "good");

    auto query = example("GET", "/?Param2=value2&Param1=value1");
    query.headers["authorization"] = authorization("b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
    CHECK(outcome(query) == "good");

    const std::string unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    auto plain = example("GET", "/?" + unreserved + "=" + unreserved);
    plain.headers["authorization"] = authorization("9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197");
    CHECK(outcome(plain) == "good");

    auto utf8 = example("GET", "/\xE1\x88\xB4");
    utf8.headers["authorization"] = authorization("8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
    CHECK(outcome(utf8) == "good");

    auto form = example("POST", "/", "Param1=value1");
    form.headers["content-type"] = "application/x-www-form-urlencoded";
    form.headers["authorization"] = authorization("ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
                                                  "content-type;host;x-amz-date");
    CHECK(outcome(form) == "good");

    auto spaces = example("GET", "/");
    spaces.headers["my-header1"] = " value1";
    spaces.headers["my-header2"] = " \"a   b   c\"  ";
    spaces.headers["authorization"] = authorization("acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
                                                    "host;my-header1;my-header2;x-amz-date");
    CHECK(outcome(spaces) == "good");
}

TEST_CASE("whatever of a signed request is changed, it is refused", "[ingest][sigv4]")
{
    auto method = vanilla();
    method.method = "POST";
    CHECK(outcome(method) == kMismatch);

    auto target = vanilla();
    target.target = "/?a=1";
    CHECK(outcome(target) == kMismatch);

    auto host = vanilla();
    host.headers["host"] = "example.com";
    CHECK(outcome(host) == kMismatch);

    auto date = vanilla();
    date.headers["x-amz-date"] = "20150830T123601Z";
    CHECK(outcome(date) == kMismatch);

    auto body = example("GET", "/", "x");
    body.headers["authorization"] = authorization(kVanilla);
    CHECK(outcome(body) == kMismatch);

    auto region = vanilla();
    region.headers["authorization"] =
        authorization(kVanilla, "host;x-amz-date", "AKIDEXAMPLE/20150830/us-east-2/service/aws4_request");
    CHECK(outcome(region) == kMismatch);

    auto secret = vanilla();
    secret.headers["authorization"] =
        authorization(kVanilla, "host;x-amz-date", "other/20150830/us-east-1/service/aws4_request");
    CHECK(outcome(secret) == kMismatch);

    for (std::size_t at = 0; at < std::string(kVanilla).size(); ++at) {
        auto signature = std::string(kVanilla);
        signature[at] = signature[at] == '0' ? '1' : '0';
        auto changed = vanilla();
        changed.headers["authorization"] = authorization(signature);
        CHECK(outcome(changed) == kMismatch);
    }
    auto shorter = vanilla();
    shorter.headers["authorization"] = authorization(std::string(kVanilla).substr(0, 63));
    CHECK(outcome(shorter) == kMismatch);
}

TEST_CASE("a signature is good for five minutes before and behind its time", "[ingest][sigv4]")
{
    using namespace std::chrono_literals;
    CHECK(outcome(vanilla(), kSignedAt + 5min) == "good");
    CHECK(outcome(vanilla(), kSignedAt - 5min) == "good");
    CHECK(outcome(vanilla(), kSignedAt + 5min + 1s) ==
          "InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
          "(20150830T124101Z - 5 min.)");
    CHECK(outcome(vanilla(), kSignedAt - 5min - 1s) ==
          "InvalidSignatureException: Signature not yet current: 20150830T123600Z is still later than "
          "20150830T123559Z (20150830T123059Z + 5 min.)");
}

TEST_CASE("a request without a signature, or with half of one, says what is missing", "[ingest][sigv4]")
{
    CHECK(outcome(example("GET", "/")) == "MissingAuthenticationTokenException: Missing Authentication Token");

    auto junk = example("GET", "/");
    junk.headers["authorization"] = "junk";
    CHECK(outcome(junk) ==
          "IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header "
          "requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=");

    auto half = example("GET", "/");
    half.headers.erase("x-amz-date");
    half.headers["authorization"] = "AWS4-HMAC-SHA256 Credential=a,SignedHeaders=b";
    CHECK(outcome(half) ==
          "IncompleteSignatureException: Authorization header requires 'Signature' parameter. Authorization header "
          "requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 "
          "Credential=a,SignedHeaders=b");

    auto scope = vanilla();
    scope.headers["authorization"] = authorization(kVanilla, "host;x-amz-date", "AKIDEXAMPLE/20150830");
    CHECK(check(scope)->type == "IncompleteSignatureException");

    for (const auto* date : {"now", "20150830T1236Z", "20150830T126100Z", "20151330T123600Z", "2015083aT123600Z"}) {
        auto request = vanilla();
        request.headers["x-amz-date"] = date;
        CHECK(check(request)->type == "IncompleteSignatureException");
    }
    auto bytes = example("GET", "/");
    bytes.headers["authorization"] = "AWS4-HMAC-SHA256 \xFF\x01";
    CHECK(check(bytes)->message.ends_with("Authorization=AWS4-HMAC-SHA256 ??"));  // the answer must be UTF-8
}

TEST_CASE("what is no signature may be a secret, and is not told back", "[ingest][sigv4]")
{
    for (const std::string secret : {"bearer alleycat_secret", "alleycat_secret", "Basic c2VjcmV0"}) {
        auto request = example("GET", "/");
        request.headers["authorization"] = secret;
        CHECK(check(request)->message.find("secret") == std::string::npos);
        CHECK(check(request)->message.find("c2Vj") == std::string::npos);
    }
}

TEST_CASE("host and date must be signed", "[ingest][sigv4]")
{
    auto host = vanilla();
    host.headers["authorization"] = authorization(kVanilla, "x-amz-date");
    CHECK(outcome(host) == "InvalidSignatureException: 'Host' must be a 'SignedHeader' in the AWS Authorization.");
    auto date = vanilla();
    date.headers["authorization"] = authorization(kVanilla, "host");
    CHECK(outcome(date) ==
          "InvalidSignatureException: 'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.");
    auto other_date = vanilla();
    other_date.headers["authorization"] = authorization(kVanilla, "date;host");
    CHECK(check(other_date)->type == "InvalidSignatureException");
}

TEST_CASE("a signature for another service, day or key is refused", "[ingest][sigv4]")
{
    auto service = vanilla();
    service.headers["authorization"] =
        authorization(kVanilla, "host;x-amz-date", "AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request");
    CHECK(outcome(service) == "InvalidSignatureException: Credential should be scoped to correct service: 'service'.");
    auto day = vanilla();
    day.headers["authorization"] =
        authorization(kVanilla, "host;x-amz-date", "AKIDEXAMPLE/20150829/us-east-1/service/aws4_request");
    CHECK(check(day)->message.starts_with("Date in Credential scope does not match YYYYMMDD"));
    auto key = vanilla();
    key.headers["authorization"] =
        authorization(kVanilla, "host;x-amz-date", "AKIDNOBODY/20150830/us-east-1/service/aws4_request");
    CHECK(outcome(key) == "UnrecognizedClientException: The security token included in the request is invalid.");
}

TEST_CASE("a body's hash, where it is told, must be that of the body", "[ingest][sigv4]")
{
    auto request = vanilla();
    request.headers["x-amz-content-sha256"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    CHECK(outcome(request) == "good");
    request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
    CHECK(outcome(request) == kMismatch);
}

TEST_CASE("the date may come in the Date header, as HTTP writes it", "[ingest][sigv4]")
{
    auto request = example("GET", "/");
    request.headers.erase("x-amz-date");
    request.headers["date"] = "Sun, 30 Aug 2015 12:36:00 GMT";
    request.headers["authorization"] = authorization(kVanilla, "date;host");
    CHECK(outcome(request) == kMismatch);  // understood; the example signs another header
    request.headers["authorization"] = authorization(kVanilla);
    CHECK(outcome(request) == "InvalidSignatureException: 'Date' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST_CASE("the region is that of the credential, or us-east-1", "[ingest][sigv4]")
{
    const auto region = [](const std::string& scope) {
        auto request = vanilla();
        request.headers["authorization"] = authorization(kVanilla, "host", scope);
        return region_of(request.request());
    };
    CHECK(region("a/20150830/eu-central-1/kinesis/aws4_request") == "eu-central-1");
    CHECK(region("a/20150830//kinesis/aws4_request") == "us-east-1");
    CHECK(region("a/20150830/\"},{/kinesis/aws4_request") == "us-east-1");
    CHECK(region_of(example("GET", "/").request()) == "us-east-1");
}
