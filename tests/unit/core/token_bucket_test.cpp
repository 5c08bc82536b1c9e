#include <alleycat/core/token_bucket.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace std::chrono_literals;

namespace {

const std::chrono::steady_clock::time_point kStart{1h};

int take_all(TokenBucket& bucket, std::chrono::steady_clock::time_point now)
{
    int taken = 0;
    for (; bucket.has(1, now); ++taken) {
        bucket.take(1);
    }
    return taken;
}

}  // namespace

TEST_CASE("a bucket gives a second's tokens at once, then as many a second", "[stream][limits]")
{
    TokenBucket bucket(1'000);
    CHECK(take_all(bucket, kStart) == 1'000);
    CHECK(take_all(bucket, kStart) == 0);
    CHECK(take_all(bucket, kStart + 100ms) == 100);
    CHECK(take_all(bucket, kStart + 1s) == 900);
    CHECK(take_all(bucket, kStart + 10s) == 1'000);  // no more gather than fit
}

TEST_CASE("what is larger than the bucket passes a full one, and is paid back", "[stream][limits]")
{
    TokenBucket bucket(1'000);
    REQUIRE(bucket.has(3'000, kStart));
    bucket.take(3'000);
    CHECK_FALSE(bucket.has(1, kStart + 1s));
    CHECK_FALSE(bucket.has(1, kStart + 2s));
    CHECK(bucket.has(1, kStart + 2001ms));
    CHECK_FALSE(bucket.has(3'000, kStart + 2500ms));
    CHECK(bucket.has(3'000, kStart + 3s));
}

TEST_CASE("a clock that stands still or goes back brings no tokens", "[stream][limits]")
{
    TokenBucket bucket(10);
    CHECK(take_all(bucket, kStart) == 10);
    CHECK_FALSE(bucket.has(1, kStart - 1s));
    CHECK_FALSE(bucket.has(1, kStart));
}
