#include "api_tokens.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace alleycat;
using namespace alleycat::ingest;

namespace {

constexpr std::int64_t kIssued = 1'617'290'000'123;

ShardIterator iterator()
{
    ShardIterator made;
    made.shard = ShardId{3};
    made.place.after = 0xFEDCBA9876543210;
    made.place.not_before_ms = 1'617'200'000'456;
    made.place.position = {7, 123'456'789};
    made.issued_ms = kIssued;
    return made;
}

}  // namespace

TEST_CASE("an iterator comes back as it was given out", "[ingest][api]")
{
    const auto back = parse_iterator(to_token(iterator(), "alleycat"), "alleycat", kIssued);
    REQUIRE(back.has_value());
    CHECK(raw(back->shard) == 3);
    CHECK(back->place.after == iterator().place.after);
    CHECK(back->place.not_before_ms == iterator().place.not_before_ms);
    CHECK(back->place.position.segment == 7);
    CHECK(back->place.position.offset == 123'456'789);
    CHECK(back->issued_ms == kIssued);
}

TEST_CASE("an iterator with any letter changed, cut off or added is refused", "[ingest][api]")
{
    const auto token = to_token(iterator(), "alleycat");
    const auto refused = [](const std::string& changed) {
        const auto back = parse_iterator(changed, "alleycat", kIssued);
        return !back && back.error().type == "InvalidArgumentException" &&
               back.error().message == "Invalid ShardIterator.";
    };
    REQUIRE(token.size() <= 512);
    for (std::size_t at = 0; at < token.size(); ++at) {
        CAPTURE(at);
        for (const char letter : std::string_view("AZaz09+/=")) {
            auto changed = token;
            changed[at] = letter;
            CHECK((changed == token || refused(changed)));
        }
        CHECK(refused(token.substr(0, at)));
    }
    CHECK(refused(token + "A"));
    CHECK(refused(token + "AAAA"));
    CHECK(refused("junk"));
}

TEST_CASE("an iterator of another stream, or a token of another kind, is refused", "[ingest][api]")
{
    CHECK_FALSE(parse_iterator(to_token(iterator(), "alleycat"), "other", kIssued).has_value());
    CHECK_FALSE(parse_iterator(to_token(ShardListPlace{1, kIssued}, "alleycat"), "alleycat", kIssued).has_value());
    CHECK_FALSE(parse_next_token(to_token(iterator(), "alleycat"), "alleycat", kIssued).has_value());
}

TEST_CASE("an iterator is good for five minutes, and says when it no longer is", "[ingest][api]")
{
    const auto token = to_token(iterator(), "alleycat");
    CHECK(parse_iterator(token, "alleycat", kIssued + 300'000).has_value());
    const auto late = parse_iterator(token, "alleycat", kIssued + 300'001);
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().type == "ExpiredIteratorException");
    CHECK(late.error().message ==
          "Iterator expired. The iterator was created at time Thu Apr 01 15:13:20 UTC 2021 while right now it is Thu "
          "Apr 01 15:18:20 UTC 2021 which is further in the future than the tolerated delay of 300000 milliseconds.");
}

TEST_CASE("a token that somebody made up, of an impossible time, is refused", "[ingest][api]")
{
    for (const auto issued : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
        auto forged = iterator();
        forged.issued_ms = issued;
        CHECK(parse_iterator(to_token(forged, "alleycat"), "alleycat", kIssued).error().message ==
              "Invalid ShardIterator.");
        CHECK(parse_next_token(to_token(ShardListPlace{1, issued}, "alleycat"), "alleycat", kIssued).error().message ==
              "Invalid NextToken.");
    }
    auto later = iterator();
    later.issued_ms = std::numeric_limits<std::int64_t>::max();  // a clock was set back
    CHECK(parse_iterator(to_token(later, "alleycat"), "alleycat", kIssued).has_value());
}

TEST_CASE("the place in a list of shards comes back, and expires too", "[ingest][api]")
{
    const auto token = to_token(ShardListPlace{42, kIssued}, "alleycat");
    CHECK(parse_next_token(token, "alleycat", kIssued + 300'000)->next == 42);
    CHECK(parse_next_token(token, "alleycat", kIssued + 300'001).error().type == "ExpiredNextTokenException");
    CHECK(parse_next_token("junk", "alleycat", kIssued).error().message == "Invalid NextToken.");
}
