#include "naive_results.hpp"

#include <random>

using namespace alleycat;
using namespace alleycat::results;

namespace {

constexpr std::uint32_t kClasses = 2;
constexpr std::uint64_t kRacers = 8;
constexpr std::int64_t kRaces = 10;

/// Races as the ranking tells them: again and again, with late records that move outputs up and down, with ties, and
/// at times also after they were closed.
class RandomRaces {
public:
    explicit RandomRaces(unsigned seed) : random_(seed) {}

    int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
    [[nodiscard]] std::int64_t now() const { return now_ms_; }

    Batch batch()
    {
        std::vector<RaceResult> races;
        for (int count = pick(4); count >= 0; --count) {
            const auto class_id = static_cast<std::uint32_t>(pick(kClasses)) + 1;
            const auto race_id = pick(static_cast<int>(kRaces)) - 3;
            races.push_back(tell(told_[{class_id, race_id}], class_id, race_id));
        }
        return results::batch(std::move(races));
    }

private:
    RaceResult tell(RaceResult& told, std::uint32_t class_id, std::int64_t race_id)
    {
        if (told.rows.empty()) {
            told = race(class_id, race_id, {}, false);
            told.start_ms = now_ms_ - pick(4);
        }
        now_ms_ += pick(3);
        told.start_ms -= pick(8) == 0 ? 1 : 0;
        told.end_ms = now_ms_;
        told.closed = pick(3) == 0;
        for (std::uint64_t racer = 1; racer <= kRacers; ++racer) {
            if (pick(3) == 0) {
                ride(told.rows, racer);
            }
        }
        return told;
    }

    void ride(std::vector<ResultRow>& rows, std::uint64_t racer)
    {
        auto at = std::lower_bound(rows.begin(), rows.end(), RacerId{racer},
                                   [](const ResultRow& row, RacerId id) { return row.racer_id < id; });
        if (at == rows.end() || at->racer_id != RacerId{racer}) {
            at = rows.insert(at, row(racer, 0, now_ms_));
        }
        const auto first_ms = at->first_ms;
        *at = row(racer, pick(12) / 2.0, now_ms_);  // few outputs, so that many are equal
        at->first_ms = std::min(first_ms, at->first_ms);
        at->name += " of " + std::to_string(now_ms_ / 4);
        at->second = static_cast<std::uint32_t>(pick(300)) + 1;
    }

    std::mt19937 random_;
    std::int64_t now_ms_{1'000};
    std::map<std::pair<std::uint32_t, std::int64_t>, RaceResult> told_;
};

void check_boards(const StoreFixture& fixture, const NaiveResults& naive)
{
    for (std::uint32_t class_id = 1; class_id <= kClasses; ++class_id) {
        const auto expected = naive.board(ClassId{class_id}, fixture.options.ties);
        const auto page = fixture.boards->page(ClassId{class_id}, 0, 1'000);
        REQUIRE(page.total == expected.size());
        REQUIRE(page.rows == expected);
    }
}

void check_tables(const StoreFixture& fixture, const NaiveResults& naive)
{
    REQUIRE(fixture.problems() == std::vector<std::string>{});
    const auto reader = fixture.reader();
    std::size_t stored = 0;
    for (std::uint32_t class_id = 1; class_id <= kClasses; ++class_id) {
        for (const auto& info : value_of(reader.races(ClassId{class_id}, std::nullopt, 1'000))) {
            const auto expected = naive.races().find({info.class_id, info.race_id});
            REQUIRE(expected != naive.races().end());
            REQUIRE(value_of(reader.result(info.class_id, info.race_id)) == expected->second);
            REQUIRE(info.racers == expected->second.rows.size());
            ++stored;
        }
    }
    REQUIRE(stored == naive.races().size());
    const auto racers = naive.racers();
    for (std::uint64_t id = 1; id <= kRacers; ++id) {
        const auto found = value_of(reader.racer(RacerId{id}));
        const auto expected = racers.find(RacerId{id});
        REQUIRE(found.has_value() == (expected != racers.end()));
        if (found) {
            REQUIRE(std::tie(found->name, found->first_ms, found->last_ms) ==
                    std::tie(expected->second.name, expected->second.first_ms, expected->second.last_ms));
        }
    }
}

}  // namespace

TEST_CASE("after any batches, erasures and restarts the store says what a naive one says", "[results]")
{
    const auto seed = GENERATE(range(0U, 8U));
    CAPTURE(seed);
    StoreFixture fixture(static_cast<ranking::Score>(seed % 4));
    fixture.options.ties = seed < 4 ? ranking::Ties::Competition : ranking::Ties::Dense;
    fixture.open();
    NaiveResults naive(fixture.options.score);
    RandomRaces races(seed);
    for (int step = 0; step < 60; ++step) {
        CAPTURE(step);
        const auto batch = races.batch();
        REQUIRE(fixture.write(batch) == naive.write(batch));
        if (races.pick(4) == 0) {
            REQUIRE(fixture.write(batch).empty());
            naive.write(batch);
        }
        if (races.pick(10) == 0) {
            const RacerId racer{static_cast<std::uint64_t>(races.pick(kRacers)) + 1};
            value_of(fixture.store->erase(racer, races.now()));
            naive.erase(racer, races.now());
        }
        if (races.pick(10) == 0) {
            fixture.open();
        }
        if (races.pick(20) == 0) {
            fixture.options.score = static_cast<ranking::Score>(races.pick(4));
            naive.set_score(fixture.options.score);
            fixture.open();
        }
        check_boards(fixture, naive);
        if (step % 5 == 0) {
            check_tables(fixture, naive);
        }
    }
    check_tables(fixture, naive);
}
