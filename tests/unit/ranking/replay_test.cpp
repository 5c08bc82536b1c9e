#include "riders.hpp"

using namespace alleycat;
using namespace alleycat::ranking;

namespace {

constexpr std::size_t kReplayShards = 3;

/// What the shards hold, and what the races that are ridden through end in.
struct RideLog {
    std::vector<UpdateBatch> shards{kReplayShards};
    std::int64_t end_ms{0};
};

/// No record comes too late for its race, and there is room for all races.
RideLog ride(unsigned seed)
{
    Riders riders(seed, 12);
    RideLog log;
    for (int n = 0; n < 700; ++n) {
        const auto [record, name] = riders.next();
        log.shards[raw(record.racer_id) % kReplayShards].add(record, name);
    }
    riders.pause(60'000);
    log.end_ms = riders.now_ms();
    return log;
}

struct End {
    std::map<NaiveRaces::Key, WrittenBoard> boards;
    std::map<NaiveRaces::Key, RaceResult> results;

    bool operator==(const End&) const = default;
};

/// Applies all the shards hold, a few records at a time of `next_shard()`; the clock is looked at when all is there.
template <class NextShard>
End replay(const RideLog& log, Score score, NextShard next_shard)
{
    Races races(Riders::options(score));
    std::size_t reached[kReplayShards]{};
    for (std::size_t done = 0; done < kReplayShards;) {
        const std::size_t shard = next_shard();
        const auto& records = log.shards[shard];
        UpdateBatch batch;
        for (int n = 0; n < 10 && reached[shard] < records.updates.size(); ++n) {
            const auto& record = records.updates[reached[shard]++];
            batch.add(record, records.name(record));
        }
        races.apply(batch);
        done = 0;
        for (std::size_t each = 0; each < kReplayShards; ++each) {
            done += reached[each] == log.shards[each].updates.size() ? 1U : 0U;
        }
    }
    races.pass_time(log.end_ms);
    End end;
    for (const auto& board : races.take_changed()) {
        CHECK(board->state == RaceState::Closed);
        end.boards[{board->class_id, board->race_id}] = written_out(*board);
    }
    for (const auto& result : races.take_results()) {
        end.results[{result->class_id, result->race_id}] = *result;
    }
    return end;
}

}  // namespace

TEST_CASE("a log ends in the same results in whatever order its shards are read", "[ranking][replay]")
{
    const auto score = GENERATE(Score::Output, Score::Best, Score::Mean, Score::Total);
    for (unsigned seed = 0; seed < 3; ++seed) {
        CAPTURE(static_cast<int>(score), seed);
        const auto log = ride(seed);
        std::size_t turn = 0;
        const auto expected = replay(log, score, [&turn] { return turn++ % kReplayShards; });
        CHECK(expected.boards.size() > 6);
        CHECK(expected.results.size() == expected.boards.size());
        std::mt19937 random(seed);
        for (int order = 0; order < 6; ++order) {
            CHECK((replay(log, score, [&] { return random() % kReplayShards; }) == expected));
        }
        for (std::size_t first = 0; first < kReplayShards; ++first) {  // one shard after the other
            std::size_t calls = 0;
            const auto one_by_one = [&] { return (first + calls++ / 700) % kReplayShards; };
            CHECK((replay(log, score, one_by_one) == expected));
        }
    }
}
