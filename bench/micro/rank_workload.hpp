#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace alleycat::bench {

/// What rankings are asked that shall be compared: the same racers, scores and questions for all. A racer is a number
/// (0 …), a score is a whole number that no other racer ever has, so that everybody agrees on the order of all.
class RankWorkload {
public:
    static constexpr std::uint64_t kUpdates = 500'000;
    static constexpr std::uint64_t kRanks = 500'000;
    static constexpr std::uint64_t kTops = 20'000;
    static constexpr std::uint64_t kTopCount = 100;

    struct Update {
        std::uint64_t racer{0};
        std::uint64_t score{0};
    };

    RankWorkload(std::uint64_t racers, std::uint64_t seed) : racers_(racers), random_(seed)
    {
        for (std::uint64_t racer = 0; racer < racers; ++racer) {
            first_scores.push_back(score_of(racer));
        }
        for (std::uint64_t each = 0; each < kUpdates; ++each) {
            const auto racer = random_() % racers_;
            updates.push_back({racer, score_of(racer)});
        }
        for (std::uint64_t each = 0; each < kRanks; ++each) {
            asked.push_back(random_() % racers_);
        }
    }

    std::vector<std::uint64_t> first_scores;  // by racer
    std::vector<Update> updates;              // each moves a racer to anywhere
    std::vector<std::uint64_t> asked;         // whose rank

private:
    std::uint64_t score_of(std::uint64_t racer) { return random_() % 1'000 * racers_ + racer; }

    std::uint64_t racers_;
    std::mt19937_64 random_;
};

}  // namespace alleycat::bench
