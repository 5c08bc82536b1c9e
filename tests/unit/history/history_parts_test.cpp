#include "history_fixture.hpp"

#include <alleycat/history/history_text.hpp>
#include <alleycat/history/top_of_seconds.hpp>

#include <algorithm>

namespace alleycat::history {

namespace {

std::string of_racers(BestTable& table, std::vector<RacerId> racers)
{
    return history_text(*table.snapshot(), racers);
}

/// What the naive history has of each second's best.
std::string naive_top(const NaiveHistory& history, std::size_t top)
{
    NaiveHistory part;
    for (const auto& [second, racers] : history.seconds) {
        std::vector<std::pair<double, std::uint64_t>> rows;
        for (const auto& [racer, output] : racers) {
            rows.emplace_back(-output, racer);
        }
        std::ranges::sort(rows);
        rows.resize(std::min(rows.size(), top));
        for (const auto& [output, racer] : rows) {
            part.seconds[second][racer] = -output;
        }
    }
    return part.text();
}

}  // namespace

TEST_CASE("a part of the history has these racers only, and the seconds that one of them has", "[history][parts]")
{
    BestTable table(300);
    const std::vector<Sample> samples{sample(1, 7, 115.2), sample(1, 12, 98.55), sample(1, 8, 1),
                                      sample(2, 8, 2),     sample(10, 12, 3),    sample(300, 7, 4)};
    table.merge(samples);
    CHECK(of_racers(table, {RacerId{7}, RacerId{12}}) == R"({"1":{"7":115.2,"12":98.55},"10":{"12":3},"300":{"7":4}})");
    CHECK(of_racers(table, {RacerId{12}, RacerId{99}, RacerId{7}, RacerId{12}}) ==
          of_racers(table, {RacerId{7}, RacerId{12}}));
    CHECK(of_racers(table, {RacerId{99}}) == "{}");
    CHECK(of_racers(table, {}) == "{}");
    CHECK(history_text(ClassBests(), std::vector{RacerId{7}}) == "{}");
}

TEST_CASE("the best of a second are listed by racer, and equal outputs go to the lower id", "[history][top]")
{
    BestTable table(300);
    const std::vector<Sample> samples{sample(1, 9, 5), sample(1, 3, 5), sample(1, 1, 4),
                                      sample(1, 8, 5), sample(1, 2, 9), sample(7, 4, 1)};
    table.merge(samples);
    TopOfSeconds tops;
    CHECK(tops.text(*table.snapshot(), 1) == R"({"1":{"2":9},"7":{"4":1}})");
    CHECK(tops.text(*table.snapshot(), 3) == R"({"1":{"2":9,"3":5,"8":5},"7":{"4":1}})");
    CHECK(tops.text(*table.snapshot(), 1'000) == history_text(*table.snapshot()));
    CHECK(TopOfSeconds().text(ClassBests(), 50) == "{}");
}

TEST_CASE("the best of each second equal a naive sort, whatever changes and whoever goes", "[history][top]")
{
    const auto seed = GENERATE(21U, 22U, 23U);
    RandomSamples source(seed, 12, 1'500);
    BestTable table(12);
    NaiveHistory naive;
    TopOfSeconds tops;
    for (int round = 0; round < 40; ++round) {
        const auto samples = source.take(round < 20 ? 1'000 : 5);
        table.merge(samples);
        naive.merge(samples);
        const auto gone = samples[source.random()() % samples.size()].racer_id;
        table.erase(gone);
        naive.erase(gone);
        for (const std::size_t top : {std::size_t{1}, std::size_t{1 + source.random()() % 300}, std::size_t{1'000}}) {
            REQUIRE(tops.text(*table.snapshot(), top) == naive_top(naive, top));
        }
    }
}

TEST_CASE("only seconds that changed are looked through again, or when more is asked for", "[history][top]")
{
    RandomSamples source(31, 20, 300);
    BestTable table(20);
    TopOfSeconds tops;
    table.merge(source.take(20'000));
    static_cast<void>(tops.text(*table.snapshot(), 50));
    CHECK(tops.scans() == 20);
    static_cast<void>(tops.text(*table.snapshot(), 20));
    CHECK(tops.scans() == 20);
    const std::vector<Sample> better{sample(3, 1, 1e6), sample(5, 1, 1e6)};
    table.merge(better);
    static_cast<void>(tops.text(*table.snapshot(), 10));
    CHECK(tops.scans() == 22);
    static_cast<void>(tops.text(*table.snapshot(), 200));
    CHECK(tops.scans() == 42);
    static_cast<void>(tops.text(*table.snapshot(), 50));
    CHECK(tops.scans() == 42);
}

TEST_CASE("what is remembered of the best keeps no column alive", "[history][top]")
{
    BestTable table(300);
    const std::vector<Sample> first{sample(1, 7, 100)};
    const std::vector<Sample> second{sample(1, 7, 101)};
    table.merge(first);
    TopOfSeconds tops;
    static_cast<void>(tops.text(*table.snapshot(), 50));
    const std::weak_ptr<const Column> old = table.snapshot()->column(1);
    table.merge(second);
    CHECK(old.expired());
    CHECK(tops.text(*table.snapshot(), 50) == R"({"1":{"7":101}})");
}

}  // namespace alleycat::history
