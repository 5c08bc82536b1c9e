#include <alleycat/net/address_counts.hpp>

#include <catch2/catch.hpp>

using namespace alleycat::net;
using boost::asio::ip::make_address;

TEST_CASE("an address has as many places as the limit says, and again when one is released", "[net][addresses]")
{
    AddressCounts counts;
    const auto address = make_address("192.0.2.7");
    auto first = counts.try_enter(address, 2);
    auto second = counts.try_enter(address, 2);
    REQUIRE(first);
    REQUIRE(second);
    CHECK_FALSE(counts.try_enter(address, 2));
    CHECK(counts.try_enter(make_address("192.0.2.8"), 2));
    first->release();
    first->release();  // which frees nothing twice
    const auto third = counts.try_enter(address, 2);
    CHECK(third);
    CHECK_FALSE(counts.try_enter(address, 2));
}

TEST_CASE("a place moves with its connection, and counts once", "[net][addresses]")
{
    AddressCounts counts;
    const auto address = make_address("192.0.2.7");
    {
        auto place = std::move(*counts.try_enter(address, 1));
        AddressCounts::Place later;
        later = std::move(place);
        CHECK(counts.size() == 1);
        CHECK_FALSE(counts.try_enter(address, 1));
    }
    CHECK(counts.size() == 0);
}

TEST_CASE("a network of IPv6 counts as one, an address of IPv4 in IPv6's clothes as itself", "[net][addresses]")
{
    AddressCounts counts;
    const auto held = counts.try_enter(make_address("2001:db8:1:2::1"), 1);
    REQUIRE(held);
    CHECK_FALSE(counts.try_enter(make_address("2001:db8:1:2:ffff:ffff:ffff:ffff"), 1));
    CHECK(counts.try_enter(make_address("2001:db8:1:3::1"), 1));

    const auto mapped = counts.try_enter(make_address("::ffff:192.0.2.7"), 1);
    REQUIRE(mapped);
    CHECK_FALSE(counts.try_enter(make_address("192.0.2.7"), 1));
    CHECK(counts.try_enter(make_address("::ffff:192.0.2.8"), 1));
}

TEST_CASE("a proxy is not counted, in whichever clothes it comes", "[net][addresses]")
{
    AddressCounts counts;
    counts.set_uncounted({make_address("127.0.0.1"), make_address("::ffff:192.0.2.1"), make_address("2001:db8::1")});
    std::vector<AddressCounts::Place> held;
    for (const char* text : {"127.0.0.1", "::ffff:127.0.0.1", "192.0.2.1", "2001:db8::1"}) {
        CAPTURE(text);
        for (int n = 0; n < 3; ++n) {
            auto place = counts.try_enter(make_address(text), 1);
            REQUIRE(place);
            held.push_back(std::move(*place));
        }
    }
    CHECK(counts.size() == 0);
    const auto neighbour = counts.try_enter(make_address("2001:db8::2"), 1);
    CHECK(neighbour);
    CHECK_FALSE(counts.try_enter(make_address("2001:db8::3"), 1));
}

TEST_CASE("without a limit connections are counted, for the one that may come", "[net][addresses]")
{
    AddressCounts counts;
    const auto address = make_address("192.0.2.7");
    const auto first = counts.try_enter(address, 0);
    const auto second = counts.try_enter(address, 0);
    CHECK(second);
    CHECK_FALSE(counts.try_enter(address, 2));
}
