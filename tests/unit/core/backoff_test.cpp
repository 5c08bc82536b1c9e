#include <alleycat/core/backoff.hpp>

#include <catch2/catch.hpp>

#include <set>

using namespace alleycat;
using std::chrono::milliseconds;

TEST_CASE("pauses double up to the cap, and lie between half and all", "[core][backoff]")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Backoff backoff(milliseconds(200), milliseconds(30'000), seed);
        auto whole = milliseconds(200);
        for (int attempt = 0; attempt < 20; ++attempt) {
            CAPTURE(seed, attempt);
            const auto pause = backoff.next();
            CHECK(pause >= whole / 2);
            CHECK(pause <= whole);
            whole = std::min(whole * 2, milliseconds(30'000));
        }
    }
}

TEST_CASE("after a success pauses begin anew", "[core][backoff]")
{
    Backoff backoff(milliseconds(100), milliseconds(10'000), 1);
    for (int attempt = 0; attempt < 10; ++attempt) {
        static_cast<void>(backoff.next());
    }
    CHECK(backoff.next() >= milliseconds(5'000));
    backoff.reset();
    CHECK(backoff.next() <= milliseconds(100));
}

TEST_CASE("a first pause above the cap is the cap", "[core][backoff]")
{
    Backoff backoff(milliseconds(500), milliseconds(100), 1);
    for (int attempt = 0; attempt < 5; ++attempt) {
        const auto pause = backoff.next();
        CHECK(pause >= milliseconds(50));
        CHECK(pause <= milliseconds(100));
    }
}

TEST_CASE("clients with other seeds do not come back in step", "[core][backoff]")
{
    std::set<milliseconds> pauses;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        pauses.insert(Backoff(milliseconds(10'000), milliseconds(10'000), seed).next());
    }
    CHECK(pauses.size() > 90);
}
