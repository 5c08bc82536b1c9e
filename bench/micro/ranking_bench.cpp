// Ranks as the boards have them: a rank tree, and a look-up from racer to key. Every answer is checked against a sorted
// list before it is timed.
//
//   bench_ranking                one JSON line a figure
//   bench_ranking RACERS ROUND   one round with so many racers, as one JSON line, to be compared with what others make
//   of
//                                that round's workload
#include "measure.hpp"
#include "rank_workload.hpp"

#include <alleycat/core/slot_map.hpp>
#include <alleycat/ranking/rank_tree.hpp>

#include <cinttypes>

namespace {

using namespace alleycat;
using bench::RankWorkload;
using ranking::RankKey;
using ranking::RankTree;

constexpr std::uint64_t kSizes[] = {1'000, 100'000, 1'000'000};
constexpr std::size_t kNeighbours = 5;  // on each side

/// Racers in order of their scores.
class Ranking {
public:
    explicit Ranking(const std::vector<std::uint64_t>& scores)
    {
        for (std::uint64_t racer = 0; racer < scores.size(); ++racer) {
            slots_.insert(RacerId{racer}, static_cast<std::uint32_t>(keys_.size()));
            keys_.push_back({static_cast<double>(scores[racer]), next_order_++, RacerId{racer}});
            tree_.insert(keys_.back());
        }
    }

    void update(std::uint64_t racer, std::uint64_t score)
    {
        auto& key = keys_[slot_of(racer)];
        tree_.erase(key);
        key.score = static_cast<double>(score);
        key.order = next_order_++;
        tree_.insert(key);
    }

    /// 0 …
    [[nodiscard]] std::size_t position(std::uint64_t racer) const { return tree_.position(keys_[slot_of(racer)]); }

    /// Of the racers from `first` on, the sum of their numbers, each times its place among them (1 …).
    [[nodiscard]] std::uint64_t sum(std::size_t first, std::size_t count) const
    {
        std::uint64_t place = 0;
        std::uint64_t sum = 0;
        tree_.visit(first, count, [&](const RankKey& key) { sum += ++place * raw(key.racer_id); });
        return sum;
    }

    [[nodiscard]] std::uint64_t sum_around(std::uint64_t racer) const
    {
        const auto at = position(racer);
        const auto first = at < kNeighbours ? 0 : at - kNeighbours;
        return sum(first, at + kNeighbours + 1 - first);
    }

    [[nodiscard]] const RankTree& tree() const { return tree_; }

private:
    [[nodiscard]] std::uint32_t slot_of(std::uint64_t racer) const { return slots_.find(RacerId{racer})->second; }

    RankTree tree_;
    SlotMap slots_;
    std::vector<RankKey> keys_;
    std::uint64_t next_order_{1};
};

/// Compares with a list of all racers, sorted.
void check(const Ranking& ranking, const std::vector<std::uint64_t>& scores)
{
    std::vector<std::uint64_t> sorted(scores.size());
    for (std::uint64_t racer = 0; racer < sorted.size(); ++racer) {
        sorted[racer] = racer;
    }
    std::sort(sorted.begin(), sorted.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
    std::size_t at = 0;
    ranking.tree().visit(0, sorted.size(), [&](const RankKey& key) {
        bench::require(raw(key.racer_id) == sorted[at], "the order of all");
        ++at;
    });
    bench::require(at == sorted.size() && ranking.tree().size() == at, "how many there are");

    const auto naive_sum = [&](std::size_t first, std::size_t end) {
        std::uint64_t sum = 0;
        for (auto each = first; each < end; ++each) {
            sum += (each - first + 1) * sorted[each];
        }
        return sum;
    };
    bench::require(ranking.sum(0, RankWorkload::kTopCount) == naive_sum(0, RankWorkload::kTopCount), "the best");
    const auto step = std::max<std::size_t>(1, sorted.size() / 10'007);
    for (at = 0; at < sorted.size(); at += step) {
        bench::require(ranking.position(sorted[at]) == at, "a position");
        bench::require(ranking.tree().better(static_cast<double>(scores[sorted[at]])) == at, "a rank");
        const auto first = at - std::min(at, kNeighbours);
        const auto end = std::min(sorted.size(), at + kNeighbours + 1);
        bench::require(ranking.sum_around(sorted[at]) == naive_sum(first, end), "neighbours");
    }
}

enum Figure { kUpdate, kRank, kTop, kNeighbour, kFigures };
constexpr const char* kNames[kFigures] = {"update", "rank", "top100", "neighbours"};

struct Round {
    double ns[kFigures] = {};  // of one
    std::uint64_t rank_sum{0};
    std::uint64_t top_sum{0};
};

Round run(std::uint64_t racers, std::uint64_t seed)
{
    const RankWorkload workload(racers, seed);
    Ranking ranking(workload.first_scores);
    check(ranking, workload.first_scores);
    auto scores = workload.first_scores;
    for (const auto& update : workload.updates) {
        scores[update.racer] = update.score;
    }

    Round round;
    round.ns[kUpdate] = bench::time_ns([&] {
        for (const auto& update : workload.updates) {
            ranking.update(update.racer, update.score);
        }
    });
    check(ranking, scores);
    round.ns[kRank] = bench::time_ns([&] {
        for (const auto racer : workload.asked) {
            round.rank_sum += ranking.position(racer);
        }
    });
    round.ns[kTop] = bench::time_ns([&] {
        for (std::uint64_t each = 0; each < RankWorkload::kTops; ++each) {
            round.top_sum += ranking.sum(0, RankWorkload::kTopCount);
        }
    });
    std::uint64_t around = 0;
    round.ns[kNeighbour] = bench::time_ns([&] {
        for (const auto racer : workload.asked) {
            around += ranking.sum_around(racer);
        }
    });
    bench::require(around > 0, "neighbours");
    round.ns[kUpdate] /= RankWorkload::kUpdates;
    round.ns[kRank] /= RankWorkload::kRanks;
    round.ns[kTop] /= RankWorkload::kTops;
    round.ns[kNeighbour] /= RankWorkload::kRanks;
    return round;
}

void print_round(const Round& round)
{
    std::printf("{");
    for (int figure = 0; figure < kFigures; ++figure) {
        std::printf(R"("%s":%.0f,)", kNames[figure], 1e9 / round.ns[figure]);
    }
    std::printf(R"("rank_sum":%)" PRIu64 R"(,"top_sum":%)" PRIu64 "}\n", round.rank_sum, round.top_sum);
}

void print_figures(std::uint64_t racers)
{
    std::vector<double> ns[kFigures];
    for (int seed = 0; seed < bench::kRounds; ++seed) {
        const auto round = run(racers, static_cast<std::uint64_t>(seed));
        for (int figure = 0; figure < kFigures; ++figure) {
            ns[figure].push_back(round.ns[figure]);
        }
    }
    for (int figure = 0; figure < kFigures; ++figure) {
        const auto median = bench::median(ns[figure]);
        std::printf(R"({"bench":"ranking.%s","racers":%)" PRIu64 R"(,"per_s":%.0f,"ns":%.1f})"
                    "\n",
                    kNames[figure], racers, 1e9 / median, median);
    }
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc == 3) {
        print_round(run(std::strtoull(argv[1], nullptr, 10), std::strtoull(argv[2], nullptr, 10)));
        return 0;
    }
    for (const auto racers : kSizes) {
        print_figures(racers);
    }
    return 0;
}
