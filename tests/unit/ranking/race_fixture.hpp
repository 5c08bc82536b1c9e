#pragma once

#include "written_board.hpp"

#include <alleycat/ranking/races.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace alleycat::ranking {

/// One record, as a test tells of it.
struct Ridden {
    std::uint64_t racer{1};
    std::uint32_t second{1};
    double output{95};
    std::int64_t at_ms{0};  ///< its arrival
    bool final{false};
    std::int64_t race{10};
    std::uint32_t class_id{1};
};

// Of a race in Fixture:
inline constexpr std::int64_t kStart = 1'000'000;
inline constexpr std::int64_t kLengthEnd = kStart + 300'000;
inline constexpr std::int64_t kDeadline = kLengthEnd + 30'000;  // the grace behind the length

/// Races of 300 s, 30 s grace and 5 s silence, and an easy way to tell them of records.
struct Fixture {
    history::BestTable history{300};
    std::vector<std::string> names;
    std::vector<std::pair<ClassId, RaceId>> asked;     // whether they are closed
    std::set<std::pair<ClassId, RaceId>> in_database;  // as closed
    std::uint64_t order{0};
    Races races;

    explicit Fixture(const std::function<void(Races::Options&)>& change = [](auto&) {}) : races(options(change)) {}

    Races::Options options(const std::function<void(Races::Options&)>& change)
    {
        Races::Options made;
        made.classes = {ClassId{1}, ClassId{2}};
        made.bests = [this](ClassId) { return history.snapshot(); };
        made.on_name = [this](RacerId racer, std::string_view name) {
            names.push_back(std::to_string(raw(racer)) + "=" + std::string(name));
        };
        made.closed = [this](ClassId class_id, RaceId race_id) {
            asked.emplace_back(class_id, race_id);
            return in_database.contains({class_id, race_id});
        };
        change(made);
        return made;
    }

    void apply(const Update& one, std::string_view name = "Hubert")
    {
        UpdateBatch batch;
        batch.add(one, name);
        races.apply(batch);
    }
    /// The next record of all; returns its arrival order.
    std::uint64_t ride(const Ridden& ridden)
    {
        auto one = update(++order, ridden.racer, ridden.second, ridden.output, ridden.race, ridden.class_id);
        one.arrival_ms = ridden.at_ms;
        one.event = ridden.final ? telemetry::Event::Final : telemetry::Event::Update;
        apply(one);
        return order;
    }
    /// The only race that changed.
    RaceSnapshot only()
    {
        const auto changed = races.take_changed();
        REQUIRE(changed.size() == 1);
        return *changed.front();
    }
    /// The only race that ended.
    RaceResult result()
    {
        const auto results = races.take_results();
        REQUIRE(results.size() == 1);
        return *results.front();
    }
    /// Best outputs of before the races that open later.
    void remember(std::uint64_t racer, std::uint32_t second, double output)
    {
        const telemetry::Sample sample{ClassId{1}, second, RacerId{racer}, output};
        history.merge(std::span(&sample, 1));
    }
};

}  // namespace alleycat::ranking
