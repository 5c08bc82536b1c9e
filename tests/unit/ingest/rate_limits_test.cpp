#include <alleycat/ingest/rate_limits.hpp>

#include <catch2/catch.hpp>

using namespace alleycat;
using namespace alleycat::ingest;
using namespace std::chrono_literals;

namespace {

constexpr RateOptions kOptions{1e-6, 1e-3, 3s};  // a bike 0.000003 at once, a studio 0.003

/// How much of a burst is left, by taking it.
bool takes(TokenBucket& bucket, double count)
{
    const bool has = bucket.has(count, std::chrono::steady_clock::now());
    if (has) {
        bucket.take(count);
    }
    return has;
}

}  // namespace

TEST_CASE("a sender who comes back goes on where it was", "[ingest][rate]")
{
    RateLimits rates({1e-6, 1e-6, std::chrono::seconds(3'000'000)});  // three records at once
    CHECK(takes(*rates.bike("a"), 2));
    CHECK(takes(*rates.bike("a"), 1));
    CHECK_FALSE(takes(*rates.bike("a"), 1));
    CHECK(takes(*rates.bike("b"), 3));
}

TEST_CASE("a studio has another rate than a bike", "[ingest][rate]")
{
    RateLimits rates(kOptions);
    CHECK(takes(*rates.studio("s"), 0.003));
    CHECK(takes(*rates.bike("b"), 0.000'003));
    CHECK_FALSE(takes(*rates.bike("b"), 0.000'003));
}

TEST_CASE("of very many senders those who have rested are forgotten, and nobody else", "[ingest][rate]")
{
    RateLimits rates({1e-6, 1e-6, std::chrono::seconds(3'000'000)});
    CHECK(takes(*rates.bike("tired"), 3));
    for (std::size_t each = 0; each < 3 * RateLimits::kMost; ++each) {
        static_cast<void>(rates.bike(std::to_string(each)));
    }
    CHECK(rates.size() <= RateLimits::kMost);
    CHECK_FALSE(takes(*rates.bike("tired"), 1));
}
