#include <alleycat/core/counters.hpp>
#include <alleycat/core/error.hpp>

#include <catch2/catch.hpp>

#include <cerrno>
#include <string>
#include <vector>

using namespace alleycat;

TEST_CASE("an error's name is its wire code, its log text and its metric label", "[core][error]")
{
    const std::vector<std::pair<Errc, std::string>> names{
        {Errc::InvalidJson, "InvalidJson"}, {Errc::MissingField, "MissingField"}, {Errc::InvalidType, "InvalidType"},
        {Errc::OutOfRange, "OutOfRange"},   {Errc::TooLarge, "TooLarge"},         {Errc::Unauthorized, "Unauthorized"},
        {Errc::RateLimited, "RateLimited"}, {Errc::CorruptFile, "CorruptFile"},
    };
    for (const auto& [code, text] : names) {
        CHECK(name(code) == text);
        CHECK(make_error_code(code).message() == text);
    }
    CHECK(names.size() + 1 == DoorCounters::kCodes);  // every code has a counter, and a name here
}

TEST_CASE("an error is told apart from success and from the system's errors", "[core][error]")
{
    const boost::system::error_code code = Errc::OutOfRange;
    CHECK(code);
    CHECK(code == Errc::OutOfRange);
    CHECK(code != Errc::TooLarge);
    CHECK(std::string(code.category().name()) == "alleycat");

    errno = ENOSPC;
    CHECK(last_system_error() == boost::system::errc::no_space_on_device);
    CHECK(last_system_error() != Errc::InvalidJson);

    const Result<int> refused = Errc::RateLimited;
    REQUIRE(refused.has_error());
    CHECK(refused.error() == Errc::RateLimited);
}
