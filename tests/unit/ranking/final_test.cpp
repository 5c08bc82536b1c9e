#include "race_fixture.hpp"

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

Fixture scoring(Score score)
{
    return Fixture([score](Races::Options& options) { options.score = score; });
}

/// The result of racer 1 in its race, once that is closed.
ResultRow closed_row(Fixture& fixture)
{
    fixture.races.pass_time(kDeadline + 1);
    return fixture.result().rows.at(0);
}

}  // namespace

TEST_CASE("a record behind the final second moves neither the board nor the result", "[ranking][final]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    auto fixture = scoring(score);
    fixture.remember(1, 4, 10);
    fixture.ride({.second = 1, .output = 100, .at_ms = kStart});
    fixture.ride({.second = 3, .output = 80, .at_ms = kStart + 2'000, .final = true});
    const auto board = fixture.only().entries();
    CHECK(board.at(0).second == 3);
    CHECK(board.at(0).current_output == 80);
    CHECK(fixture.result().rows.size() == 1);
    fixture.ride({.second = 4, .output = 200, .at_ms = kStart + 3'000});
    CHECK(fixture.races.take_changed().empty());
    CHECK(fixture.races.take_results().empty());
    CHECK(fixture.races.take_records().empty());
    const auto row = closed_row(fixture);
    CHECK(row.second == 3);
    CHECK(row.output == 80);
    CHECK(row.best == 100);
    CHECK(row.mean == 90);
    CHECK(row.total == 180);
    CHECK(row.last_ms == kStart + 2'000);
    CHECK(row.score(score) == board.at(0).output);
}

TEST_CASE("what was ridden behind the final second before that was told counts no more", "[ranking][final]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    auto fixture = scoring(score);
    fixture.ride({.second = 1, .output = 100, .at_ms = kStart});
    fixture.ride({.second = 4, .output = 200, .at_ms = kStart + 3'000});
    CHECK(fixture.only().leading_second == 4);
    fixture.ride({.second = 3, .output = 80, .at_ms = kStart + 3'500, .final = true});
    CHECK(fixture.only().leading_second == 3);
    const auto row = closed_row(fixture);
    CHECK(row.second == 3);
    CHECK(row.output == 80);
    CHECK(row.best == 100);
    CHECK(row.total == 180);
}

TEST_CASE("of two final seconds the higher one counts, in any order, also over a restart", "[ranking][final]")
{
    const bool higher_first = GENERATE(true, false);
    const bool restart = GENERATE(true, false);
    Fixture before;
    before.ride({.second = 3, .output = 80, .at_ms = kStart, .final = !higher_first});
    before.ride({.second = 4, .output = 200, .at_ms = kStart});  // behind the first, up to the second
    before.ride({.second = 5, .output = 90, .at_ms = kStart, .final = higher_first});
    Fixture after;
    if (restart) {
        REQUIRE(after.races.load(before.races.save()));
    }
    auto& fixture = restart ? after : before;
    fixture.order = 3;
    fixture.ride({.second = higher_first ? 3U : 5U, .output = 1, .at_ms = kStart, .final = true});
    fixture.ride({.second = 6, .output = 300, .at_ms = kStart});
    const auto row = closed_row(fixture);
    CHECK(row.second == 5);
    CHECK(row.output == 90);
    CHECK(row.best == 200);
    CHECK(row.total == 370);
}

TEST_CASE("a record of an earlier second than the final one still counts", "[ranking][final]")
{
    Fixture fixture([](Races::Options& options) { options.score = Score::Total; });
    fixture.ride({.second = 3, .output = 80, .at_ms = kStart, .final = true});
    fixture.ride({.second = 2, .output = 70, .at_ms = kStart + 1'000});
    const auto row = closed_row(fixture);
    CHECK(row.second == 3);
    CHECK(row.output == 80);
    CHECK(row.total == 150);
}

TEST_CASE("what repeats what was said changes nothing", "[ranking][final]")
{
    Fixture fixture;
    fixture.ride({.racer = 1, .second = 2, .at_ms = kStart});
    fixture.ride({.racer = 2, .second = 2, .output = 90, .at_ms = kStart});
    CHECK(fixture.only().rows_changed);
    fixture.ride({.racer = 1, .second = 2, .at_ms = kStart + 1'000});
    fixture.ride({.racer = 1, .second = 2, .output = 1, .at_ms = kStart + 1'000});
    fixture.ride({.racer = 1, .second = 1, .output = 1, .at_ms = kStart + 1'000});  // late, and of no account
    CHECK(fixture.races.take_changed().empty());
    fixture.ride({.racer = 1, .second = 2, .output = 96, .at_ms = kStart + 1'000});
    CHECK(fixture.only().rows_changed);
}

TEST_CASE("a race that has finished only gets another end by a repetition, and only another state by its close",
          "[ranking][final]")
{
    Fixture fixture;
    fixture.ride({.at_ms = kStart, .final = true});
    CHECK(fixture.only().rows_changed);
    fixture.ride({.at_ms = kStart + 1'000, .final = true});
    const auto race = fixture.only();
    CHECK_FALSE(race.rows_changed);
    CHECK(race.last_ms == kStart + 1'000);
    fixture.races.pass_time(kStart + 40'000);
    const auto closed = fixture.only();
    CHECK(closed.state == RaceState::Closed);
    CHECK_FALSE(closed.rows_changed);
}

TEST_CASE("a stored race is the board that it closed with", "[ranking][final]")
{
    const auto ties = GENERATE(Ties::Competition, Ties::Dense);
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    Fixture fixture([&](Races::Options& options) {
        options.ties = ties;
        options.score = score;
    });
    for (std::uint64_t racer = 1; racer <= 9; ++racer) {
        fixture.remember(racer, 3, 500);  // nobody sets a record, which is not stored
    }
    for (std::uint64_t racer = 1; racer <= 9; ++racer) {
        fixture.ride({.racer = racer, .second = 2, .output = 90.0 + static_cast<double>(racer % 2), .at_ms = kStart});
        fixture.ride({.racer = racer, .second = 3, .output = 80.0 + static_cast<double>(racer % 3), .at_ms = kStart});
    }
    fixture.races.pass_time(kDeadline + 1);
    const auto closed = fixture.only();
    const auto stored = RaceSnapshot::of(fixture.result(), score, ties);
    auto expected = written_out(closed);
    expected.opened_order = 0;
    CHECK(difference(*stored, expected) == "");
}
