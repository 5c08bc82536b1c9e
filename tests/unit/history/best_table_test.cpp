#include "history_fixture.hpp"

#include <alleycat/history/best_table.hpp>
#include <alleycat/history/history_text.hpp>

#include <algorithm>
#include <limits>

namespace alleycat::history {

namespace {

std::string text_of(BestTable& table)
{
    return history_text(*table.snapshot());
}

std::size_t merge(BestTable& table, std::vector<Sample> samples)
{
    return table.merge(samples);
}

}  // namespace

TEST_CASE("only a strictly greater output is kept", "[history][table]")
{
    BestTable table(300);
    CHECK(merge(table, {sample(1, 7, 100)}) == 1);
    CHECK(merge(table, {sample(1, 7, 100), sample(1, 7, 99.99)}) == 0);
    CHECK(merge(table, {sample(1, 7, 100.01)}) == 1);
    CHECK(table.snapshot()->best(RacerId{7}, 1) == 100.01);
    CHECK(table.snapshot()->best(RacerId{7}, 2) == std::nullopt);
    CHECK(table.snapshot()->best(RacerId{8}, 1) == std::nullopt);
}

TEST_CASE("any order and any repetition of samples end in the naive history", "[history][table]")
{
    const auto seed = GENERATE(1U, 2U, 3U);
    RandomSamples source(seed, 20, 60);
    auto samples = source.take(3'000);
    NaiveHistory naive;
    naive.merge(samples);
    for (int round = 0; round < 4; ++round) {
        BestTable table(20);
        for (std::size_t from = 0; from < samples.size();) {  // in windows of random sizes, with snapshots between
            const auto count = std::min<std::size_t>(source.random()() % 400, samples.size() - from);
            table.merge(std::span(samples).subspan(from, count));
            (void)table.snapshot();
            from += count;
        }
        CHECK(text_of(table) == naive.text());
        CHECK(table.merge(samples) == 0);
        CHECK(text_of(table) == naive.text());
        std::shuffle(samples.begin(), samples.end(), source.random());
        samples.insert(samples.end(), samples.begin(), samples.begin() + 500);
    }
}

TEST_CASE("seconds ascend, racers ascend as numbers, empty seconds are left out", "[history][text]")
{
    BestTable table(300);
    CHECK(text_of(table) == "{}");
    merge(table, {sample(10, 9, 22.75), sample(2, 100, 1e21), sample(2, 12, 98.55), sample(2, 7, 115.2)});
    CHECK(text_of(table) == R"({"2":{"7":115.2,"12":98.55,"100":1e+21},"10":{"9":22.75}})");
}

TEST_CASE("a snapshot never changes", "[history][table]")
{
    BestTable table(300);
    merge(table, {sample(1, 7, 100), sample(2, 7, 100)});
    const auto before = table.snapshot();
    CHECK(before == table.snapshot());
    merge(table, {sample(1, 7, 120), sample(1, 3, 50), sample(5, 9, 50)});
    const auto after = table.snapshot();

    CHECK(history_text(*before) == R"({"1":{"7":100},"2":{"7":100}})");
    CHECK(before->racers().ascending.size() == 1);
    CHECK(before->last_second() == 2);
    CHECK(history_text(*after) == R"({"1":{"3":50,"7":120},"2":{"7":100},"5":{"9":50}})");
    CHECK(after->last_second() == 5);
}

TEST_CASE("snapshots share what did not change", "[history][table]")
{
    BestTable table(300);
    merge(table, {sample(1, 7, 100), sample(2, 7, 100)});
    const auto before = table.snapshot();
    merge(table, {sample(1, 7, 120)});
    const auto after = table.snapshot();
    CHECK(before->at(1) != after->at(1));
    CHECK(before->at(2) == after->at(2));
    CHECK(before->at(3) == nullptr);
    CHECK(&before->racers() == &after->racers());
}

TEST_CASE("changed seconds are named once", "[history][table]")
{
    BestTable table(300);
    merge(table, {sample(300, 7, 100), sample(2, 7, 100), sample(2, 8, 100)});
    CHECK(table.take_changed() == std::vector<std::uint32_t>{2, 300});
    merge(table, {sample(2, 7, 100)});
    CHECK(table.take_changed().empty());
}

TEST_CASE("samples that cannot be kept are passed over and leave no racer behind", "[history][table]")
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    BestTable table(300);
    CHECK(merge(table, {sample(0, 1, 1), sample(301, 1, 1), sample(UINT32_MAX, 1, 1)}) == 0);
    CHECK(merge(table, {sample(1, 1, std::numeric_limits<double>::quiet_NaN()), sample(1, 1, kInfinity)}) == 0);
    CHECK(table.snapshot()->racers().ascending.empty());
    CHECK(text_of(table) == "{}");
}

TEST_CASE("the slot map finds each of many racers and no other", "[history][table]")
{
    SlotMap slots;
    for (std::uint32_t slot = 0; slot < 5'000; ++slot) {
        slots.insert(RacerId{std::uint64_t{slot} * slot * 1'000'003}, slot);
    }
    CHECK(slots.size() == 5'000);
    for (std::uint32_t slot = 0; slot < 5'000; ++slot) {
        const auto* found = slots.find(RacerId{std::uint64_t{slot} * slot * 1'000'003});
        REQUIRE(found != slots.end());
        REQUIRE(found->second == slot);
    }
    CHECK_FALSE(slots.contains(RacerId{1}));
}

}  // namespace alleycat::history
