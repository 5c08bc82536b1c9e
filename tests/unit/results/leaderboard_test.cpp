#include "naive_results.hpp"

#include <random>

using namespace alleycat;
using namespace alleycat::results;
using ranking::Ties;

namespace {

ClassRecord record(std::uint64_t racer, double score, std::int64_t achieved_ms)
{
    return {RacerId{racer}, score, RaceId{1}, achieved_ms};
}

std::vector<std::string> text(const Leaderboards::Page& page)
{
    std::vector<std::string> lines;
    for (const auto& row : page.rows) {
        lines.push_back(std::to_string(row.rank) + ". " + std::to_string(raw(row.record.racer_id)));
    }
    return lines;
}

void fill(Leaderboards& boards)
{
    for (const auto& each : {record(7, 100, 5), record(8, 100, 4), record(6, 100, 5), record(1, 120, 9),
                             record(2, 90, 1), record(3, 90, 1)}) {
        boards.set(ClassId{1}, each);
    }
}

}  // namespace

TEST_CASE("equal class records share a rank, listed by who got there first, then by racer", "[results]")
{
    Leaderboards competition;
    fill(competition);
    CHECK(text(competition.page(ClassId{1}, 0, 10)) ==
          std::vector<std::string>{"1. 1", "2. 8", "2. 6", "2. 7", "5. 2", "5. 3"});
    CHECK(text(competition.page(ClassId{1}, 2, 3)) == std::vector<std::string>{"2. 6", "2. 7", "5. 2"});
    Leaderboards dense(Ties::Dense);
    fill(dense);
    CHECK(text(dense.page(ClassId{1}, 0, 10)) ==
          std::vector<std::string>{"1. 1", "2. 8", "2. 6", "2. 7", "3. 2", "3. 3"});
    CHECK(text(dense.page(ClassId{1}, 3, 2)) == std::vector<std::string>{"2. 7", "3. 2"});
}

TEST_CASE("a racer is found with rank and neighbours", "[results]")
{
    Leaderboards boards;
    fill(boards);
    CHECK(boards.find(ClassId{1}, RacerId{6}) == Ranked{2, record(6, 100, 5)});
    CHECK(text(*boards.around(ClassId{1}, RacerId{6}, 1)) == std::vector<std::string>{"2. 8", "2. 6", "2. 7"});
    CHECK(text(*boards.around(ClassId{1}, RacerId{1}, 1)) == std::vector<std::string>{"1. 1", "2. 8"});
    CHECK(text(*boards.around(ClassId{1}, RacerId{3}, 1)) == std::vector<std::string>{"5. 2", "5. 3"});
    CHECK(boards.around(ClassId{1}, RacerId{3}, SIZE_MAX)->rows.size() == 6);
    CHECK(boards.around(ClassId{1}, RacerId{3}, 0)->total == 6);
    CHECK_FALSE(boards.find(ClassId{1}, RacerId{5}));
    CHECK_FALSE(boards.find(ClassId{2}, RacerId{6}));
    CHECK_FALSE(boards.around(ClassId{2}, RacerId{6}, 1));
}

TEST_CASE("a page past the end is empty, and says how many racers there are", "[results]")
{
    Leaderboards boards;
    fill(boards);
    CHECK(boards.page(ClassId{1}, 6, 10).total == 6);
    CHECK(boards.page(ClassId{1}, 6, 10).rows.empty());
    CHECK(boards.page(ClassId{1}, SIZE_MAX, SIZE_MAX).rows.empty());
    CHECK(boards.page(ClassId{2}, 0, 10).total == 0);
}

TEST_CASE("a board's version grows when the board changes, and only then", "[results]")
{
    Leaderboards boards;
    CHECK(boards.version(ClassId{1}) == 0);
    fill(boards);
    const auto version = boards.version(ClassId{1});
    boards.set(ClassId{1}, record(7, 100, 5));
    boards.erase(ClassId{1}, RacerId{99});
    boards.erase(ClassId{2}, RacerId{7});
    boards.set(ClassId{2}, record(7, 100, 5));
    CHECK(boards.version(ClassId{1}) == version);
    boards.set(ClassId{1}, record(7, 100, 6));
    CHECK(boards.version(ClassId{1}) == version + 1);
    boards.erase(ClassId{1}, RacerId{7});
    CHECK(boards.version(ClassId{1}) == version + 2);
}

TEST_CASE("any changes of a leaderboard end in what a sort says", "[results]")
{
    const auto ties = GENERATE(Ties::Competition, Ties::Dense);
    Leaderboards boards(ties);
    std::map<RacerId, ClassRecord> records;
    std::mt19937 random(1);
    const auto pick = [&random](int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); };
    for (int step = 0; step < 3'000; ++step) {
        const RacerId racer{static_cast<std::uint64_t>(pick(150))};
        if (pick(4) == 0) {
            boards.erase(ClassId{1}, racer);
            records.erase(racer);
        } else {
            const ClassRecord made{racer, pick(20) / 4.0, RaceId{pick(3)}, pick(5)};
            boards.set(ClassId{1}, made);
            records[racer] = made;
        }
        if (step % 50 != 0) {
            continue;
        }
        CAPTURE(step);
        std::vector<Ranked> expected;
        std::set<double> scores;
        for (const auto& [id, made] : records) {
            expected.push_back({0, made});
            scores.insert(made.score);
        }
        std::sort(expected.begin(), expected.end(), [](const Ranked& a, const Ranked& b) {
            return std::tuple(-a.record.score, a.record.achieved_ms, a.record.racer_id) <
                   std::tuple(-b.record.score, b.record.achieved_ms, b.record.racer_id);
        });
        for (auto& row : expected) {
            const auto better = ties == Ties::Dense
                                    ? std::distance(scores.upper_bound(row.record.score), scores.end())
                                    : std::count_if(expected.begin(), expected.end(), [&row](const Ranked& other) {
                                          return other.record.score > row.record.score;
                                      });
            row.rank = static_cast<std::uint32_t>(better) + 1;
        }
        REQUIRE(boards.page(ClassId{1}, 0, 1'000).rows == expected);
        for (const auto& row : expected) {
            REQUIRE(boards.find(ClassId{1}, row.record.racer_id) == row);
        }
    }
}
