#include "riders.hpp"

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

struct Ride {
    Score score{Score::Output};
    Ties ties{Ties::Competition};
    unsigned seed{0};
    std::uint32_t racers{25};
    std::size_t open_races{16};
    int steps{300};
    std::uint32_t records_a_step{1};  // at most
};

/// What a ride came by.
struct Seen {
    bool states[3]{};
    std::size_t largest{0};  // board

    [[nodiscard]] bool all_states() const { return states[0] && states[1] && states[2]; }
};

/// Real races and naive ones, told the same.
class RacesPair {
public:
    explicit RacesPair(const Ride& ride) : ride_(ride), riders_(ride.seed, ride.racers, 4)
    {
        auto options = Riders::options(ride.score, ride.ties);
        options.open_races = ride.open_races;
        options.bests = [this](ClassId id) { return history_.bests(id); };
        naive_ = std::make_unique<NaiveRaces>(options);
        options.on_name = [this](RacerId racer, std::string_view name) { names_[racer] = name; };
        races_ = std::make_unique<Races>(options);
        for (std::uint32_t n = 0; n < 12 * ride.racers; ++n) {
            grow_history();
        }
    }

    void step()
    {
        const auto chance = riders_.pick(100);
        if (chance < 85) {
            apply_some();
        } else if (chance < 95) {
            races_->pass_time(riders_.now_ms());
            naive_->pass_time(riders_.now_ms());
        } else if (chance < 98) {
            const RacerId racer{riders_.pick(ride_.racers)};
            races_->erase(racer);
            naive_->erase(racer);
        } else {
            riders_.pause(riders_.pick(6'000));
        }
        grow_history();
    }

    void compare()
    {
        const auto boards = naive_->take_changed();
        const auto snapshots = races_->take_changed();
        REQUIRE(snapshots.size() == boards.size());
        for (const auto& snapshot : snapshots) {
            const auto board = boards.find({snapshot->class_id, snapshot->race_id});
            REQUIRE(board != boards.end());
            REQUIRE(difference(*snapshot, board->second) == "");
            REQUIRE(names_known(board->second));
            seen_.states[static_cast<std::size_t>(snapshot->state)] = true;
            seen_.largest = std::max(seen_.largest, snapshot->size());
            taken_.emplace_back(snapshot, board->second);
        }
        REQUIRE(races_->take_changed().empty());
        compare_results();
        auto records = races_->take_records();
        NaiveRaces::sort_records(records);
        REQUIRE((records == naive_->take_records()));
    }

    /// All snapshots taken so far still are what they were.
    void look_back() const
    {
        REQUIRE(
            std::ranges::all_of(taken_, [](const auto& taken) { return written_out(*taken.first) == taken.second; }));
    }
    [[nodiscard]] const Seen& seen() const { return seen_; }

private:
    void apply_some()
    {
        // Two shards share the racers; what is behind in time may be read first.
        UpdateBatch shards[2];
        for (auto count = 1 + riders_.pick(ride_.records_a_step); count > 0; --count) {
            const auto [record, name] = riders_.next();
            shards[raw(record.racer_id) % 2].add(record, name);
        }
        for (const auto& batch : {shards[1], shards[0]}) {
            for (const auto& record : batch.updates) {
                naive_->apply(record, std::string(batch.name(record)));
            }
            races_->apply(batch);
        }
    }
    void grow_history()
    {
        history_.add(1 + riders_.pick(Riders::kClasses), 1 + riders_.pick(Riders::kSeconds), riders_.pick(ride_.racers),
                     90 + riders_.pick(6) / 4.0);
    }
    void compare_results()
    {
        const auto expected = naive_->take_results();
        const auto results = races_->take_results();
        REQUIRE(results.size() == expected.size());
        for (const auto& result : results) {
            const auto wanted = expected.find({result->class_id, result->race_id});
            REQUIRE(wanted != expected.end());
            REQUIRE(*result == wanted->second);
        }
    }
    [[nodiscard]] bool names_known(const WrittenBoard& board) const
    {
        return std::ranges::all_of(board.entries,
                                   [this](const auto& entry) { return names_.contains(entry.racer_id); });
    }

    const Ride ride_;
    Riders riders_;
    GrowingHistory history_{Riders::kClasses};
    std::map<RacerId, std::string> names_;
    std::unique_ptr<NaiveRaces> naive_;
    std::unique_ptr<Races> races_;
    std::vector<std::pair<std::shared_ptr<const RaceSnapshot>, WrittenBoard>> taken_;
    Seen seen_;
};

Seen ride(const Ride& ride)
{
    CAPTURE(static_cast<int>(ride.score), static_cast<int>(ride.ties), ride.seed);
    RacesPair pair(ride);
    for (int step = 0; step < ride.steps; ++step) {
        CAPTURE(step);
        pair.step();
        pair.compare();
    }
    pair.look_back();
    return pair.seen();
}

Score any_score()
{
    return GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
}

}  // namespace

TEST_CASE("after every record races are what a naive computation says", "[ranking][races][random]")
{
    const auto score = any_score();
    const auto ties = any_ties();
    for (unsigned seed = 0; seed < 2; ++seed) {
        ride({.score = score, .ties = ties, .seed = seed});
    }
    const Ride few{.score = score, .ties = ties, .seed = 2, .racers = 4, .steps = 1'000};  // all are final soon
    CHECK(ride(few).all_states());
}

TEST_CASE("after every tick races are what a naive computation says", "[ranking][races][random]")
{
    const auto score = any_score();
    const auto ties = any_ties();
    ride({.score = score, .ties = ties, .seed = 10, .steps = 60, .records_a_step = 60});
    ride({.score = score, .ties = ties, .seed = 11, .racers = 3, .open_races = 1, .records_a_step = 5});
    const Ride few{.score = score, .ties = ties, .seed = 12, .racers = 6, .open_races = 3, .records_a_step = 20};
    CHECK(ride(few).all_states());
}

TEST_CASE("races of hundreds of racers are what a naive computation says", "[ranking][races][random]")
{
    const auto score = any_score();
    const auto ties = any_ties();
    const Ride many{.score = score, .ties = ties, .seed = 20, .racers = 700, .steps = 14, .records_a_step = 900};
    CHECK(ride(many).largest > 3 * RacerRows::kChunk);
}
