#include "segment_format.hpp"

#include <catch2/catch.hpp>

#include <cstring>

using namespace alleycat;
using namespace alleycat::commitlog;

namespace {

constexpr std::uint32_t kSalt = 77;
constexpr std::size_t kDoorByte = 15;

std::vector<std::byte> frame_of(bool refused, Verdict verdict)
{
    std::vector<std::byte> bytes;
    append_frame(bytes, {9, 5, "key", std::nullopt, "data", refused, verdict}, kSalt);
    return bytes;
}

}  // namespace

TEST_CASE("a frame keeps what its door made of the record", "[commitlog][verdict]")
{
    for (unsigned bits = 0; bits < 0x80; ++bits) {
        const auto verdict = Verdict::from_bits(static_cast<std::uint8_t>(bits));
        CAPTURE(bits);
        REQUIRE(verdict.bits() == bits);
        for (const bool refused : {false, true}) {
            const auto record = parse_frame(frame_of(refused, verdict), kSalt);
            REQUIRE(record);
            CHECK(record->refused == refused);
            CHECK(record->verdict == verdict);
        }
    }
}

TEST_CASE("without a verdict a frame is as it ever was, so that older logs and programs read the same",
          "[commitlog][verdict]")
{
    CHECK(frame_of(false, {})[kDoorByte] == std::byte{0});
    CHECK(frame_of(true, {})[kDoorByte] == std::byte{1});
    // What an older program takes for "refused", it counts nowhere.
    Suspicions slew;
    slew.add(Suspicion::Slew);
    CHECK(frame_of(false, {slew, true})[kDoorByte] != std::byte{0});
}

TEST_CASE("a set of suspicions holds what was added, and a verdict without any is never held", "[core][verdict]")
{
    Suspicions none;
    CHECK_FALSE(none.any());
    CHECK_FALSE(Verdict(none, true).held());
    for (const auto each : kSuspicions) {
        Suspicions one;
        one.add(each);
        CHECK(one.any());
        for (const auto other : kSuspicions) {
            CHECK(one.has(other) == (other == each));
        }
        CHECK(Verdict(one, true).held());
        CHECK_FALSE(Verdict(one, false).held());
        CHECK(Verdict(one, true).suspicions() == one);
        CHECK_FALSE(name(each).empty());
    }
    CHECK(Verdict::let_go().released());
    CHECK_FALSE(Verdict::let_go().suspect());
}
