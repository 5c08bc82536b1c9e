#include "written_board.hpp"

#include <map>
#include <optional>
#include <random>

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

using Column = std::map<std::uint64_t, double>;  // racer → best output at the second

history::BestTable table_of(const Column& bests, std::uint32_t second)
{
    history::BestTable table(300);
    for (const auto& [racer, output] : bests) {
        const telemetry::Sample sample{ClassId{1}, second, RacerId{racer}, output};
        table.merge(std::span(&sample, 1));
    }
    return table;
}

Entry rider(std::uint64_t racer, std::uint32_t second, double current, bool record = false)
{
    Entry made;
    made.racer_id = RacerId{racer};
    made.name = "not on this board";
    made.second = second;
    made.output = 1e6;  // a score of another meaning: it does not count here
    made.current_output = current;
    made.record = record;
    return made;
}

/// The board as anyone would compute it: the rider's current output in place of the best, sorted, ranked.
std::vector<Entry> naive_board(Column bests, std::uint32_t second, Ties ties, const std::optional<Entry>& riding)
{
    if (riding) {
        bests[raw(riding->racer_id)] = riding->current_output;
    }
    std::vector<Entry> rows;
    for (const auto& [racer, output] : bests) {
        const bool own = riding && raw(riding->racer_id) == racer;
        rows.push_back({0, RacerId{racer}, "", second, output, output, own && riding->record, false});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Entry& a, const Entry& b) { return a.output > b.output; });
    rank_entries(rows, ties);
    return rows;
}

void compare(const Column& bests, std::uint32_t second, Ties ties, const std::optional<Entry>& riding)
{
    auto table = table_of(bests, second);
    const auto snapshot = table.snapshot();
    const auto own = riding ? snapshot->best(riding->racer_id, second) : std::nullopt;
    const AlltimeBoard board(rank_second(*snapshot, second), ties, riding, own);
    const auto expected = naive_board(bests, second, ties, riding);
    REQUIRE(board.size() == expected.size());
    for (const auto count : {std::size_t{0}, std::size_t{1}, std::size_t{3}, expected.size(), std::size_t{1'000}}) {
        CAPTURE(count);
        const auto length = static_cast<std::ptrdiff_t>(std::min(count, expected.size()));
        const std::vector<Entry> wanted(expected.begin(), expected.begin() + length);
        CHECK(text(board.top(count)) == text(wanted));
        CHECK((board.top(count) == wanted));
    }
    for (const auto& row : expected) {
        CAPTURE(raw(row.racer_id));
        CHECK((board.find(row.racer_id, snapshot->best(row.racer_id, second)) == row));
    }
    CHECK_FALSE(board.find(RacerId{999'999}, std::nullopt));
}

}  // namespace

TEST_CASE("the racers of a class are ranked by their bests at one second", "[ranking][alltime]")
{
    history::BestTable table(300);
    const std::vector<telemetry::Sample> samples{{ClassId{1}, 57, RacerId{9}, 100},
                                                 {ClassId{1}, 57, RacerId{3}, 100},
                                                 {ClassId{1}, 57, RacerId{4}, 120.5},
                                                 {ClassId{1}, 58, RacerId{5}, 300}};
    table.merge(samples);
    const auto ranked = rank_second(*table.snapshot(), 57);
    CHECK(ranked->second == 57);
    REQUIRE(ranked->rows.size() == 3);
    CHECK(ranked->rows[0].racer_id == RacerId{4});
    CHECK(ranked->rows[0].output == 120.5);
    CHECK(ranked->rows[1].racer_id == RacerId{3});
    CHECK(ranked->rows[2].racer_id == RacerId{9});
    CHECK(rank_second(*table.snapshot(), 1)->rows.empty());
    CHECK(rank_second(*table.snapshot(), 0)->rows.empty());
    CHECK(rank_second(*table.snapshot(), 1'000)->rows.empty());
}

TEST_CASE("without a viewer the all-time board is the history", "[ranking][alltime]")
{
    const auto ties = any_ties();
    compare({}, 57, ties, std::nullopt);
    compare({{7, 115.2}}, 57, ties, std::nullopt);
    compare({{1, 100}, {2, 120}, {3, 100}, {4, 90}, {5, 120}}, 57, ties, std::nullopt);
}

TEST_CASE("a viewer's current output takes the place of the best", "[ranking][alltime]")
{
    const auto ties = any_ties();
    const Column bests{{1, 100}, {2, 120}, {3, 110}, {4, 90}, {5, 110}};
    for (const double current : {80.0, 90.0, 95.0, 100.0, 110.0, 115.0, 120.0, 130.0}) {
        for (const std::uint64_t racer : {1U, 2U, 3U, 4U, 7U, 0U}) {
            CAPTURE(current, racer);
            compare(bests, 57, ties, rider(racer, 57, current, true));
        }
    }
    compare({}, 57, ties, rider(7, 57, 22.75));
}

TEST_CASE("the all-time board is what a naive computation says", "[ranking][alltime]")
{
    std::mt19937 random(5);
    for (int round = 0; round < 400; ++round) {
        CAPTURE(round);
        Column bests;
        for (auto count = random() % 40; count > 0; --count) {
            bests[random() % 60] = 90 + static_cast<double>(random() % 8) / 4;
        }
        const auto riding = rider(random() % 60, 57, 90 + static_cast<double>(random() % 8) / 4, random() % 2 == 0);
        compare(bests, 57, round % 2 == 0 ? Ties::Competition : Ties::Dense,
                random() % 4 == 0 ? std::nullopt : std::optional(riding));
    }
}
