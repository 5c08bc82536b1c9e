#include "request_signature.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace alleycat::sim;

namespace {

// The published test suite of Signature Version 4 (aws-sig-v4-test-suite), with the key of its documentation.
const AccessKey kAccessKey{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
constexpr SignatureScope kScope{"us-east-1", "service"};
constexpr std::string_view kDate = "20150830T123600Z";
constexpr SignedHeader kHost{"host", "example.amazonaws.com"};
constexpr SignedHeader kDateHeader{"x-amz-date", kDate};

}  // namespace

TEST_CASE("an empty request has the signature of the published vector post-vanilla", "[sim][signature]")
{
    const std::array<SignedHeader, 2> headers{kHost, kDateHeader};
    CHECK(authorization(kAccessKey, kScope, kDate, headers, "") ==
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
          "SignedHeaders=host;x-amz-date, "
          "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST_CASE("a body and its type are signed as in the published vector post-x-www-form-urlencoded", "[sim][signature]")
{
    const std::array<SignedHeader, 3> headers{
        {{"content-type", "application/x-www-form-urlencoded"}, kHost, kDateHeader}};
    CHECK(authorization(kAccessKey, kScope, kDate, headers, "Param1=value1") ==
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
          "SignedHeaders=content-type;host;x-amz-date, "
          "Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
}
