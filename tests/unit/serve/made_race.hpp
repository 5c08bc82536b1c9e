#pragma once

#include <alleycat/ranking/races.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace alleycat::serve {

using Snapshot = std::shared_ptr<const ranking::RaceSnapshot>;

/// A race to be made, and what it is said to be.
struct RaceToMake {
    std::vector<ranking::Entry> rows{};  ///< in any order; of equal outputs the first got there first
    std::int64_t id{5397285};
    std::uint32_t class_id{1};
    std::uint64_t opened{1};  ///< races with a higher one are newer
    ranking::RaceState state{ranking::RaceState::Running};
    std::int64_t start_ms{0};
    std::int64_t last_ms{0};
    ranking::Ties ties{ranking::Ties::Competition};
};

/// The update that brings `output` at `second` for the row's racer.
inline ranking::Update update_of(const RaceToMake& race, const ranking::Entry& row, std::uint64_t order,
                                 std::uint32_t second, double output)
{
    ranking::Update update;
    update.arrival_order = order;
    update.arrival_ms = race.start_ms;
    update.race_id = RaceId{race.id};
    update.racer_id = row.racer_id;
    update.output = output;
    update.class_id = ClassId{race.class_id};
    update.second = second;
    update.event = row.finished && second == row.second ? telemetry::Event::Final : telemetry::Event::Update;
    return update;
}

/// A race as ranking makes it of records that lead to these rows; their ranks are ranking's own. An output other than
/// the current one is of an earlier second, and higher.
inline Snapshot make_race(RaceToMake race)
{
    std::stable_sort(race.rows.begin(), race.rows.end(),
                     [](const auto& a, const auto& b) { return a.output > b.output; });
    history::BestTable before(300);
    for (const auto& row : race.rows) {
        if (!row.record) {
            const telemetry::Sample best{ClassId{race.class_id}, row.second, row.racer_id, row.current_output};
            before.merge(std::span(&best, 1));
        }
    }
    ranking::Races::Options options;
    options.score = ranking::Score::Best;
    options.ties = race.ties;
    options.classes = {ClassId{race.class_id}};
    options.bests = [bests = before.snapshot()](ClassId) { return bests; };
    options.on_name = [](RacerId, std::string_view) {};
    ranking::Races races(options);
    ranking::UpdateBatch batch;
    auto order = race.opened * 1'000'000;
    for (const auto& row : race.rows) {
        if (row.output != row.current_output) {
            batch.add(update_of(race, row, order++, row.second - 1, row.output), row.name);
        }
        batch.add(update_of(race, row, order++, row.second, row.current_output), row.name);
    }
    races.apply(batch);
    const auto changed = races.take_changed();
    auto made = changed.empty() ? std::make_shared<ranking::RaceSnapshot>()
                                : std::make_shared<ranking::RaceSnapshot>(*changed.front());
    made->class_id = ClassId{race.class_id};
    made->race_id = RaceId{race.id};
    made->opened_order = race.opened * 1'000'000;
    made->state = race.state;
    made->start_ms = race.start_ms;
    made->last_ms = race.last_ms;
    return made;
}

}  // namespace alleycat::serve
